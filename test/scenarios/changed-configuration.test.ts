import { expect, test } from 'vitest';
import type { Engine } from '../support/engine.ts';
import { shell, startEngine } from '../support/engine.ts';
import { alice, bob } from '../support/requests.ts';
import { damagedQuotes, live, runIt, tables } from './quotes.ts';

/** A restore that a shutdown stopped in the middle of its swap. */
async function stoppedInItsSwap(engine: Engine) {
  await damagedQuotes(engine);
  const before = live(engine);
  const shutdown = new AbortController();
  const held = engine.aws.hold('UpdateItem');
  const { id: runId } = await engine.restores.request(engine.wish({ requestedBy: alice }), shell);
  const ended = engine.restores.execute(runId, shutdown.signal);
  await held.reached;
  shutdown.abort();
  held.release();
  expect((await ended).state).toBe('IN_PROGRESS');
  return { runId, before };
}

test.for([
  ['another region', { region: 'eu-west-1' }],
  ['another role', { roleArn: 'arn:aws:iam::000000000000:role/other' }],
  ['other tables', { tables: [{ label: 'quotes', table: 'quotes-table-2' }] }],
  ['no such environment', { name: 'production' }],
] as const)(
  'a run whose environment is %s by now does not go on; cancelled, it is put back where it was begun',
  async ([, changed]) => {
    const engine = await startEngine();
    const { runId, before } = await stoppedInItsSwap(engine);
    const other = engine.anotherProcess(changed);
    for (const _ of [1, 2]) await expect(other.restores.resume(runId)).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
    // Said once in the record, which is what the thread tells, and with what to type.
    const refused = engine.log.ofRun(runId).flatMap(({ event }) => (event.type === 'resume-refused' ? [event] : []));
    expect(refused).toMatchObject([{ hint: expect.stringContaining(`\`cancel ${runId}\``) }]);
    expect(other.restores.run(runId)?.state).toBe('IN_PROGRESS');
    other.restores.cancel(runId, 'name' in changed ? alice : bob);
    expect(await other.restores.resume(runId)).toMatchObject({ state: 'ROLLED_BACK', failure: { code: 'CANCELLED' } });
    expect(live(engine)).toEqual(before);
  },
);

test('set back, it goes on', async () => {
  const engine = await startEngine();
  const { runId } = await stoppedInItsSwap(engine);
  const other = engine.anotherProcess({ region: 'eu-west-1' });
  await expect(other.restores.resume(runId)).rejects.toMatchObject({ code: 'OUT_OF_DATE' });
  expect(await engine.restores.resume(runId)).toMatchObject({ state: 'COMPLETED' });
  expect(await tables(engine)).toEqual(['quotes-table']);
});

test('a run that is being put back goes on with that, whatever the configuration says', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const before = live(engine);
  engine.aws.faults.add({ operation: 'UpdateItem', kind: 'access-denied', nth: 15 });
  const shutdown = new AbortController();
  const { id: runId } = await engine.restores.request(engine.wish(), shell);
  const stop = engine.log.watch(() => {
    if (engine.restores.run(runId)?.rollback !== undefined) shutdown.abort();
  });
  const stopped = await engine.restores.execute(runId, shutdown.signal);
  stop();
  expect(stopped).toMatchObject({ state: 'IN_PROGRESS', rollback: { code: 'SWAP' } });
  const other = engine.anotherProcess({ tables: [] });
  expect(await other.restores.resume(runId)).toMatchObject({ state: 'ROLLED_BACK' });
  expect(live(engine)).toEqual(before);
});

test('an undo where the configuration is another one by now is refused before anybody approves it', async () => {
  const engine = await startEngine();
  await damagedQuotes(engine);
  const run = await runIt(engine);
  const other = engine.anotherProcess({ region: 'eu-west-1' });
  expect(() => other.restores.undo(run.id, alice, '', shell)).toThrow(
    expect.objectContaining({ code: 'OUT_OF_DATE', hint: expect.stringContaining('set the configuration back') }),
  );
  expect(engine.restores.open()).toEqual([]);
});
