import { Application } from './application.ts';
import type { Bot } from './bot.ts';
import { ItemEditor } from './item-editor.ts';
import { RestoresSeen } from './restores-seen.ts';
import { Troubles } from './troubles.ts';
import type { AccidentSeen, Parts } from './view.ts';
import type { World } from './world.ts';

/** Often enough to look alive, seldom enough for a thousand writes in a second. */
const tellEveryMs = 300;
/** What is told of is under way when we hear of it; by then it is done. */
const leastWaitMs = 30;
const rememberedAccidents = 50;

/** The world with everything one can do to it, and who wants to know when it changes. */
export class Sandbox {
  readonly parts: Parts;
  readonly editor: ItemEditor;
  readonly #accidents: AccidentSeen[] = [];
  readonly #listeners = new Set<() => void>();
  readonly #stopSeeing: () => void;
  #telling: NodeJS.Timeout | undefined;
  #toldAt = 0;

  constructor(world: World, { latestLagMs, bot }: { readonly latestLagMs: number; readonly bot: Bot | undefined }) {
    const changed = () => this.#changed();
    const restores = new RestoresSeen();
    this.parts = {
      world,
      latestLagMs,
      bot,
      restores,
      troubles: new Troubles(world, changed),
      application: new Application(world, changed),
      accidents: this.#accidents,
    };
    this.editor = new ItemEditor(world);
    this.#stopSeeing = world.aws.requests.onRequest((request) => {
      restores.see(request);
      changed();
    });
    bot?.onChange(changed);
  }

  hadAccident(accident: AccidentSeen): AccidentSeen {
    this.#accidents.push(accident);
    if (this.#accidents.length > rememberedAccidents) this.#accidents.shift();
    this.#changed();
    return accident;
  }

  /** @returns what ends that */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Ends every trouble and every writer of ours. */
  close(): void {
    clearTimeout(this.#telling);
    this.#stopSeeing();
    this.#listeners.clear();
    this.parts.application.close();
    this.parts.troubles.end();
    clearTimeout(this.#telling);
    this.editor.close();
  }

  /** Tells at once what is new after a quiet time, and the rest of it together. */
  #changed(): void {
    this.#telling ??= setTimeout(
      () => {
        this.#telling = undefined;
        this.#toldAt = Date.now();
        for (const listener of this.#listeners) listener();
      },
      Math.max(leastWaitMs, this.#toldAt + tellEveryMs - Date.now()),
    );
  }
}
