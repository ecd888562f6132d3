import axe from 'axe-core';
import type { Browser, Locator, Page, Route } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, launch } from './chromium.ts';
import { press, restoreWithinMs, type Trouble, type Visitor, visit } from './person.ts';
import { Pictures } from './pictures.ts';
import { type SandboxProcess, startSandbox } from './sandbox-process.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the sandbox page, in a real browser', { timeout: 600_000 }, () => {
  const troubles: Trouble[] = [];
  const pictures = new Pictures();
  let sandbox: SandboxProcess;
  let browser: Browser;
  let alice: Visitor;
  let bob: Visitor;
  let carol: Visitor;

  beforeAll(async () => {
    [sandbox, browser] = await Promise.all([startSandbox(), launch(chromium ?? '')]);
    const come = (who: 'Alice' | 'Bob' | 'Carol') => visit(browser, sandbox.url, who, { troubles });
    [alice, bob, carol] = await Promise.all([come('Alice'), come('Bob'), come('Carol')]);
    await alice.page.getByText('The bot is connected').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  afterEach(() => {
    // Nobody's console says anything, and nothing failed to load.
    expect(troubles.splice(0)).toEqual([]);
  });

  test('an accident in prod, undone from one sentence by two people while a third looks on', async () => {
    await alice.tables.getByText('prod', { exact: true }).click();
    await alice.tables.getByRole('button', { name: 'Cause an accident in prod' }).click();
    await alice.tables.getByRole('heading', { name: 'quotes 822 items' }).waitFor();
    await alice.tables
      .getByText('Accident: 412 items deleted, 568 items corrupted, 250 items of junk added.')
      .waitFor();

    await alice.tables.getByRole('button', { name: 'Choose the moment before it' }).click();
    await alice.tables.getByText('quotes: 412 items differ').waitFor();
    const composer = alice.page.getByRole('textbox', { name: 'Message #ops' });
    await composer.fill('/pitr-restore prod yesterday 9am');
    const chosen = alice.tables.getByRole('region', { name: 'Chosen moment' }).getByRole('table');
    await pictures.take(alice.page, 'accident', chosen, 'frame');
    await composer.press('Enter');
    const modal = alice.dialog('Restore prod');
    await modal.getByRole('textbox', { name: 'Reason' }).fill('A bad deploy damaged all three tables');
    await pictures.take(alice.page, 'request', modal, 'both');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await alice.dialog('Asked').getByRole('button', { name: 'Close' }).last().click();

    await alice.confirm('Approve');
    await alice.told('You asked for this restore, so you cannot approve it yourself.');
    await carol.confirm('Approve');
    await carol.told('You are not an approver of prod.');

    await bob.tables.getByText('prod', { exact: true }).click();
    await pictures.take(bob.page, 'approval', bob.channel.getByRole('article'), 'frame');
    await bob.confirm('Approve');
    await bob.openThread();
    await bob.thread.getByText('27 checks passed.').waitFor();
    const question = bob.thread.getByRole('article').filter({ has: bob.page.getByRole('button', { name: 'Proceed' }) });
    await question.waitFor({ timeout: restoreWithinMs });
    await pictures.take(bob.page, 'question', question, 'both');
    await bob.confirm('Proceed');

    for (const { channel } of [alice, carol]) {
      const outcome = channel.getByText(/prod is back to .* 980 put back, 250 deleted, 14,944 unchanged/);
      await outcome.last().waitFor({ timeout: restoreWithinMs });
    }
    await alice.tables.getByRole('heading', { name: 'quotes 1,234 items' }).waitFor();
    await alice.tables.getByText(/calls wrote to the tables\. The copies were deleted after/).waitFor();
    await alice.tables.getByText('Every item is as it was then.').waitFor();
    await alice.channel.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
    await pictures.take(alice.page, 'restored', alice.channel.getByRole('article').last(), 'both');
    pictures.animate('story');
  });

  test.for([
    ['dev tomorrow 9am', '"tomorrow" in "tomorrow 9am" looks forward', 'Type for example "9am"'],
    ['dev 03/04/2026', 'is 4 Mar to some and 3 Apr to others', 'Type for example "2 hours ago"'],
    ['dev 40 days ago', 'is before the restorable window', 'for about the oldest point there is'],
  ] as const)('refused in a window: %s', async ([words, why, instead]) => {
    await alice.type(`/pitr-restore ${words}`);
    const asked = alice.dialog('Back to when?');
    await asked.getByText(why).first().waitFor();
    await asked.getByText(instead).first().waitFor();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
  });

  test('refused to one person alone: without rights, and with words that are no environment', async () => {
    await carol.type('/pitr-restore dev 10 minutes ago');
    await carol.told('You may not ask for a restore of dev.');
    await alice.type('/pitr-restore devv 10 minutes ago');
    await alice.told('Did you mean /pitr-restore dev?');
    for (const other of [alice, bob]) expect(await other.channel.getByText('You may not ask').count()).toBe(0);
  });

  test('a moment is chosen with the keyboard, compared with now, and offered as a command', async () => {
    const { page, tables } = carol;
    await tables.getByText('Write your own').click();
    await tables.getByRole('button', { name: 'Read' }).click();
    await tables.getByText('Read.', { exact: true }).waitFor();
    const editor = tables.getByRole('textbox', { name: /Item in DynamoDB JSON/ });
    expect(await editor.inputValue()).toContain('quoteText');
    await editor.fill('{ "id": { "N": "1" }, "author": { "S": "Somebody Else" } }');
    await tables.getByRole('button', { name: 'Update' }).click();
    await tables.getByText('Updated:').waitFor();

    await tables.getByRole('slider', { name: 'Moment' }).focus();
    for (let step = 0; step < 3; step += 1) await page.keyboard.press('PageDown');
    await tables.getByText('quotes: 1 item differs').click();
    await tables.getByText('"Somebody Else"').waitFor();
    const command = await tables.getByText(/^\/pitr-restore dev \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/).textContent();
    await tables.getByRole('button', { name: 'Put into the composer' }).click();
    expect(await page.getByRole('textbox', { name: 'Message #ops' }).inputValue()).toBe(command);

    await tables.getByRole('button', { name: 'Back to now' }).click();
    await tables.getByRole('img', { name: /^quotes:/ }).click({ position: { x: 120, y: 30 } });
    await tables.getByText('quotes: 1 item differs').waitFor();
    await editor.fill('{ "author": { "S": "x" } }');
    await tables.getByRole('button', { name: 'Put', exact: true }).click();
    await tables.getByText(/ValidationException: .*key/i).waitFor();
  });

  test('the bot is killed in the middle of a restore, comes back by itself, and goes on', async () => {
    const { tables } = alice;
    await tables.getByText('dev', { exact: true }).click();
    await tables.getByText('Choose the damage yourself').click();
    await tables.getByRole('button', { name: 'Delete a third' }).click();
    await tables.getByRole('heading', { name: 'quotes 822 items' }).waitFor();
    await alice.type('/pitr-restore dev 10 minutes ago');
    await alice.dialog('Restore dev').getByRole('button', { name: 'Restore', exact: true }).click();
    await alice.dialog('Asked').getByRole('button', { name: 'Close' }).last().click();
    await tables.getByText(/Restore: 3 copies/).waitFor();
    await press(tables.getByRole('button', { name: 'Kill the bot' }));
    await tables.getByText(/^killed, starts again in/).waitFor();
    await tables.getByText(/^running, process/).waitFor({ timeout: restoreWithinMs });
    await alice.openThread();
    await alice.confirm('Proceed', restoreWithinMs);
    await alice.thread
      .getByText(/Goes on in:/)
      .first()
      .waitFor();
    await alice.thread
      .getByText(/dev is back to .* 41[23] put back, 0 deleted/)
      .last()
      .waitFor({ timeout: restoreWithinMs });
    await tables.getByRole('heading', { name: 'quotes 1,234 items' }).waitFor();
    await alice.closeThread();
  });

  test('troubles are seen while they last, and end', async () => {
    const { tables, page } = carol;
    await turn(tables, 'An application writes to dev', true);
    await turn(tables, 'Throttle DynamoDB', true);
    await tables.getByText(/^[1-9]\d* writes?, [1-9]\d* refused$/).waitFor();
    await tables.getByText(/^[1-9]\d* calls? refused$/).waitFor();
    await turn(tables, 'Throttle DynamoDB', false);
    await turn(tables, 'An application writes to dev', false);
    await turn(tables, 'Take Slack down', true);
    await tables.getByText(/^down, back in \d+ s$/).waitFor();
    await page.getByText('The bot is not connected').waitFor();
    await turn(tables, 'Take Slack down', false);
    await tables.getByText('up', { exact: true }).waitFor();
  });

  test('axe finds nothing serious, in light and in dark, with a thread, and in a modal', async () => {
    expect(await faults(bob.page)).toEqual([]);
    await bob.page.getByRole('button', { name: 'Dark' }).click();
    expect(await faults(bob.page)).toEqual([]);
    await pictures.take(bob.page, 'dark', bob.page.getByRole('banner').first(), 'still');
    await bob.page.getByRole('button', { name: 'Light' }).click();
    await bob.closeThread();
    await carol.page.getByText('The bot is connected').waitFor({ timeout: restoreWithinMs });
    await alice.type('/pitr-restore dev 10 minutes ago');
    await alice.dialog('Restore dev').getByRole('button', { name: 'Restore', exact: true }).waitFor();
    expect(await faults(alice.page)).toEqual([]);
    await alice.dialog('Restore dev').getByRole('button', { name: 'Cancel' }).click();
  });

  test('a window closes at once, and is there again with the reason when the sandbox did not hear of it', async () => {
    const closing = '**/slack/close';
    await alice.page.route(closing, (route) => route.abort('aborted'), { times: 1 });
    await alice.type('/pitr-restore dev 10 minutes ago');
    const modal = alice.dialog('Restore dev');
    await modal.getByRole('button', { name: 'Cancel' }).click();
    await modal.getByRole('alert').getByText('The sandbox does not answer.').waitFor();
    troubles.splice(0);
    const unheard = new Promise<Route>((resolve) => void alice.page.route(closing, resolve, { times: 1 }));
    await modal.getByRole('button', { name: 'Cancel' }).click();
    expect(await modal.isVisible()).toBe(false);
    await alice.type('before the sandbox has heard');
    await bob.channel.getByText('before the sandbox has heard').waitFor();
    const heard = alice.page.waitForResponse(closing);
    await (await unheard).continue();
    await heard;
  });

  test('denied with a reason, and withdrawn by who asked: both are in the channel', async () => {
    const ask = async (reason: string) => {
      await alice.type('/pitr-restore prod 10 minutes ago');
      const modal = alice.dialog('Restore prod');
      await modal.getByRole('textbox', { name: 'Reason' }).fill(reason);
      await modal.getByRole('button', { name: 'Ask for approval' }).click();
      await alice.dialog('Asked').getByRole('button', { name: 'Close' }).last().click();
      await bob.channel.getByText(reason).last().waitFor();
    };
    const pressIn = ({ channel }: Visitor, name: string) =>
      press(channel.getByRole('button', { name, exact: true }).last());

    await ask('The first thought');
    await pressIn(bob, 'Deny');
    const why = bob.dialog('Deny this restore?');
    await why.getByRole('textbox').fill('Not in the middle of the day');
    await why.getByRole('button', { name: 'Deny', exact: true }).click();
    await bob.dialog('Denied').getByRole('button', { name: 'Close' }).last().click();
    await alice.channel.getByText('Not in the middle of the day').last().waitFor();

    await ask('The second thought');
    await pressIn(alice, 'Withdraw');
    await bob.channel
      .getByText(/Withdrawn by/)
      .last()
      .waitFor();
    await bob.channel.getByRole('button', { name: 'Approve', exact: true }).waitFor({ state: 'detached' });
  });

  test('the Home tab says what happened, and asks from there', async () => {
    const { page } = alice;
    const places = page.getByRole('navigation', { name: 'Channels and apps' });
    await places.getByRole('button', { name: 'pitr-restore' }).click();
    await page.getByRole('tab', { name: 'Home' }).click();
    const home = page.getByRole('region', { name: 'Home' });
    await home
      .getByText(/withdrawn/)
      .first()
      .waitFor();
    await home
      .getByText(/denied/)
      .first()
      .waitFor();
    expect(await faults(page)).toEqual([]);
    await home
      .getByRole('button', { name: /^Restore/ })
      .first()
      .click();
    const asked = alice.dialog('Restore tables');
    await asked.getByText('Nothing happens yet').waitFor();
    await asked.getByRole('button', { name: 'Cancel' }).click();
    await asked.waitFor({ state: 'detached' });
    await places.getByRole('button', { name: 'ops' }).click();
    await alice.channel.waitFor();
  });

  test.for([
    ['a phone', 390, 800],
    ['a wide screen', 1920, 1080],
  ] as const)('on %s all of it can be reached, and nothing runs out of the page', async ([, width, height]) => {
    const { page, tables, channel } = carol;
    await page.setViewportSize({ width, height });
    const isNarrow = width < 760;
    for (const [tab, place] of [
      ['Tables', tables],
      ['Slack', channel],
    ] as const) {
      if (isNarrow) await page.getByRole('tab', { name: tab }).click();
      await place.waitFor();
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      if (isNarrow) expect(await faults(page)).toEqual([]);
    }
  });
});

async function turn(tables: Locator, name: string, on: boolean): Promise<void> {
  await tables.getByRole('switch', { name, checked: !on }).click();
  await tables.getByRole('switch', { name, checked: on }).waitFor();
}

/** What axe-core finds serious or worse. Evaluated, not loaded: the page's own policy lets no script in. */
async function faults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { violations } = await (
      globalThis as never as { axe: { run(): Promise<{ violations: Violation[] }> } }
    ).axe.run();
    type Violation = { id: string; impact: string; nodes: { html: string; failureSummary: string }[] };
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
      );
  });
}
