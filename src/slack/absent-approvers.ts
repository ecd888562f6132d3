/** Tells the approvers who are not in the channel that they are asked. Once each, and never in the way of the story. */
import type { Clock } from '../restore/ports.ts';
import type { Logger } from './logging.ts';
import { approverMessage, withoutDecided } from './messages/approvers.ts';
import type { Surroundings } from './messages/surroundings.ts';
import type { Poster } from './poster.ts';
import type { Postings } from './postings.ts';
import type { Story } from './story.ts';

export type AbsentApproversParts = {
  readonly poster: Poster;
  readonly clock: Clock;
  readonly logger: Logger;
  /** User ids of everybody in a channel. */
  readonly membersOf: (channelId: string) => Promise<ReadonlySet<string>>;
  /** User ids of everybody in a user group. */
  readonly inGroup: (groupId: string) => Promise<ReadonlySet<string>>;
};

export async function tellAbsentApprovers(
  { run, channelId }: Story,
  surroundings: Surroundings,
  postings: Postings,
  { poster, clock, logger, membersOf, inGroup }: AbsentApproversParts,
  signal: AbortSignal,
): Promise<void> {
  const { approvers = [], approverGroups = [] } = surroundings.environment ?? {};
  try {
    const groups = await Promise.all(approverGroups.map(inGroup));
    const all = new Set([...approvers, ...groups.flatMap((group) => [...group])]);
    const untold = withoutDecided(run, [...all]).filter((userId) => postings.posted(keyFor(userId)) === undefined);
    if (untold.length === 0) return;
    const members = await membersOf(channelId);
    const message = approverMessage(run, surroundings, clock.now());
    for (const userId of untold.filter((each) => !members.has(each))) {
      if (!postings.mayPost(keyFor(userId))) continue;
      const place = { channelId: userId, key: `${run.id}:${keyFor(userId)}` };
      postings.remember(keyFor(userId), await poster.post(place, message, signal));
    }
  } catch (error) {
    // They may also be told by people; a request must not wait for this.
    if (!signal.aborted) logger.warn({ runId: run.id, err: error }, 'Approvers outside the channel could not be told');
  }
}

function keyFor(userId: string): string {
  return `approver-${userId}`;
}
