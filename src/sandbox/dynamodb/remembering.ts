const mostRemembered = 1_000;

/** The same function, which does not read a text again that it has read of late: requests of a kind repeat their expressions. */
export function remembering<T extends object | null>(read: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const remembered = known.get(text);
    if (remembered !== undefined) return remembered;
    const result = read(text);
    if (known.size === mostRemembered) known.clear();
    known.set(text, result);
    return result;
  };
}
