import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Locate, Mistake, Path } from './mistakes.ts';

/** The parsed configuration file: plain data, and where each piece of it is written. */
export type ConfigFile = { readonly data: unknown; readonly mistakes: readonly Mistake[]; readonly locate: Locate };

/** Reads YAML text. A file that is not YAML gives no data; a key written twice is a mistake, and the rest is still read. */
export function parseConfigFile(text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const locate: Locate = (path) => {
    const offset = offsetOf(document, path);
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  const mistakes = [...document.errors, ...document.warnings].map((error) => ({
    path: [`line ${lines.linePos(error.pos[0]).line}`],
    sentence: sentenceFor(error),
  }));
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  return { data: broken ? undefined : document.toJS(), mistakes, locate };
}

function sentenceFor(error: YAMLError): string {
  return error.code === 'DUPLICATE_KEY'
    ? 'This key is written twice in the same map. Keep one of them.'
    : `This is not YAML: ${error.message}.`;
}

/** Where a path is written; for a path that is not there, where the nearest thing above it is. */
function offsetOf(document: Document, path: Path): number | undefined {
  let node: unknown = document.contents;
  let offset: number | undefined;
  for (const part of path) {
    const found = step(node, part);
    if (found === undefined) break;
    offset = found.offset;
    node = found.node;
  }
  return offset;
}

function step(node: unknown, part: string | number): { readonly offset: number; readonly node: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
    if (pair !== undefined && isScalar(pair.key)) return { offset: startOf(pair.key), node: pair.value };
  }
  if (isSeq<Node>(node) && typeof part === 'number') {
    const item = node.items[part];
    if (item !== undefined) return { offset: startOf(item), node: item };
  }
  return undefined;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
