import type { DataTableBlock, TableBlock } from '@slack/types';
import { useId, useState } from 'preact/hooks';
import { Plain } from '../text/mrkdwn.tsx';
import { RichText } from './rich-text.tsx';

type Cell = TableBlock['rows'][number][number];
/** How a column looks, as a class. */
type Look = string;

export function Table({ block: { rows, column_settings: settings = [] } }: { readonly block: TableBlock }) {
  const [head = [], ...body] = rows;
  const look = (index: number): Look => {
    const { align = 'left', is_wrapped: isWrapped = false } = settings[index] ?? {};
    return isWrapped ? `${align} wrapped` : align;
  };
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <figure class="table" tabIndex={0} aria-label={`Table: ${head.map(textOf).join(', ')}`}>
      <table>
        <Head cells={head} look={look} />
        <Body rows={body} look={look} />
      </table>
    </figure>
  );
}

/** A table with a caption, in pages. */
export function DataTable({ block }: { readonly block: DataTableBlock }) {
  const { caption, page_size: pageSize = 5, row_header_column_index: named = 0 } = block;
  const [page, setPage] = useState(0);
  const captionId = useId();
  const [head = [], ...body] = block.rows;
  const look = (index: number): Look => (body.every((row) => row[index]?.type === 'raw_number') ? 'right' : 'left');
  const pages = Math.ceil(body.length / pageSize);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <figure class="table" tabIndex={0} aria-labelledby={captionId}>
      <table>
        <caption id={captionId}>{caption}</caption>
        <Head cells={head} look={look} />
        <Body rows={body.slice(page * pageSize, (page + 1) * pageSize)} look={look} named={named} />
      </table>
      {pages > 1 && (
        <footer>
          <button type="button" class="button small" disabled={page === 0} onClick={() => setPage(page - 1)}>
            Previous
          </button>
          <span class="muted">
            {page + 1} of {pages}
          </span>
          <button type="button" class="button small" disabled={page === pages - 1} onClick={() => setPage(page + 1)}>
            Next
          </button>
        </footer>
      )}
    </figure>
  );
}

function Head({ cells, look }: { readonly cells: readonly Cell[]; readonly look: (index: number) => Look }) {
  return (
    <thead>
      <tr>
        {cells.map((cell, index) => (
          <th key={textOf(cell)} scope="col" class={look(index)}>
            <Shown cell={cell} />
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Body(props: {
  readonly rows: readonly (readonly Cell[])[];
  readonly look: (index: number) => Look;
  readonly named?: number;
}) {
  const { rows, look, named = 0 } = props;
  return (
    <tbody>
      {rows.map((row, rowIndex) => (
        <tr key={rowIndex}>
          {row.map((cell, index) => {
            const shown = <Shown cell={cell} />;
            if (index === named)
              return (
                <th key={index} scope="row" class={look(index)}>
                  {shown}
                </th>
              );
            return (
              <td key={index} class={look(index)}>
                {shown}
              </td>
            );
          })}
        </tr>
      ))}
    </tbody>
  );
}

function Shown({ cell }: { readonly cell: Cell }) {
  return cell.type === 'rich_text' ? <RichText block={cell} /> : <Plain text={textOf(cell)} />;
}

function textOf(cell: Cell): string {
  return 'text' in cell ? cell.text : '';
}
