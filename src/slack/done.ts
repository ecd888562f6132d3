/** Says what has been done. It is done, and on record, whatever Slack does then: no trouble here may sound as if it were not. */
import type { ModalView } from '@slack/types';
import type { RunId } from '../restore/events.ts';
import { type Desk, tellDirectly } from './desk.ts';
import { type Message, message, section } from './messages/blocks.ts';
import { type Done, modal } from './views/modal.ts';
import { type OpenView, showView } from './windows.ts';

/** Shows how it went in the modal; what was done and cannot be shown there is said directly. */
export async function showOutcome(
  desk: Desk,
  open: OpenView,
  userId: string,
  outcome: Done | ModalView,
): Promise<void> {
  if ('type' in outcome) {
    await showView(desk, open, outcome);
    return;
  }
  const { title, text } = outcome;
  const blocks = [section(text)];
  await tellDone(desk, userId, message(text, blocks), () => showView(desk, open, modal({ title, blocks })));
}

/** Tells in one way, or else directly. Never rejects: the thread tells it, too. */
export async function tellDone(desk: Desk, userId: string, said: Message, tell: () => Promise<unknown>): Promise<void> {
  try {
    await tell();
  } catch (error) {
    desk.logger.warn({ userId, err: error }, 'What was done could not be shown where it was asked for');
    await tellDirectly(desk, userId, said).catch((failure: unknown) => {
      desk.logger.warn({ userId, err: failure }, 'What was done could not be said directly either; the thread tells');
    });
  }
}

/** A run is approved, and that is on record: should starting it fail, it is started with the next look at what waits. */
export function startApproved({ onApproved, logger }: Desk, runId: RunId): void {
  try {
    onApproved(runId);
  } catch (error) {
    logger.error({ runId, err: error }, 'An approved restore could not be started at once');
  }
}
