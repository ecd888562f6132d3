import { expect, test } from 'vitest';
import { phases } from '../../src/restore/events.ts';
import { restoreAll, startRecorded, tellCloudWatch } from '../deploy/scenarios.ts';

test('of a real restore every phase is in CloudWatch, with its duration, and what it cost and wrote', async () => {
  const { engine } = await startRecorded();
  const run = await restoreAll(engine, { options: { planConfirmation: 'never' } });
  expect(run.state).toBe('COMPLETED');
  await tellCloudWatch(engine);
  const lines = engine.aws.requests
    .list('PutLogEvents')
    .flatMap(({ body }) => body['logEvents'] as readonly { readonly message: string }[])
    .map(({ message }): Record<string, unknown> => JSON.parse(message));

  const rows = engine.log.ofRun(run.id);
  const ofRun = lines.filter(({ seq }) => seq !== undefined && rows.some((row) => row.seq === seq));
  expect(ofRun.map(({ event }) => event)).toEqual(expect.arrayContaining(rows.map(({ event }) => event.type)));
  const finished = lines.filter(({ event }) => event === 'phase-finished');
  expect(new Set(finished.map(({ phase }) => phase))).toEqual(new Set(phases));
  for (const line of finished) expect(line['PhaseDuration']).toBeCloseTo(Number(line['duration_seconds']) * 1000);
  const completed = lines.find(({ event }) => event === 'completed');
  // Three tables, of each of which ten were lost, twenty changed and five added.
  expect(completed).toMatchObject({
    ItemsPut: 90,
    ItemsDeleted: 15,
    ItemsUnchanged: 810,
    original_count: 885,
    restored_count: 900,
  });
  expect(completed?.['ReadUnits']).toBeGreaterThan(0);
  expect(completed?.['WriteUnits']).toBeGreaterThan(0);
});
