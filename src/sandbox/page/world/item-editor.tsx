import { useState } from 'preact/hooks';
import type { EnvironmentSeen } from '../../world/view.ts';
import { useOrder } from './use-order.ts';

type Answer = { readonly item: object | null } | { readonly refused: string };
type Action = 'read' | 'put' | 'update' | 'delete';

/** A key to begin with. */
function example(label: string): object {
  return label === 'quotes' ? { id: { N: '1' } } : { username: { S: 'visitor7@example.com' }, quoteId: { N: '1' } };
}

/** Reads and writes one item, as any program with the AWS SDK would. */
export function ItemEditor({ environment }: { readonly environment: EnvironmentSeen }) {
  const [label, setLabel] = useState<string>('quotes');
  const [text, setText] = useState(() => written(example('quotes')));
  const [outcome, setOutcome] = useState('');
  const { isBusy, refusal, give } = useOrder();
  const carryOut = async (action: Action) => {
    setOutcome('');
    const item = parsed(text);
    if (item === undefined) {
      setOutcome('This is not a JSON object.');
      return;
    }
    const answer = await give<Answer>('item', { environment: environment.name, label, action, item });
    if (answer === undefined) return;
    if ('refused' in answer) {
      setOutcome(answer.refused);
      return;
    }
    if (action === 'read' && answer.item !== null) setText(written(answer.item));
    setOutcome(told(action, answer.item !== null));
  };
  return (
    <details class="w-more">
      <summary>Write your own</summary>
      <label class="w-inline">
        <span>Table</span>
        <select
          class="field"
          value={label}
          onChange={({ currentTarget }) => {
            setLabel(currentTarget.value);
            setText(written(example(currentTarget.value)));
            setOutcome('');
          }}
        >
          {environment.tables.map((table) => (
            <option key={table.label} value={table.label}>
              {table.label}
            </option>
          ))}
        </select>
      </label>
      <label class="w-block">
        <span>Item in DynamoDB JSON; its key is enough to read or to delete it</span>
        <textarea
          class="field"
          rows={6}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <div class="w-row">
        {(['read', 'put', 'update', 'delete'] as const).map((action) => (
          <button
            key={action}
            type="button"
            class="button small"
            disabled={isBusy}
            onClick={() => void carryOut(action)}
          >
            {names[action]}
          </button>
        ))}
      </div>
      <p class="w-small" role="status">
        {refusal ?? outcome}
      </p>
    </details>
  );
}

const names = { read: 'Read', put: 'Put', update: 'Update', delete: 'Delete' } as const;

function told(action: Action, isThere: boolean): string {
  switch (action) {
    case 'read':
      return isThere ? 'Read.' : 'There is no item with this key.';
    case 'put':
      return 'Put: the item is now exactly this.';
    case 'update':
      return 'Updated: these attributes are set, all others stay.';
    case 'delete':
      return 'Deleted.';
  }
}

function written(item: object): string {
  return JSON.stringify(item, null, 1);
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
