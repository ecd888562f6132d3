/** A Dockerfile read as what it is: stages of instructions. Only what ours uses is understood; anything else is refused. */

export type Instruction =
  | Of<'workdir' | 'user' | 'run' | 'volume' | 'expose', { readonly value: string }>
  | { readonly kind: 'copy'; readonly from?: string; readonly sources: readonly string[]; readonly to: string }
  | { readonly kind: 'env'; readonly variables: Readonly<Record<string, string>> }
  | Of<'healthcheck' | 'entrypoint' | 'cmd', { readonly argv: readonly string[] }>;

type Of<K extends string, T> = { readonly [Kind in K]: { readonly kind: Kind } & T }[K];

export type Stage = { readonly image: string; readonly name?: string; readonly instructions: readonly Instruction[] };

/** @throws Error for an instruction, or a form of one, that has no meaning here: whoever adds it teaches it to us */
export function parseDockerfile(text: string): readonly Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const stages: { image: string; name?: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, word = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (word === 'FROM') {
      const [, image = '', name] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stages.push({ image, ...(name === undefined ? {} : { name }), instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction(word, rest));
  }
  return stages;
}

function instruction(word: string, rest: string): Instruction {
  switch (word) {
    case 'WORKDIR':
    case 'USER':
    case 'RUN':
    case 'VOLUME':
    case 'EXPOSE':
      return { kind: word.toLowerCase() as 'run', value: rest };
    case 'COPY':
      return copy(rest);
    case 'ENV':
      return { kind: 'env', variables: Object.fromEntries(rest.split(/\s+/).map((pair) => pair.split('=', 2))) };
    case 'HEALTHCHECK':
      return { kind: 'healthcheck', argv: JSON.parse(rest.slice(rest.indexOf('CMD ') + 4)) };
    case 'ENTRYPOINT':
      return { kind: 'entrypoint', argv: JSON.parse(rest) };
    case 'CMD':
      return { kind: 'cmd', argv: JSON.parse(rest) };
    default:
      throw new Error(`The proof of the Dockerfile does not know ${word}`);
  }
}

function copy(rest: string): Instruction {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const unknown = flags.filter((flag) => !/^--(from|chown)=/.test(flag));
  if (unknown.length > 0) throw new Error(`The proof of the Dockerfile does not know COPY ${unknown.join(' ')}`);
  const from = flags.find((flag) => flag.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  return { kind: 'copy', ...(from === undefined ? {} : { from }), sources: paths.slice(0, -1), to: paths.at(-1) ?? '' };
}
