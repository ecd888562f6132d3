/** A call to the outside: what it is, and which one of its kind, counted from 1. */
export type Call = { readonly name: string; readonly turn: number };

/** `after`: acted on, and the reply never delivered; `delivered`: killed as soon as the reply was. */
export type When = 'before' | 'after' | 'delivered';

/** Where a life ends. */
export type End = Call & { readonly when: When };

/** Whether a life ends here; `count`: which of all its calls it is, from 1. */
export type Fate = (call: Call, when: When, count: number) => boolean;

export const at =
  (end: End): Fate =>
  ({ name, turn }, when) =>
    end.name === name && end.turn === turn && end.when === when;

/** The life of one program, which ends at one of its calls to the outside; and the calls it made until then. */
export class Life {
  readonly calls: Call[] = [];
  #isOver = false;
  readonly #fate: Fate;
  readonly #turns = new Map<string, number>();
  readonly #mourners: (() => void)[] = [];

  constructor(fate: Fate = () => false) {
    this.#fate = fate;
  }

  isOver(): boolean {
    return this.#isOver;
  }

  /** A call is about to be acted on. Afterwards see `isOver`: it is not, when this was its end. */
  begins(name: string): Call {
    const turn = (this.#turns.get(name) ?? 0) + 1;
    this.#turns.set(name, turn);
    const call = { name, turn };
    this.calls.push(call);
    this.reaches(call, 'before');
    return call;
  }

  reaches(call: Call, when: When): void {
    if (this.#fate(call, when, this.calls.indexOf(call) + 1)) this.end();
  }

  end(): void {
    if (this.isOver()) return;
    this.#isOver = true;
    for (const mourner of this.#mourners) mourner();
  }

  /** Called at once when the life ends. */
  onEnd(mourner: () => void): void {
    this.#mourners.push(mourner);
  }
}
