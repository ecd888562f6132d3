/**
 * A signed request is good once. Bolt refuses a bad signature and one older than five minutes; within these, whoever saw
 * a request could send it again, byte for byte. Slack signs each of its own retries anew.
 */
import type { IncomingMessage } from 'node:http';
import { type App, AuthorizationError } from '@slack/bolt';
import { SeenOnce } from './seen-once.ts';

/** More than Slack sends in five minutes to a bot like this. */
const signaturesKept = 10_000;

/** For Bolt's HTTPReceiver, which asks only about requests whose signature is right. */
export function makeReplayMark(): (request: Pick<IncomingMessage, 'headers'>) => { readonly isReplayed: boolean } {
  const signatures = new SeenOnce(signaturesKept);
  return ({ headers }) => ({ isReplayed: !signatures.isNew(hashIn(String(headers['x-slack-signature']))) });
}

/** What Bolt compares of `v0=hash`. It takes no notice of what stands behind a second `=`, so neither do we. */
function hashIn(signature: string): string {
  return signature.split('=')[1] ?? '';
}

/** Before any listener. Over a socket nothing is marked, so everything passes. Bolt answers the rest with 401. */
export function refuseReplays(app: App): void {
  app.use(async ({ context, next }) => {
    if (context['isReplayed'] !== true) return await next();
    const message = 'A request came twice with one signature of Slack';
    throw new AuthorizationError(message, new Error(message));
  });
}
