/** Reads and checks what a message is made of, for chat.* and response_url alike. */
import { describeProblem, isTooLong, validateMessage } from '../block-kit.ts';
import type { Faults } from '../faults.ts';
import { isObject, type JsonObject, parseJson, textAt } from '../json.ts';
import { completeBlocks } from '../messages.ts';
import type { Store } from '../store.ts';
import { SlackError } from './slack-error.ts';

/** Longer texts of new messages are cut here without an error. */
const maxText = 40_000;
/** Slack documents the error metadata_too_large but no number; this is a careful guess. */
const maxMetadataCharacters = 8_000;
const maxAttachments = 100;

export interface Content {
  readonly text: string | undefined;
  readonly blocks: readonly JsonObject[] | undefined;
  readonly attachments: readonly JsonObject[] | undefined;
  /** `null` when an empty object asked for its removal. */
  readonly metadata: JsonObject | null | undefined;
}

/** @throws SlackError invalid_blocks, invalid_blocks_format, msg_blocks_too_long, invalid_metadata_format, … */
export function readContent(store: Store, faults: Faults, args: JsonObject): Content {
  return {
    text: textAt(args, 'text')?.slice(0, maxText),
    blocks: readBlocks(store, faults, args['blocks']),
    attachments: readAttachments(args['attachments']),
    metadata: readMetadata(args['metadata']),
  };
}

/** @throws SlackError no_text */
export function needContent(content: Content): void {
  if ((content.text ?? '').trim() !== '') return;
  if ((content.blocks?.length ?? 0) > 0 || (content.attachments?.length ?? 0) > 0) return;
  throw new SlackError('no_text');
}

function readBlocks(store: Store, faults: Faults, given: unknown): readonly JsonObject[] | undefined {
  const value = decoded(given);
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw new SlackError('invalid_blocks_format');
  if (isTooLong(value)) throw new SlackError('msg_blocks_too_long');
  const messages = [...faults.refusedBlocks(value), ...validateMessage({ blocks: value }).map(describeProblem)];
  if (messages.length > 0) {
    throw new SlackError('invalid_blocks', { errors: messages, response_metadata: { messages } });
  }
  return completeBlocks(value.filter(isObject), () => store.newId('b'));
}

function readAttachments(given: unknown): readonly JsonObject[] | undefined {
  const value = decoded(given);
  if (value === undefined) return undefined;
  if (!Array.isArray(value) || !value.every(isObject)) throw new SlackError('invalid_attachments');
  if (value.length > maxAttachments) throw new SlackError('too_many_attachments');
  return value.map((attachment, index) => ({ id: index + 1, ...attachment }));
}

function readMetadata(given: unknown): JsonObject | null | undefined {
  const value = decoded(given);
  if (value === undefined) return undefined;
  if (!isObject(value)) throw new SlackError('invalid_metadata_format');
  if (Object.keys(value).length === 0) return null;
  if (typeof value['event_type'] !== 'string' || !isObject(value['event_payload'])) {
    throw new SlackError('invalid_metadata_format');
  }
  if (JSON.stringify(value).length > maxMetadataCharacters) throw new SlackError('metadata_too_large');
  return { event_type: value['event_type'], event_payload: value['event_payload'] };
}

/** A form body carries structures as JSON in a string; a JSON body may do either. */
export function decoded(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? undefined;
  return value === '' ? undefined : (parseJson(value) ?? value);
}
