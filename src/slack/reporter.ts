import { setMaxListeners } from 'node:events';
import type { RunId } from '../restore/events.ts';
import type { Reporter } from '../restore/ports.ts';
import { hasEnded, type Run } from '../restore/run.ts';
import { openMessages } from './absent-approvers.ts';
import { type Bell, makeBell } from './bell.ts';
import { offerOver } from './last-word.ts';
import { reporterName } from './postings.ts';
import { type TellerParts, tell } from './teller.ts';

/** Runs that may be undone are the latest ones; there are never many in a day. */
const recentRuns = 100;

type Telling = { readonly bell: Bell; readonly done: Promise<void> };

/** Tells every run that was asked for in Slack, each in its own time: a channel that is stuck holds up no other. */
export function makeThreadReporter(parts: TellerParts): Reporter {
  const { log, deliveries, clock, logger } = parts;
  const processStartedAt = clock.now();
  const stopped = new AbortController();
  // All that Slack did not take wait and listen: Node would warn of the eleventh.
  setMaxListeners(0, stopped.signal);
  const tellings = new Map<RunId, Telling>();
  let isDraining = false;
  let stopWatching: (() => void) | undefined;

  /** Called by the event log in the middle of the core's work: nothing may be thrown back at it. */
  function onNews(): void {
    try {
      for (const { bell } of tellings.values()) bell.ring();
      for (const runId of deliveries.behind(reporterName)) startTelling(runId);
    } catch (error) {
      logger.error({ err: error }, 'The Slack threads could not be brought up to date');
    }
  }

  function startTelling(runId: RunId): void {
    if (tellings.has(runId) || stopped.signal.aborted) return;
    const run = log.run(runId);
    if (run === undefined) return;
    if (run.origin.kind !== 'slack') {
      deliveries.advance(reporterName, runId, run.lastSeq);
      return;
    }
    const bell = makeBell(clock);
    const control = { bell, processStartedAt, signal: stopped.signal, isDraining: () => isDraining };
    const done = tell(runId, parts, control)
      .catch((error: unknown) => {
        // A bug of ours must not be told over and over, nor stop a restore.
        if (!stopped.signal.aborted) logger.error({ runId, err: error }, 'The Slack thread of a restore broke off');
      })
      .finally(() => tellings.delete(runId));
    tellings.set(runId, { bell, done });
  }

  /** Its last word may show an Undo whose time is over. */
  function mayOfferUndo(run: Run): boolean {
    const isPosted = (key: string) => deliveries.posted(reporterName, run.id, key) !== undefined;
    return hasEnded(run) && isPosted('parent') && !isPosted(offerOver);
  }

  /** Somebody was asked for an approval, and may not know that it is over. */
  function owesApprovers(run: Run): boolean {
    return hasEnded(run) && openMessages(deliveries.allPosted(reporterName, run.id)).length > 0;
  }

  return {
    start() {
      stopWatching ??= log.watch(onNews);
      for (const run of log.open()) startTelling(run.id);
      for (const run of log.recent(recentRuns)) if (mayOfferUndo(run) || owesApprovers(run)) startTelling(run.id);
      onNews();
    },
    async stop(ms) {
      isDraining = true;
      stopWatching?.();
      onNews();
      const told = Promise.allSettled([...tellings.values()].map(({ done }) => done));
      const late = new AbortController();
      await Promise.race([told, clock.sleep(ms, late.signal).catch(() => undefined)]);
      late.abort();
      stopped.abort();
    },
  };
}
