import type { JsonObject } from './json.ts';

/** A modal or a Home tab as Slack keeps it. `hash` changes with every update. */
export interface View {
  readonly id: string;
  readonly type: 'modal' | 'home';
  readonly user: string;
  readonly hash: string;
  readonly rootId: string;
  readonly previousId: string | null;
  readonly externalId: string;
  readonly callbackId: string;
  readonly privateMetadata: string;
  readonly blocks: readonly JsonObject[];
  readonly title?: JsonObject;
  readonly submit?: JsonObject;
  readonly close?: JsonObject;
  readonly clearOnClose: boolean;
  readonly notifyOnClose: boolean;
}

/** Slack keeps at most three modals on top of each other. */
export const maxViewsInStack = 3;
export const maxViewBytes = 250 * 1024;
