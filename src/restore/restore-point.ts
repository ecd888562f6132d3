import { readIso } from './restore-point/iso.ts';
import { type Asking, meaningOf } from './restore-point/meaning.ts';
import { quoted, Refused, type RestorePointCandidate, type RestorePointRefusal } from './restore-point/refusal.ts';
import { isTimeZone } from './restore-point/time-zone.ts';
import { readWords } from './restore-point/words.ts';
import { describeInstant, type Instant, typableText, wholeSecond } from './restore-point/zoned-time.ts';

export type { RestorePointRefusal } from './restore-point/refusal.ts';
export type { Instant } from './restore-point/zoned-time.ts';

export type RestorePointReading =
  | { readonly kind: 'instant'; readonly at: Instant }
  /** No words, "now" or "latest": the latest restorable moment, found later in the tables' windows. */
  | { readonly kind: 'latest' }
  | { readonly kind: 'refused'; readonly refusal: RestorePointRefusal };

/** Longer texts are no times, and reading them would cost time. */
const longest = 200;

/** Before it there was no DynamoDB by far; also keeps the calendar out of the centuries where zones are folklore. */
const oldest = Date.UTC(2000, 0, 1);

/**
 * Reads a restore point: words ('yesterday 9am', '2 hours ago'), ISO 8601, or Unix time, as the wall clocks of `timeZone`
 * (an IANA name) show them by the rules in force on that date. Always looks back from `now`; what can be read in two ways,
 * or only in part, is refused. Every example and candidate of a refusal has been read and is accepted.
 *
 * Throws RangeError for a zone that `isTimeZone` does not know.
 */
export function readRestorePoint(words: string, now: number, timeZone: string): RestorePointReading {
  if (!isTimeZone(timeZone)) throw new RangeError(`Not an IANA time zone: ${quoted(timeZone)}`);
  const asking = { now: wholeSecond(now), zone: timeZone };
  const reading = attempt(words, asking);
  return reading instanceof Refused ? { kind: 'refused', refusal: refusalOf(reading, asking) } : reading;
}

type Asker = Omit<Asking, 'words'>;
type Understood = Exclude<RestorePointReading, { readonly kind: 'refused' }>;

function attempt(words: string, asker: Asker): Understood | Refused {
  try {
    return read(words, asker);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

function read(text: string, asker: Asker): Understood {
  if (text.length > longest)
    throw new Refused('too-long', `A restore point has at most ${longest} characters, and this has ${text.length}.`);
  const words = text.replace(/\s+/g, ' ').trim();
  if (/\p{Cc}/u.test(words))
    throw new Refused('not-understood', `${quoted(words)} has characters that cannot be seen.`);
  if (/^(?:now|latest)?$/i.test(words)) return { kind: 'latest' };
  const asking = { ...asker, words };
  const at = readIso(asking) ?? meaningOf(readWords(asking), asking);
  if (at < oldest) throw new Refused('too-old', `${quoted(words)} is long before there was anything to restore.`);
  return { kind: 'instant', at };
}

/** A text is only offered when it is accepted: each one is read before it is shown. */
function refusalOf(refused: Refused, asker: Asker): RestorePointRefusal {
  const candidates = refused.readings.flatMap((type): RestorePointCandidate[] => {
    const reading = attempt(type, asker);
    if (reading instanceof Refused || reading.kind === 'latest') return [];
    const { local, ago } = describeInstant(reading.at, asker.now, asker.zone);
    return [{ at: reading.at, label: `${local}, ${ago}`, type }];
  });
  const helpful = [...candidates.map(({ type }) => type), ...new Set(refused.examples.slice(0, 6))].filter((text) =>
    isAccepted(text, asker),
  );
  const examples = helpful.length > 0 ? helpful : ['2 hours ago', typableText(asker.now - 86_400_000, asker.zone)];
  return {
    code: refused.code,
    message: refused.message,
    hint:
      candidates.length > 0
        ? choose(candidates)
        : `Type for example ${examples.map((text) => `"${text}"`).join(' or ')}.`,
    examples,
    ...(candidates.length > 0 ? { candidates } : {}),
  };
}

function isAccepted(text: string, asker: Asker): boolean {
  return text !== '' && !(attempt(text, asker) instanceof Refused);
}

function choose(candidates: readonly RestorePointCandidate[]): string {
  return `Type ${candidates.map(({ type, label }) => `"${type}" (${label})`).join(' or ')}.`;
}
