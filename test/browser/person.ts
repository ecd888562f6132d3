import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';

/** A restore of the sandbox takes about ten seconds on an idle machine; a busy one must not make the tests red. */
export const restoreWithinMs = 180_000;
/** Anything else comes at once. */
const withinMs = 60_000;

/** Somebody who looks at the sandbox in a browser window of their own; found by role and name, as anybody finds things. */
export type Visitor = {
  readonly page: Page;
  readonly channel: Locator;
  readonly thread: Locator;
  readonly tables: Locator;
  /** Types into the composer and sends. */
  type(text: string): Promise<void>;
  dialog(title: string | RegExp): Locator;
  /** Presses a button that asks once more, and says yes. */
  confirm(button: string, limitMs?: number): Promise<void>;
  openThread(): Promise<void>;
  closeThread(): Promise<void>;
  /** Waits for something that only this person is told. */
  told(text: string): Promise<void>;
  close(): Promise<void>;
};

/** Anything a page says on its console, and any error in it, is a defect. */
export type Trouble = { readonly who: string; readonly text: string };

export async function visit(
  browser: Browser,
  url: string,
  who: 'Alice' | 'Bob' | 'Carol',
  options: BrowserContextOptions & { readonly troubles: Trouble[] },
): Promise<Visitor> {
  const { troubles, ...context } = options;
  const opened = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    reducedMotion: 'reduce',
    ...context,
  });
  opened.setDefaultTimeout(withinMs);
  const page = await opened.newPage();
  page.on('console', (message) => {
    const { url } = message.location();
    troubles.push({ who, text: `${message.type()}: ${message.text()} (${url})` });
  });
  page.on('pageerror', (error) => troubles.push({ who, text: String(error) }));
  page.on('requestfailed', (request) => {
    const failure = request.failure()?.errorText ?? '';
    // A newer question overtakes an older one, and a closed page drops its streams.
    if (failure !== 'net::ERR_ABORTED') troubles.push({ who, text: `${request.url()}: ${failure}` });
  });
  await page.goto(url);
  await page.getByRole('radiogroup', { name: 'You are' }).getByText(who).click();
  return {
    page,
    channel: page.getByRole('log', { name: '#ops' }),
    thread: page.getByRole('region', { name: 'Thread' }),
    tables: page.getByRole('complementary', { name: 'Tables' }),
    async type(text) {
      const composer = page.getByRole('textbox', { name: 'Message #ops' });
      await composer.fill(text);
      await composer.press('Enter');
    },
    dialog: (title) => page.getByRole('dialog', { name: title }),
    async confirm(button, limitMs = withinMs) {
      await press(page.getByRole('article').getByRole('button', { name: button, exact: true }).last(), limitMs);
      const yes = page.getByRole('dialog').getByRole('button', { name: button, exact: true });
      await yes.click();
      // Until it is gone, the page behind it takes no keys.
      await yes.waitFor({ state: 'detached' });
    },
    async openThread() {
      await press(page.getByRole('log').getByRole('button', { name: /repl/i }).last());
      await page.getByRole('region', { name: 'Thread' }).waitFor();
    },
    closeThread: () => page.getByRole('region', { name: 'Thread' }).getByRole('button', { name: /close/i }).click(),
    async told(text) {
      await page
        .getByRole('article')
        .filter({ hasText: 'Only visible to you' })
        .filter({ hasText: text })
        .last()
        .waitFor();
    },
    close: () => opened.close(),
  };
}

/**
 * With the keyboard: a card that is edited while a mouse button is down moves away under the pointer, and then nothing is
 * clicked. Playwright looks where the press lands, and nowhere after that.
 */
export async function press(button: Locator, timeout = withinMs): Promise<void> {
  await button.waitFor({ timeout });
  await button.press('Enter', { timeout });
}
