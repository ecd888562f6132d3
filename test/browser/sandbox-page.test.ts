import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, launch } from './chromium.ts';
import { restoreWithinMs, type Trouble, type Visitor, visit } from './person.ts';
import { type SandboxProcess, startSandbox } from './sandbox-process.ts';

const chromium = findChromium();

describe.skipIf(chromium === undefined)('the sandbox page, in a real browser', () => {
  const troubles: Trouble[] = [];
  let sandbox: SandboxProcess;
  let browser: Browser;
  let alice: Visitor;
  let bob: Visitor;
  let carol: Visitor;

  beforeAll(async () => {
    [sandbox, browser] = await Promise.all([startSandbox(), launch(chromium ?? '')]);
    const come = (who: 'Alice' | 'Bob' | 'Carol') => visit(browser, sandbox.url, who, { troubles });
    [alice, bob, carol] = [await come('Alice'), await come('Bob'), await come('Carol')];
    await alice.page.getByText('The bot is connected').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  afterEach(() => {
    // Nobody's console says anything, and nothing failed to load.
    expect(troubles).toEqual([]);
  });

  test('an accident in prod, undone from one sentence by two people while a third looks on', { timeout: 90_000 }, async () => {
    await alice.tables.getByRole('radio', { name: 'prod' }).check({ force: true });
    await alice.tables.getByRole('button', { name: 'Cause an accident in prod' }).click();
    await alice.tables.getByRole('heading', { name: 'quotes 822 items' }).waitFor();
    await alice.tables.getByText('Accident: 412 items deleted, 568 items corrupted, 250 items of junk added.').waitFor();

    await carol.type('/pitr-restore prod yesterday 9am');
    const refusal = carol.channel.getByRole('article').filter({ hasText: 'Only visible to you' });
    await refusal.getByText(/not an admin|may not|admins/i).first().waitFor();

    await alice.type('/pitr-restore prod yesterday 9am');
    const modal = alice.dialog('Restore prod');
    await modal.getByRole('textbox', { name: 'Reason' }).fill('A bad deploy damaged all three tables');
    await modal.getByRole('button', { name: 'Ask for approval' }).click();
    await alice.dialog('Asked').getByRole('button', { name: 'Close' }).last().click();

    const card = alice.channel.getByRole('article').filter({ hasText: 'restore of prod' });
    await card.getByRole('button', { name: 'Approve' }).click();
    await alice.dialog('Approve this restore?').getByRole('button', { name: 'Approve' }).click();
    await alice.channel.getByRole('article').filter({ hasText: 'Only visible to you' }).waitFor();

    await bob.channel.getByRole('button', { name: 'Approve' }).click();
    await bob.dialog('Approve this restore?').getByRole('button', { name: 'Approve' }).click();
    await bob.channel.getByRole('button', { name: /repl/i }).first().click();
    await bob.thread.getByRole('button', { name: 'Proceed' }).click({ timeout: restoreWithinMs });
    console.log(await bob.page.getByRole('dialog').ariaSnapshot({ timeout: 300 }).catch(() => 'none'));
    await bob.page.waitForTimeout(8000);
    console.log(await bob.thread.ariaSnapshot());
    console.log(await carol.channel.ariaSnapshot());
    console.log(await alice.tables.ariaSnapshot());
    await alice.page.screenshot({ path: '/tmp/shot.png' });
  });
});
