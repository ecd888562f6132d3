import type { ContextBlock, KnownBlock, SectionBlock, TextObject } from '@slack/types';
import type { JsonObject } from '../../slack/json.ts';
import { Element } from '../elements/element.tsx';
import { Mrkdwn, Plain } from '../text/mrkdwn.tsx';
import { Input } from './input.tsx';
import { Plan, Task } from './plan.tsx';
import { RichText } from './rich-text.tsx';
import { DataTable, Table } from './table.tsx';

/** Blocks as they came: the sandbox has checked them against Block Kit before it took them. */
export function Blocks({ blocks }: { readonly blocks: readonly JsonObject[] }) {
  const known = blocks as unknown as readonly KnownBlock[];
  return known.map((block, index) => <Block key={block.block_id ?? index} block={block} />);
}

function Block({ block }: { readonly block: KnownBlock }) {
  switch (block.type) {
    case 'header':
      return (
        <h3 class="header">
          <Plain text={block.text.text} />
        </h3>
      );
    case 'section':
      return <Section block={block} />;
    case 'context':
      return <Context block={block} />;
    case 'divider':
      return <hr />;
    case 'actions':
      return (
        <div class="actions">
          {block.elements.map((element) => (
            <Element
              key={'action_id' in element ? element.action_id : ''}
              element={element}
              blockId={block.block_id ?? ''}
              isDispatched
            />
          ))}
        </div>
      );
    case 'input':
      return <Input block={block} />;
    case 'rich_text':
      return <RichText block={block} />;
    case 'alert':
      return (
        <div class={`alert ${block.level ?? 'default'}`} role="note">
          <Text text={block.text} />
        </div>
      );
    case 'plan':
      return <Plan block={block} />;
    case 'task_card':
      return <Task card={block} />;
    case 'table':
      return <Table block={block} />;
    case 'data_table':
      return <DataTable block={block} />;
    case 'container':
      return (
        <section class="container">
          {block.title !== undefined && <b>{block.title.text}</b>}
          <Blocks blocks={block.child_blocks as unknown as readonly JsonObject[]} />
        </section>
      );
    case 'image':
      return <p class="muted">[image: {block.alt_text}]</p>;
    case 'markdown':
      return <p class="lines">{block.text}</p>;
    default:
      return <p class="muted">[A {block.type} block, which the sandbox does not draw]</p>;
  }
}

function Section({ block }: { readonly block: SectionBlock }) {
  const { text, fields = [], accessory, block_id: blockId = '' } = block;
  return (
    <div class="section">
      <div>
        {text !== undefined && (
          <div class="text">
            <Text text={text} />
          </div>
        )}
        {fields.length > 0 && (
          <div class="fields">
            {fields.map((field, index) => (
              <div key={index}>
                <Text text={field} />
              </div>
            ))}
          </div>
        )}
      </div>
      {accessory !== undefined && <Element element={accessory} blockId={blockId} isDispatched />}
    </div>
  );
}

function Context({ block }: { readonly block: ContextBlock }) {
  return (
    <div class="context muted">
      {block.elements.map((element, index) => (
        <span key={index}>{element.type === 'image' ? `[image: ${element.alt_text}]` : <Text text={element} />}</span>
      ))}
    </div>
  );
}

function Text({ text }: { readonly text: TextObject }) {
  return text.type === 'mrkdwn' ? <Mrkdwn text={text.text} /> : <Plain text={text.text} />;
}
