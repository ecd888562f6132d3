import { isObject, type JsonObject, textAt } from './json.ts';
import type { Reader } from './mrkdwn.ts';
import { renderRichText } from './render-rich-text.ts';

/** Columns side by side, the first row underlined; numbers and right-aligned columns end at the same place. */
export function renderTable(block: JsonObject, reader: Reader): string {
  const given = Array.isArray(block['rows']) ? block['rows'] : [];
  const rows = given.map((row) => (Array.isArray(row) ? row.filter(isObject) : []));
  const texts = rows.map((row) => row.map((cell) => cellText(cell, reader)));
  const widths = Array.from({ length: Math.max(0, ...texts.map((row) => row.length)) }, (_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isRight = widths.map((_, column) => isRightAligned(block, rows, column));
  const lines = texts.map((row) =>
    widths
      .map((width, column) => {
        const text = row[column] ?? '';
        return isRight[column] ? text.padStart(width) : text.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const [head = '', ...body] = lines;
  return [head, widths.map((width) => '─'.repeat(width)).join('  '), ...body].join('\n');
}

function cellText(cell: JsonObject, reader: Reader): string {
  const text = cell['type'] === 'rich_text' ? renderRichText(cell, reader) : (textAt(cell, 'text') ?? '');
  return text.replaceAll('\n', ' ');
}

function isRightAligned(block: JsonObject, rows: readonly (readonly JsonObject[])[], column: number): boolean {
  const settings = block['column_settings'];
  const align = Array.isArray(settings) ? textAt(settings[column], 'align') : undefined;
  if (align !== undefined) return align === 'right';
  return rows.slice(1).some((row) => row[column]?.['type'] === 'raw_number');
}
