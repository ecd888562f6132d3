/** Forms as a Slack sends them that says nothing, or always the same, about which version of a window they are from. */
import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { onlyRun, open, readable } from './conversation.ts';
import { dev, startWorld, type World } from './world.ts';

type Form = {
  readonly id: string;
  readonly hash?: string | undefined;
  readonly callback_id: string;
  readonly private_metadata: string;
  readonly values: Readonly<Record<string, object>>;
};

/** Sends a form as Slack signs it, and returns what it is acknowledged with. */
async function submit({ slack, port }: World, { values, ...view }: Form): Promise<unknown> {
  const payload = {
    type: 'view_submission',
    team: { id: 'T0SANDBOX' },
    user: { id: 'U0ALICE', team_id: 'T0SANDBOX' },
    api_app_id: 'A0SANDBOX',
    view: { ...view, type: 'modal', state: { values } },
  };
  const body = new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const timestamp = String(Math.floor(Date.now() / 1000));
  // The same form again is signed anew, as Slack does it.
  sent += 1;
  const salted = `${body}&n=${sent}`;
  const hmac = createHmac('sha256', slack.signingSecret).update(`v0:${timestamp}:${salted}`).digest('hex');
  const response = await fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': timestamp,
      'x-slack-signature': `v0=${hmac}`,
    },
    body: salted,
  });
  const text = await response.text();
  return text === '' ? undefined : JSON.parse(text);
}

let sent = 0;

const wanted = { environment: 'prod', tables: [], words: '', dryRun: false, drill: false, channelId: 'C0OPS' };

test.for([
  ['without a hash', undefined],
  ['with one hash for all steps', '1700000000.abc'],
] as const)('%s, each step of a window is heard', async ([, hash]) => {
  const world = await startWorld({ mode: 'http' });
  const { id } = await open(world, 'prod 2 hours ago');
  const at = Math.floor(Date.now() / 1000) - 7200;
  const metadata = JSON.stringify(wanted);
  const updates = { response_action: 'update' };
  const choose = {
    b: { pitr_environment: { selected_option: { value: 'prod' } } },
    c: { pitr_instant: { selected_date_time: at } },
  };
  const when = (words: string) => ({ w: { pitr_words: { value: words } } });
  const reason = { r: { pitr_reason: { value: 'a bad deploy' } } };
  const form = (callback_id: string, values: Form['values'], private_metadata = metadata) =>
    submit(world, { id, hash, callback_id, private_metadata, values });
  expect(await form('pitr_choose', choose)).toMatchObject(updates);
  expect(await form('pitr_when', when('1 hour ago'))).toMatchObject(updates);
  expect(await form('pitr_when', when('3 hours ago'))).toMatchObject(updates);
  expect(await form('pitr_confirm', reason, JSON.stringify({ ...wanted, at: at * 1000 }))).toMatchObject(updates);
  await expect.poll(() => world.restores.history(10)).toHaveLength(1);
});

test('the same form of the same window, delivered twice, is one request', async () => {
  const world = await startWorld({ mode: 'http' });
  const { id, hash } = await open(world, 'prod 2 hours ago');
  const private_metadata = JSON.stringify({ ...wanted, at: Math.floor(Date.now() / 1000) * 1000 - 7_200_000 });
  const form = { id, hash, callback_id: 'pitr_confirm', private_metadata };
  const values = { r: { pitr_reason: { value: 'a bad deploy' } } };
  expect(await submit(world, { ...form, values })).toMatchObject({ response_action: 'update' });
  expect(await submit(world, { ...form, values })).toBeUndefined();
  await expect.poll(() => world.restores.history(10)).toHaveLength(1);
  expect(onlyRun(world).request.reason).toBe('a bad deploy');
});

/** The form with which a restore of dev is meant, which nobody has to approve. */
async function confirming(world: World): Promise<Form> {
  const { id, hash } = await open(world, 'dev 2 hours ago');
  const at = Math.floor(Date.now() / 1000) * 1000 - 7_200_000;
  const private_metadata = JSON.stringify({ ...wanted, environment: 'dev', at });
  return { id, hash, callback_id: 'pitr_confirm', private_metadata, values: { r: { pitr_reason: { value: '' } } } };
}

test('the same form, sent again to the bot after its restart, asks for nothing more, and says what it has asked for', async () => {
  const world = await startWorld({ mode: 'http', environments: [dev] });
  const form = await confirming(world);
  await submit(world, form);
  await expect.poll(() => world.approved).toHaveLength(1);
  const run = onlyRun(world);
  await world.bot.stop(1000);
  const next = await world.startProcess();
  await submit({ ...world, ...next }, form);
  const alice = world.slack.as('U0ALICE');
  const shown = await alice.viewUntil((view) => readable(view).includes('This was sent before'));
  expect(readable(shown)).toContain(run.id);
  expect(world.restores.history(10)).toHaveLength(1);
  expect(next.approved).toEqual([]);
});

test('the same form, sent to two bots that overlap for a while, is one request', async () => {
  let looks = 0;
  let goOn: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const recoveryWindow = async () => {
    looks += 1;
    // The window itself looks at two tables.
    if (looks > 2) await held;
    return { enabled: true, earliest: Date.now() - 20 * 86_400_000, latest: Date.now() - 300_000 } as const;
  };
  const world = await startWorld({ mode: 'http', environments: [dev], aws: { recoveryWindow } });
  const form = await confirming(world);
  const next = await world.startProcess();
  await Promise.all([submit(world, form), submit({ ...world, ...next }, form)]);
  await expect.poll(() => looks).toBe(6);
  goOn();
  await expect.poll(() => [...world.approved, ...next.approved]).toHaveLength(2);
  expect(world.restores.history(10)).toHaveLength(1);
});

test('a moment beyond all calendars in a window is no moment', async () => {
  const world = await startWorld({ mode: 'http' });
  const { id, hash } = await open(world, 'prod 2 hours ago');
  const private_metadata = JSON.stringify({ ...wanted, at: 9e15 });
  const values = { r: { pitr_reason: { value: 'a bad deploy' } } };
  await submit(world, { id, hash, callback_id: 'pitr_confirm', private_metadata, values });
  const said = () =>
    world.slack.apiCalls.filter(({ args }) => args['channel'] === 'U0ALICE').map(({ args }) => args['text']);
  await expect.poll(said).toEqual([expect.stringContaining('This window is of another version of the bot.')]);
  expect(world.restores.history(10)).toEqual([]);
});
