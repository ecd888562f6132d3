/** The commands of a page: its `sh` blocks, and what a comment right before one says about it. */

export type Block = {
  /** The line of the page it begins on. */
  readonly line: number;
  readonly commands: string;
  readonly note: Note;
};

type Note =
  | { readonly kind: 'run' }
  /** It needs a running bot. */
  | { readonly kind: 'run-with-bot' }
  /** It is refused where nothing runs, with exit code 1, and is understood all the same. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not-run'; readonly reason: string };

export function blocksOf(page: string): readonly Block[] {
  return [...page.matchAll(/(?:^<!-- (.*?) -->\n)?^```sh\n(.*?)^```/gms)].map((match) => ({
    line: page.slice(0, match.index).split('\n').length,
    commands: match[2] ?? '',
    note: noteOf(match[1]),
  }));
}

/** @throws Error for a comment that is none of these */
function noteOf(comment: string | undefined): Note {
  if (comment === undefined) return { kind: 'run' };
  if (comment === 'with the bot') return { kind: 'run-with-bot' };
  const [, what, reason = ''] = /^(not run|exits 1): (.+)$/.exec(comment) ?? [];
  if (what === 'not run') return { kind: 'not-run', reason };
  if (what === 'exits 1') return { kind: 'refused', reason };
  throw new Error(`The comment before a block says neither "not run: …" nor "exits 1: …": ${comment}`);
}
