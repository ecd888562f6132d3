import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorld, type World } from '../../src/sandbox/world/world.ts';
import { run } from '../cli/program.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const drill = ['drill', 'dev', '--restore-point', '1 hour ago', '--tables', 'quotes'];
let world: World;
let logs: CloudWatchLogsClient;

beforeAll(async () => {
  world = await startWorld({ environments: ['dev'], restoreMs: 200 });
  logs = new CloudWatchLogsClient({
    endpoint: world.aws.url,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
  });
});
afterAll(async () => {
  logs.destroy();
  await world.close();
});

test('a shell without the right to write logs: said once, nothing else changes; the next one sends both stories', async () => {
  const folder = temporaryFolder();
  const variables = { ...world.variables, RESTORE_LOG_GROUP: '/ops/restores', RESTORE_LOG_STREAM: 'shell' };
  world.aws.faults.add({ operation: 'PutLogEvents', kind: 'access-denied', count: 'all' });
  const denied = await run(drill, folder, variables);
  expect(denied.code).toBe(0);
  expect(denied.stderr).toBe(
    'CloudWatch Logs does not take the story at present (logs:PutLogEvents: AccessDeniedException). Restores go on as ' +
      'ever; the lines are kept and sent later. Allow logs:PutLogEvents on the log group /ops/restores, or switch it off ' +
      'with RESTORE_LOG_GROUP=off.\n',
  );
  world.aws.faults.clear();

  const off = await run(drill, folder, { ...variables, RESTORE_LOG_GROUP: 'off' });
  expect(off).toMatchObject({ code: 0, stderr: '' });

  expect(await run(drill, folder, variables)).toMatchObject({ code: 0, stderr: '' });
  const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/ops/restores' }));
  const lines = events.map(({ message = '' }) => JSON.parse(message));
  const completed = lines.filter(({ event }) => event === 'completed');
  expect(completed).toHaveLength(3);
  expect(new Set(lines.map(({ seq }) => seq)).size).toBe(lines.filter(({ seq }) => seq !== undefined).length + 1);
  for (const line of completed) expect(line).toMatchObject({ status: 'completed', kind: 'drill', Completed: 1 });
  expect(lines.some(({ event, Environment }) => event === 'gauges' && Environment === 'dev')).toBe(true);
});
