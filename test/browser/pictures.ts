import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { animatedWebp, type Frame } from './animated-webp.ts';

const images = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const shown = fileURLToPath(new URL('./shown/', import.meta.url));
/** `npm run screenshots` writes them; every other run only looks whether they are still true. */
const isWriting = process.env['PITR_SCREENSHOTS'] === 'write';
const again = 'If the page is meant to look like this now, make the pictures anew: npm run screenshots';

/** Half a second is enough for the eye to arrive, and three to read. */
const frameMs = 3_000;
const frameWidth = 960;

/**
 * The pictures in docs/. Beside each one stands, as text, what the page showed when it was taken; a run that shows
 * something else fails, and so a picture cannot go stale. Texts are compared and not pixels, which no two machines
 * draw alike; the look is compared as a grid of colours.
 */
export class Pictures {
  readonly #frames: Frame[] = [];

  /** One moment: `what` is compared as text, the whole page is what is pictured. */
  async take(page: Page, name: string, what: Locator, kind: 'still' | 'frame' | 'both'): Promise<void> {
    await page.mouse.move(0, 0);
    await page.getByRole('complementary', { name: 'Tables' }).evaluate((tables) => tables.scrollTo(0, 0));
    const text = `${timeless(await what.ariaSnapshot())}\n`;
    const look = await lookOf(page);
    if (isWriting) {
      write(join(shown, `${name}.txt`), text);
      write(join(shown, `${name}.look`), `${look.join('\n')}\n`);
      if (kind !== 'frame') write(join(images, `${name}.png`), await page.screenshot());
      if (kind !== 'still') this.#frames.push({ webp: await webpOf(page), ms: frameMs });
      return;
    }
    expect(kind === 'frame' || existsSync(join(images, `${name}.png`)), `docs/images/${name}.png. ${again}`).toBe(true);
    expect(text, again).toBe(readFileSync(join(shown, `${name}.txt`), 'utf8'));
    const before = readFileSync(join(shown, `${name}.look`), 'utf8')
      .trim()
      .split('\n');
    expect(differentParts(look, before), `${name}: parts of the page look different. ${again}`).toBeLessThan(0.2);
  }

  /** The frames so far, as one picture that moves. */
  animate(name: string): void {
    const file = join(images, `${name}.webp`);
    if (isWriting) write(file, animatedWebp(this.#frames));
    expect(existsSync(file), `docs/images/${name}.webp. ${again}`).toBe(true);
  }
}

/** What is another one at every run: times, ids, digests, how long something took, ports and processes. */
function timeless(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\d(T| )?(\d\d[:-]\d\d[:-]\d\d)?(Z| UTC| CES?T)?/g, '<time>')
    .replaceAll(/\b(\d{1,2} [A-Z][a-z]{2}, )?\d{1,2}:\d\d(:\d\d)?( [AP]M)?\b/g, '<time>')
    .replaceAll(/(today|yesterday|tomorrow) at <time>/g, '<time>')
    .replaceAll(/\d+ (s|min|h|days)( \d+ (min|s))?( ago)?\b/g, '<while>')
    .replaceAll(/restore-(<time>|\d{8}T\d{6}Z)/g, 'restore-<time>')
    .replaceAll(/\b[0-9a-f]{8,32}\b/g, '<digest>')
    .replaceAll(/"\d{13}"/g, '<time>')
    .replaceAll(/\d[\d,]* calls wrote/g, '<calls> wrote')
    .replaceAll(/[\d,.]+ (read units|write units|MB)/g, '<amount> $1')
    .replaceAll(/running, process \d+/g, 'running');
}

const grid = { columns: 24, rows: 15 };

/** The page as a small grid of its colours (RGB in hex, row by row): coarse enough for other fonts, fine enough for another look. */
async function lookOf(page: Page): Promise<readonly string[]> {
  const png = (await page.screenshot()).toString('base64');
  return page.evaluate(
    async ({ url, columns, rows }) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = new OffscreenCanvas(columns, rows);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('There is no canvas');
      context.imageSmoothingQuality = 'high';
      context.drawImage(image, 0, 0, columns, rows);
      const { data } = context.getImageData(0, 0, columns, rows);
      const hex = (value: number) => value.toString(16).padStart(2, '0');
      const parts = Array.from({ length: columns * rows }, (_, part) =>
        [...data.slice(part * 4, part * 4 + 3)].map(hex),
      );
      return Array.from({ length: rows }, (_, row) =>
        parts
          .slice(row * columns, (row + 1) * columns)
          .map((part) => part.join(''))
          .join(' '),
      );
    },
    { url: `data:image/png;base64,${png}`, ...grid },
  );
}

/** The share of the grid whose colour is clearly another one. */
function differentParts(now: readonly string[], before: readonly string[]): number {
  const [parts, partsBefore] = [now, before].map((rows) => rows.flatMap((row) => row.split(' ')).map(colours));
  const different = (parts ?? []).filter((part, index) =>
    part.some((value, colour) => Math.abs(value - (partsBefore?.[index]?.[colour] ?? 0)) > 32),
  );
  return different.length / (grid.columns * grid.rows);
}

function colours(hex: string): readonly number[] {
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
}

async function webpOf(page: Page): Promise<Buffer> {
  const session = await page.context().newCDPSession(page);
  const { width = 0, height = 0 } = page.viewportSize() ?? {};
  const clip = { x: 0, y: 0, width, height, scale: frameWidth / width };
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 80, clip });
  await session.detach();
  return Buffer.from(data, 'base64');
}

function write(file: string, content: string | Buffer): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
