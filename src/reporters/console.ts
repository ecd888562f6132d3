import type { RunId } from '../restore/events.ts';
import type { Clock, EventLog, ProgressBoard, Reporter } from '../restore/ports.ts';
import type { Run } from '../restore/run.ts';
import { followRun, type OnTrouble } from './follow.ts';
import { formatLocal } from './format.ts';
import { consoleLines } from './lines.ts';
import { progressLines } from './progress-line.ts';

/** As much of a stream as is needed; process.stdout and process.stderr are two. */
export type Output = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number };

export type ConsoleOptions = {
  /** `--verbose`: DEBUG lines too. */
  readonly verbose: boolean;
  /** `--json`: the events themselves, one JSON object a line, and nothing else. */
  readonly json: boolean;
  /** Sequence number of the last event that was told already, by the process that began the run. */
  readonly after?: number;
};

/** A terminal's bar moves five times a second; a log of a long wait shows a sign of life every minute. */
const terminalTickMs = 200;
const plainTickMs = 60_000;
const historyLooked = 50;
const eraseLine = '\r\u001b[2K';

/** A table's resource policy is written down so that it can be put back; it is nobody's business on a console. */
function withoutPolicies(name: string, value: unknown): unknown {
  return name === 'policyBefore' ? undefined : value;
}

/** Tells a run as the requirement's console lines: WARNING and ERROR on stderr, the rest on stdout. */
export function consoleReporter(
  parts: { readonly log: EventLog; readonly progress: ProgressBoard; readonly clock: Clock },
  runId: RunId,
  outputs: { readonly stdout: Output; readonly stderr: Output },
  options: ConsoleOptions,
  onTrouble: OnTrouble,
): Reporter {
  const { stdout, stderr } = outputs;
  const isTerminal = stdout.isTTY === true && !options.json;
  let current: Run | undefined;
  // Of earlier runs it is known how long AWS takes; what is added meanwhile is not worth a look five times a second.
  let history: readonly Run[] = [];
  let barShown = false;
  let timer: NodeJS.Timeout | undefined;

  const eraseBar = () => {
    if (barShown) stdout.write(eraseLine);
    barShown = false;
  };
  const tick = () => {
    if (current === undefined) return;
    const now = parts.clock.now();
    const [whole, ...tables] = progressLines(current, parts.progress.get(runId), history, now);
    if (whole === undefined) return;
    if (isTerminal) {
      stdout.write(`${eraseLine}${whole.slice(0, (stdout.columns ?? 80) - 1)}`);
      barShown = true;
    } else {
      for (const line of [whole, ...tables]) stdout.write(`[${formatLocal(now)}] [INFO] ${line}\n`);
    }
  };
  const following = followRun(
    parts.log,
    runId,
    (stored, run) => {
      current = run;
      eraseBar();
      if (options.json) {
        stdout.write(`${JSON.stringify({ ...stored, at: new Date(stored.at).toISOString() }, withoutPolicies)}\n`);
        return;
      }
      for (const { level, text } of consoleLines(stored, run)) {
        if (level === 'DEBUG' && !options.verbose) continue;
        const output = level === 'WARNING' || level === 'ERROR' ? stderr : stdout;
        output.write(`[${formatLocal(stored.at)}] [${level}] ${text}\n`);
      }
    },
    onTrouble,
    options.after,
  );
  return {
    start() {
      following.start();
      if (options.json) return;
      history = parts.log.recent(historyLooked);
      timer = setInterval(tick, isTerminal ? terminalTickMs : plainTickMs);
      timer.unref();
    },
    async stop(ms) {
      clearInterval(timer);
      await following.stop(ms);
      eraseBar();
    },
  };
}
