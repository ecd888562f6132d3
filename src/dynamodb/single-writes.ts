import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { WholeReply } from './items-http.ts';
import type { Posted, Posting, PostWrite } from './post-writes.ts';
import { NotSent, WaitedTooLong } from './post-writes.ts';
import type { SingleWrite, WriteReply } from './send-command.ts';
import { sendCommand, writeIn } from './send-command.ts';
import { objectIn } from './wire-protocol.ts';

/** Sends one write, once. @throws what the SDK makes of a refusal, or of a failure on the way */
export type SendWrite = (write: SingleWrite) => Promise<WriteReply>;

/** Reads the reply to a write; `undefined`: sends it, and reads what comes. @throws as `SendWrite` */
export type ReadReply = (write: SingleWrite, posted: Posted | undefined) => Promise<WriteReply>;

/**
 * Reads a success with `JSON.parse`. Whatever is none is for the SDK to read: the write goes its whole way, with the reply
 * that has come instead of being sent. `client` must speak the wire protocol.
 */
export function replyReader(client: DynamoDBClient): ReadReply {
  const replies = new WeakMap<object, Posted>();
  const answer: Parameters<DynamoDBClient['middlewareStack']['add']>[0] = (next) => async (args) => {
    const posted = replies.get(args.input);
    replies.delete(args.input);
    return posted === undefined ? next(args) : ({ response: asReply(posted) } as never);
  };
  client.middlewareStack.add(answer, { step: 'deserialize', priority: 'low', name: 'answerWithReply' });
  return async (write, posted) => {
    const reply = posted && successIn(posted);
    if (reply !== undefined) return reply;
    if (posted !== undefined) replies.set(write.input, posted);
    try {
      return await sendCommand(client, write);
    } finally {
      // Nobody has read it where the SDK could not even sign. It must not be taken for the answer to another request.
      replies.delete(write.input);
    }
  };
}

/** Writes that are posted, maybe by another thread, and read here. What that could not sign is tried here, too. */
export function singleWrites(post: PostWrite, read: ReadReply): SendWrite {
  return async (write) => {
    const posted = await post(postingOf(write)).catch((error: unknown) => {
      if (error instanceof NotSent && !(error instanceof WaitedTooLong)) return undefined;
      throw error;
    });
    return read(write, posted);
  };
}

/**
 * Posts for another thread, which reads the replies itself. What is no success is read here as well: it is from there that
 * the SDK learns of a clock that is wrong, and it decides anew.
 */
export function postForOthers(post: PostWrite, read: ReadReply): PostWrite {
  return async (posting, beforeSend) => {
    const posted = await post(posting, beforeSend);
    if (posted.statusCode >= 300) await read(writeIn(posting.operation, posting.body), posted).catch(() => undefined);
    return posted;
  };
}

function postingOf({ operation, input }: SingleWrite): Posting {
  return { operation, table: input.TableName ?? '', body: JSON.stringify(input) };
}

/** undefined: it is none, or no JSON object. */
function successIn({ statusCode, body }: Posted): WriteReply | undefined {
  if (statusCode >= 300) return undefined;
  try {
    return objectIn(body);
  } catch {
    return undefined;
  }
}

function asReply({ statusCode, headers, body }: Posted): WholeReply {
  return { statusCode, headers, body: Buffer.from(body) };
}
