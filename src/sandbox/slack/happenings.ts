/** What goes on in the workspace, for whoever wants to watch: tests, the terminal, a page. */
import type { JsonObject } from './json.ts';
import type { Message } from './messages.ts';
import type { View } from './views.ts';

/** One Web API call as it was answered. `status` 0 and no `answer` when a fault swallowed the answer. */
export interface ApiCall {
  readonly method: string;
  readonly args: JsonObject;
  readonly status: number;
  readonly answer: JsonObject | undefined;
  /** Milliseconds since the epoch, on Slack's clock. */
  readonly at: number;
}

interface ViewChange {
  readonly change: 'opened' | 'updated' | 'closed' | 'published';
  readonly view: View;
}

export interface SlackEvents {
  readonly message: Message;
  readonly update: Message;
  readonly delete: Message;
  readonly ephemeral: Message;
  readonly view: ViewChange;
  readonly api: ApiCall;
  /** How many Socket Mode connections are up now. */
  readonly connections: number;
}

type Listeners = { readonly [K in keyof SlackEvents]: Set<(event: SlackEvents[K]) => void> };

export class Happenings {
  readonly #listeners: Listeners = {
    message: new Set(),
    update: new Set(),
    delete: new Set(),
    ephemeral: new Set(),
    view: new Set(),
    api: new Set(),
    connections: new Set(),
  };

  /** The returned function stops listening. */
  on<K extends keyof SlackEvents>(name: K, listener: (event: SlackEvents[K]) => void): () => void {
    this.#listeners[name].add(listener);
    return () => {
      this.#listeners[name].delete(listener);
    };
  }

  emit<K extends keyof SlackEvents>(name: K, event: SlackEvents[K]): void {
    for (const listener of [...this.#listeners[name]]) listener(event);
  }
}
