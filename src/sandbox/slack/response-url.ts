/** response_url: an answer to one interaction, good for five uses in thirty minutes, without a token. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Faults } from './faults.ts';
import { parseArguments, readBody, sendJson } from './http-body.ts';
import { flagAt, type JsonObject, textAt } from './json.ts';
import type { Message } from './messages.ts';
import { needContent, readContent } from './methods/content.ts';
import { SlackError } from './methods/slack-error.ts';
import type { ResponseUrl, Store } from './store.ts';

const uses = 5;
const lifetime = 30 * 60_000;

/** @returns the path under which the new response_url answers. */
export function newResponseUrl(store: Store, about: Pick<ResponseUrl, 'channel' | 'user' | 'messageTs'>): string {
  const path = `/response/${store.workspace.teamId}/${store.newId('')}/${store.newId('')}`;
  store.responseUrls.set(path, { ...about, expiresAt: store.clock.now() + lifetime, usesLeft: uses });
  return path;
}

export async function answerResponseUrl(
  store: Store,
  faults: Faults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://sandbox').pathname;
  const args = parseArguments(request, await readBody(request)) ?? {};
  const { effect } = faults.strike('response_url');
  if (effect?.kind === 'status') {
    response.writeHead(effect.status).end();
    return;
  }
  const known = store.responseUrls.get(path);
  const expired = known === undefined || store.clock.now() > known.expiresAt;
  if (known === undefined || expired || known.usesLeft === 0) {
    sendJson(response, 404, { ok: false, error: known?.usesLeft === 0 ? 'used_url' : 'expired_url' });
    return;
  }
  try {
    respond(store, faults, known, args);
    known.usesLeft -= 1;
    response.writeHead(200, { 'content-type': 'text/plain' }).end('ok');
  } catch (error) {
    if (!(error instanceof SlackError)) throw error;
    sendJson(response, 400, { ok: false, error: error.code, ...error.details });
  }
}

/** Says something where the interaction took place: to that person alone unless `in_channel` is asked for. */
export function respond(store: Store, faults: Faults, place: ResponseUrl, args: JsonObject): Message | undefined {
  const original = place.messageTs === undefined ? undefined : store.findMessage(place.channel, place.messageTs);
  if (flagAt(args, 'delete_original')) {
    if (original) store.removeMessage(original);
    return undefined;
  }
  const content = readContent(store, faults, args);
  needContent(content);
  const said = {
    text: content.text ?? '',
    ...(content.blocks ? { blocks: content.blocks } : {}),
    ...(content.attachments ? { attachments: content.attachments } : {}),
  };
  if (flagAt(args, 'replace_original') && original) {
    const { blocks: _blocks, attachments: _attachments, ...kept } = original;
    return store.replaceMessage({ ...kept, ...said });
  }
  const threadTs = textAt(args, 'thread_ts');
  return store.addMessage({
    channel: place.channel,
    ts: store.newTs(),
    user: store.workspace.botUserId,
    botId: store.workspace.botId,
    ...said,
    ...(threadTs ? { threadTs } : {}),
    ...(textAt(args, 'response_type') === 'in_channel' ? {} : { ephemeralTo: place.user }),
  });
}
