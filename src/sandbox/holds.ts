/** Where a call is held: before anything is done, or when all is done and only the answer is missing. */
export type HoldPoint = 'before' | 'after';

type Hold = { readonly operation: string; readonly point: HoldPoint; readonly table: string | undefined } & Gate;

type Gate = { readonly arrive: () => void; readonly opened: Promise<void> };

/** A pause in the life of an operation's calls. */
export type Held = {
  /** Resolves when the first call has come to the pause. */
  readonly reached: Promise<void>;
  /** Lets the waiting calls and all later ones pass. */
  release(): void;
};

/** The pauses a test has asked for. */
export class Holds {
  readonly #holds = new Set<Hold>();

  add(operation: string, options: { readonly point?: HoldPoint; readonly table?: string } = {}): Held {
    const arrival = signal();
    const opening = signal();
    const hold: Hold = {
      operation,
      point: options.point ?? 'before',
      table: options.table,
      arrive: arrival.give,
      opened: opening.given,
    };
    this.#holds.add(hold);
    return {
      reached: arrival.given,
      release: () => {
        this.#holds.delete(hold);
        opening.give();
      },
    };
  }

  /** Waits as long as a test holds this call. */
  async pass(point: HoldPoint, operation: string, tables: readonly string[]): Promise<void> {
    if (this.#holds.size === 0) return;
    for (const hold of [...this.#holds]) {
      if (hold.point !== point || hold.operation !== operation) continue;
      if (hold.table !== undefined && !tables.includes(hold.table)) continue;
      hold.arrive();
      await hold.opened;
    }
  }
}

function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
