/** Work that comes in pages. */
export type Paged<Page extends object> = {
  /** The page that comes behind one; the first one behind undefined. undefined: there is none, for now. */
  readonly next: (after: Page | undefined, signal: AbortSignal) => Promise<Page | undefined>;
  /** Does a page; tells when little of it is left, if it knows. */
  readonly carryOut: (page: Page, signal: AbortSignal, onNearlyDone: () => void) => Promise<void>;
  /** Whether a page may be begun while the last of the one before it is under way. */
  readonly mayOverlap: (page: Page, ahead: Page) => boolean;
};

/**
 * Does page after page. The next one is made ready while one is done, and begun when little of that is left: so there is
 * always something under way, of two pages at most. When there is none so far, it is asked again once all are done.
 *
 * @throws the first failure; the others are stopped. Nothing is under way any more when it returns or throws
 */
export async function pageByPage<Page extends object>(
  { next, carryOut, mayOverlap }: Paged<Page>,
  outer: AbortSignal,
): Promise<void> {
  const failure = new AbortController();
  const signal = AbortSignal.any([outer, failure.signal]);
  const underWay: Promise<void>[] = [];
  /** Resolves when little of the page is left, and also when it has failed. */
  const begin = (page: Page) =>
    new Promise<void>((resolve) => {
      const done = carryOut(page, signal, resolve);
      underWay.push(done);
      done.then(resolve, (error: unknown) => {
        failure.abort(error);
        resolve();
      });
    });
  try {
    for (let page: Page | undefined = await next(undefined, signal); page !== undefined; ) {
      const nearlyDone = begin(page);
      const ahead: Page | undefined = await next(page, signal);
      if (underWay.length > 1) await underWay.shift();
      if (ahead !== undefined && mayOverlap(page, ahead)) {
        await nearlyDone;
        // Of one that has failed, too.
        signal.throwIfAborted();
        page = ahead;
      } else {
        await underWay.shift();
        page = ahead ?? (await next(page, signal));
      }
    }
  } catch (error) {
    failure.abort(error);
    throw failure.signal.reason;
  } finally {
    await Promise.allSettled(underWay);
  }
}
