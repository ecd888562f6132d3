/** The table and data_table blocks: docs.slack.dev/reference/block-kit/blocks/table-block, …/data-table-block. */
import { id, type } from './objects.ts';
import { richText } from './rich-text.ts';
import {
  byType,
  type Check,
  flag,
  inside,
  integer,
  list,
  number,
  oneOf,
  optional,
  type Place,
  refuse,
  required,
  shape,
  text,
} from './shape.ts';

const maxCells = 20;
const maxTableCharacters = 10_000;
const rawText = shape({ type, text: required(text({ max: 10_000, min: 0 })) });
const rawNumber = shape({ type, text: required(text({ max: 255 })), value: required(number) });
const cell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText });
const headCell = byType({ raw_text: rawText, raw_number: rawNumber });
const row = list(cell, 1, maxCells);

export const table = shape(
  {
    type,
    block_id: id,
    rows: required(list(row, 1, 100)),
    column_settings: optional(
      list(shape({ align: optional(oneOf('left', 'center', 'right')), is_wrapped: optional(flag) }), 1, maxCells),
    ),
  },
  (block, at) => checkSize(block['rows'], inside(at, 'rows')),
);

export const dataTable = shape(
  {
    type,
    block_id: id,
    caption: required(text({ max: 255 })),
    rows: required(dataRows),
    page_size: optional(integer(1, 100)),
    row_header_column_index: optional(integer(0, maxCells - 1)),
  },
  (block, at) => checkSize(block['rows'], inside(at, 'rows')),
);

function dataRows(rows: unknown, at: Place): void {
  list(row, 2, 101)(rows, at);
  if (!Array.isArray(rows)) return;
  if (Array.isArray(rows[0])) headOnly(rows[0], inside(at, 0));
  const widths = new Set(rows.map((entry) => (Array.isArray(entry) ? entry.length : 0)));
  if (widths.size > 1) refuse(at, 'all rows must have the same number of cells');
}

const headOnly: Check = list(headCell, 1, maxCells);

function checkSize(rows: unknown, at: Place): void {
  const characters = charactersIn(rows);
  if (characters > maxTableCharacters)
    refuse(at, `must be less than ${maxTableCharacters + 1} characters in all cells`);
}

function charactersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + charactersIn(entry), 0);
  const own = 'text' in value && typeof value.text === 'string' ? value.text.length : 0;
  return Object.values(value).reduce((sum: number, entry) => sum + charactersIn(entry), own);
}
