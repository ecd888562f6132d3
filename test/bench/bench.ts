/** `npm run bench`: measures the program against what people would do without it, and writes docs/benchmarks.md. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { CannedOrder } from './canned-pages.ts';
import { askOnce, pointedAt, startChild } from './child.ts';
import { type Duel, duel, middle, type OurSwaps, ourSwaps, type Swaps, swapOf } from './duel.ts';
import { ourSwap, program, workplace } from './our-swap.ts';
import type { PackageOrder } from './package-swap.ts';
import { installPackages } from './packages.ts';
import { factor, markdown, median, megabytes, percentile, plain, type Row, seconds, whole } from './rows.ts';
import type { ScanOrder, ScanResult } from './scan-client.ts';
import type { Acks, SlackOrder, SlackPlace } from './slack.ts';
import { type Measuring, withSandbox } from './with-sandbox.ts';

const { values: flags } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const many = flags.quick ? 50_000 : 1_000_000;
const few = flags.quick ? 5_000 : 100_000;
const canned = flags.quick ? 68_000 : 408_000;
const repeats = flags.quick ? 1 : 3;
const warmUpItems = flags.quick ? 300 : 10_000;
const startedAt = performance.now();
const minutes = () => ((performance.now() - startedAt) / 60_000).toFixed(1);
const segments = 4;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const rows: Row[] = [];
function add(row: Row): void {
  rows.push(row);
  say(`${minutes().padStart(5)} min  ${plain(row)}`);
}

const onSandbox = <Result>(scanOrder: 'hash' | 'shuffled', act: Measuring<Result>): Promise<Result> =>
  withSandbox({ scanOrder, warmUpItems }, act);

/** Items per second of processor time, the median of some runs that take turns. */
async function scanRates(clients: readonly ScanOrder[]): Promise<readonly number[]> {
  const server = startChild('canned-pages.ts');
  const order: CannedOrder = { items: canned, segments };
  const { url } = await server.ask<{ url: string }>(order);
  const rates = clients.map((): number[] => []);
  try {
    for (let repeat = 0; repeat < repeats; repeat += 1) {
      for (const [index, client] of clients.entries()) {
        const { items, cpuSeconds } = await askOnce<ScanResult>('scan-client.ts', client, pointedAt(url));
        rates[index]?.push(items / cpuSeconds);
      }
    }
  } finally {
    await server.stop();
  }
  return rates.map(median);
}

async function measureComparison(packages: string | undefined): Promise<void> {
  const clients: ScanOrder[] = [
    { client: 'ours', segments },
    { client: 'sdk', segments },
    { client: 'sdk-document', segments },
    ...(packages === undefined
      ? []
      : [
          {
            client: 'shelf' as const,
            segments,
            shelf: `${packages}/node_modules/@shelf/dynamodb-parallel-scan/lib/index.js`,
          },
        ]),
  ];
  const [ours = Number.NaN, sdk = Number.NaN, document = Number.NaN, shelf] = await scanRates(clients);
  add({
    measured: `comparison, items per CPU-second, both sides counted, ${whole(2 * canned)} items of 600 B, canned pages`,
    result: factor(ours / sdk),
    target: '2× a plain `Scan` loop of the stock SDK client',
    isMet: ours >= 2 * sdk,
    from: `${whole(ours)} against ${whole(sdk)}; with \`lib-dynamodb\` ${whole(document)}`,
  });
  if (shelf === undefined) return;
  add({
    measured: 'the same against reading with `@shelf/dynamodb-parallel-scan` 4.0.0, which compares nothing',
    result: factor(ours / shelf),
    target: 'ahead',
    isMet: ours > shelf,
    from: `${whole(ours)} against ${whole(shelf)}`,
  });
}

const timeOf = (swaps: Swaps) => middle(swaps, (swap) => swap.seconds, seconds);
const unitsOf = (swaps: Swaps) => middle(swaps, ({ writeUnits }) => writeUnits, whole);
const writingTimeOf = (swaps: Swaps) => middle(swaps, ({ window }) => window.seconds, seconds);

async function measureSwap(): Promise<OurSwaps> {
  const free = await onSandbox('hash', (...on) => duel(...on, { items: many, times: repeats }));
  addDuel(`whole swap, ${whole(many)} items, 1 % damaged, sandbox unthrottled`, free, 3);
  const [ourUnits, theirUnits] = [unitsOf(free.ours), unitsOf(free.theirs)];
  const units = theirUnits.value / ourUnits.value;
  add({
    measured: 'write units of the same',
    result: `${factor(units)} fewer`,
    target: '50× fewer',
    isMet: units >= 50,
    from: `${ourUnits.shown} against ${theirUnits.shown}`,
  });
  const enforced = await onSandbox('hash', async (place, sandbox) => {
    await sandbox.tell({ do: 'enforce-capacity' });
    return duel(place, sandbox, { items: many, times: 1 });
  });
  addDuel('the same with 4,000 write and 12,000 read units/s, as AWS gives a new on-demand table', enforced, 8);
  addWindow('first to last write to the live table, unthrottled', free);
  addWindow('first to last write to the live table, with AWS’s limits', enforced);
  return free.ours;
}

function addDuel(measured: string, { ours, theirs }: Duel, target: number): void {
  const [taken, theirTime] = [timeOf(ours), timeOf(theirs)];
  const ratio = theirTime.value / taken.value;
  add({
    measured,
    result: `${factor(ratio)} less time`,
    target: `${target}× less`,
    isMet: ratio >= target,
    from: `${taken.shown} against ${theirTime.shown}`,
  });
}

function addWindow(measured: string, { ours, theirs }: Duel): void {
  const [taken, theirWindow] = [writingTimeOf(ours), writingTimeOf(theirs)];
  const ratio = theirWindow.value / taken.value;
  add({
    measured,
    result: `${factor(ratio)} shorter`,
    target: '30× shorter',
    isMet: ratio >= 30,
    from: `${taken.shown} against ${theirWindow.shown}`,
  });
}

async function measureGrowth(large: OurSwaps): Promise<void> {
  const small = await onSandbox('hash', (...on) => ourSwaps(...on, { items: few, times: repeats }));
  const peakOf = (swaps: OurSwaps) => middle(swaps, ({ peakMb }) => peakMb, megabytes);
  const [largePeak, smallPeak] = [peakOf(large), peakOf(small)];
  add({
    measured: `peak memory, ${whole(many)} against ${whole(few)} items`,
    result: `${factor(largePeak.value / smallPeak.value)}`,
    target: 'at most 1.15×, under 400 MB in all',
    isMet: largePeak.value <= 1.15 * smallPeak.value && large.every(({ peakMb }) => peakMb < 400),
    from: `${largePeak.shown} against ${smallPeak.shown}`,
  });
  const [largeTime, smallTime] = [timeOf(large), timeOf(small)];
  add({
    measured: `time, ${whole(many)} against ${whole(few)} items`,
    result: factor(largeTime.value / smallTime.value),
    target: 'at most 10.5×',
    isMet: largeTime.value <= 10.5 * smallTime.value,
    from: `${largeTime.shown} against ${smallTime.shown}`,
  });
  const shuffled = await onSandbox('shuffled', (...on) => swapOf(...on, many));
  const verification = shuffled.run.tables[0]?.verification;
  const isCorrect = verification !== undefined && verification.liveDigest === verification.restoredDigest;
  add({
    measured: `the same with scan orders that share nothing, ${whole(many)} items`,
    result: `${factor(shuffled.seconds / largeTime.value)} the time`,
    target: 'correct, at most 4×, under 400 MB',
    isMet: isCorrect && shuffled.seconds <= 4 * largeTime.value && shuffled.peakMb < 400,
    from: `${seconds(shuffled.seconds)}, ${megabytes(shuffled.peakMb)}, ${isCorrect ? 'verified' : 'NOT VERIFIED'}`,
  });
}

/** The bot as a process, with a swap under way and somebody who keeps asking for its status. */
async function measureAcks(): Promise<void> {
  const { acks } = await onSandbox('hash', async (place, sandbox) => {
    await sandbox.tell({ do: 'table', table: 'ours', items: many });
    await sandbox.warmUp();
    const slack = startChild('slack.ts');
    const { apiUrl, botToken, appToken } = await slack.ask<SlackPlace>({ do: 'start' });
    const { env, folder, remove } = workplace('ours', place, { admins: ['U0ALICE'], planConfirmation: 'never' });
    const tokens = { SLACK_API_URL: apiUrl, SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, PORT: '0' };
    const bot = spawn(process.execPath, [program, 'serve'], {
      cwd: folder,
      env: { ...env, ...tokens, LOG_LEVEL: 'error' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    try {
      const order: SlackOrder = { do: 'restore', restorePoint: place.restorePoint };
      return await slack.ask<Acks>(order);
    } finally {
      bot.kill('SIGKILL');
      await slack.stop();
      remove();
    }
  });
  const p99 = percentile(acks, 0.99);
  add({
    measured: `slash command to ack while a swap of ${whole(many)} items runs flat out, p99`,
    result: `${whole(p99)} ms`,
    target: '100 ms',
    isMet: p99 <= 100,
    from: `${whole(acks.length)} commands; median ${whole(median(acks))} ms, longest ${whole(Math.max(...acks))} ms`,
  });
}

async function measurePackages(folder: string): Promise<void> {
  const names: readonly PackageOrder['name'][] = ['copy-dynamodb-table', '@aws/dynamodb-batch-iterator'];
  for (const name of names) {
    const [ours, theirs] = await onSandbox('hash', async (place, sandbox) => {
      await sandbox.tell({ do: 'table', table: 'ours', items: few });
      await sandbox.tell({ do: 'table', table: 'theirs', items: few });
      await sandbox.tell({ do: 'copy', table: 'theirs', copy: 'theirs-restored' });
      await sandbox.warmUp();
      const swap = await ourSwap('ours', place);
      const order: PackageOrder = { from: folder, name, live: 'theirs', restored: 'theirs-restored', url: place.url };
      const { seconds: taken } = await askOnce<{ seconds: number }>('package-swap.ts', order, pointedAt(place.url));
      return [swap.seconds, taken];
    });
    add({
      measured: `whole swap of ${whole(few)} items against copying with \`${name}\`, which deletes and verifies nothing`,
      result: `${factor(theirs / ours)} less time`,
      target: 'ahead',
      isMet: ours < theirs,
      from: `${seconds(ours)} against ${seconds(theirs)}`,
    });
  }
}

function report(): void {
  const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const file = new URL('../../docs/benchmarks.md', import.meta.url);
  const before = readFileSync(file, 'utf8');
  const block = `<!-- table -->\n${new Date().toISOString().slice(0, 10)}, ${machine}, all in one run of ${minutes()} minutes:\n\n${markdown(rows)}\n<!-- /table -->`;
  writeFileSync(file, before.replace(/<!-- table -->.*<!-- \/table -->/s, block));
}

const wants = (section: string) => flags.only === undefined || flags.only.split(',').includes(section);
const installed = installPackages();
const packages = 'folder' in installed ? installed.folder : undefined;
if ('trouble' in installed && (wants('comparison') || wants('packages'))) {
  const measured = 'npm packages people would use instead';
  add({ measured, result: 'not measured', target: 'ahead of each', isMet: false, from: installed.trouble });
}
if (wants('comparison')) await measureComparison(packages);
const large = wants('swap') ? await measureSwap() : undefined;
if (wants('growth')) {
  await measureGrowth(large ?? (await onSandbox('hash', (...on) => ourSwaps(...on, { items: many, times: repeats }))));
}
if (wants('acks')) await measureAcks();
if (wants('packages') && packages !== undefined) await measurePackages(packages);
if (flags.only === undefined && !flags.quick) report();
say(`\n${markdown(rows)}`);
say(`${minutes()} minutes`);
// Of little data, what everybody has to begin with is most.
if (!flags.quick && rows.some(({ isMet }) => !isMet)) process.exitCode = 1;
