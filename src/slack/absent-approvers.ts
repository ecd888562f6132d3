/** Tells the approvers who are not in the channel that they are asked. Once each, never a crowd, and never in the way of the story. */
import { WebAPIPlatformError } from '@slack/web-api';
import type { Clock } from '../restore/ports.ts';
import { limits } from './limits.ts';
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
    const absent = untold.filter((each) => !members.has(each));
    for (const userId of absent.slice(0, limits.toldDirectly)) {
      if (!postings.mayPost(keyFor(userId))) continue;
      const place = { channelId: userId, key: `${run.id}:${keyFor(userId)}` };
      try {
        postings.remember(keyFor(userId), await poster.post(place, message, signal));
      } catch (error) {
        // A deactivated account, or a bot in a user group: the others have to hear of it all the same.
        if (!(error instanceof WebAPIPlatformError)) throw error;
        logger.warn({ runId: run.id, userId, err: error }, 'An approver could not be told directly');
      }
    }
    if (absent.length > limits.toldDirectly)
      logger.warn({ runId: run.id }, 'There are too many approvers outside the channel to tell each of them');
  } catch (error) {
    // They may also be told by people; a request must not wait for this.
    if (!signal.aborted) logger.warn({ runId: run.id, err: error }, 'Approvers outside the channel could not be told');
  }
}

function keyFor(userId: string): string {
  return `approver-${userId}`;
}
