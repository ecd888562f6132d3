type Level = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/** One row of a terminal or a log, without its time. */
export type Line = { readonly level: Level; readonly text: string };

export function debug(text: string): Line {
  return { level: 'DEBUG', text };
}

export function info(text: string): Line {
  return { level: 'INFO', text };
}

/** A message may have several lines; each gets its own time and level. */
export function warning(text: string): readonly Line[] {
  return text.split('\n').map((part) => ({ level: 'WARNING', text: part }));
}

export function error(text: string): readonly Line[] {
  return text.split('\n').map((part) => ({ level: 'ERROR', text: part }));
}

/** What people typed must not be able to make a log line of its own. */
export function oneLine(text: string): string {
  return text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
}
