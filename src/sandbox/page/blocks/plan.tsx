import type { PlanBlock, TaskCardBlock } from '@slack/types';
import { Plain } from '../text/mrkdwn.tsx';
import { RichText } from './rich-text.tsx';

const words = { pending: 'to do', in_progress: 'in progress', complete: 'done', error: 'failed' } as const;

/** The phases of a run, each with its state. */
export function Plan({ block: { title, tasks = [] } }: { readonly block: PlanBlock }) {
  const cards = tasks.filter(isTask);
  const done = cards.filter(({ status }) => status === 'complete').length;
  return (
    <figure class="plan" aria-label={title}>
      <header>
        <b>
          <Plain text={title} />
        </b>
        <span class="muted">
          {done} of {cards.length}
        </span>
      </header>
      <ol>
        {cards.map((card) => (
          <li key={card.task_id}>
            <Task card={card} />
          </li>
        ))}
      </ol>
    </figure>
  );
}

/** Plans hold nothing else; their type leaves room for what Slack may add. */
function isTask(task: object): task is TaskCardBlock {
  return 'task_id' in task;
}

export function Task({ card: { title, status, details, output } }: { readonly card: TaskCardBlock }) {
  return (
    <div class={`task ${status}`}>
      <span class="state" role="img" aria-label={words[status]} />
      <div>
        <span class="title">
          <Plain text={title} />
        </span>
        {output !== undefined && (
          <span class="output">
            <RichText block={output} />
          </span>
        )}
        {details !== undefined && (
          <div class="details">
            <RichText block={details} />
          </div>
        )}
      </div>
    </div>
  );
}
