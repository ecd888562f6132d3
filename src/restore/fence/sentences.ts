import type { Instant } from '../restore-point.ts';
import { longestMinutes } from './window.ts';

type Tell = (instant: Instant) => string;

/** What an application sees of a fence. */
export const whatTheApplicationSees =
  'Reads go on. Every write of anybody else fails with AccessDeniedException, which AWS SDKs do not retry: the application must expect that.';

/** How long AWS goes on denying after the fence is down (221 to 237 s were observed). */
const opensSlowly = 'AWS may go on denying writes for up to four minutes after that.';

/** For whoever is about to ask for a fence. */
export function fenceNotice(timeoutMinutes: number): string {
  return `Other writers are kept out of the tables from about a minute after the restore has begun (five, where a table has a resource policy already) until what was written is verified. ${whatTheApplicationSees} ${opensSlowly} Whatever happens to this program, the fence opens by itself after ${lasting(longestMinutes(timeoutMinutes))} at the latest.`;
}

/** `tell` puts an instant into the reader's words and zone. */
export function fenceRaisedSentence(
  table: string,
  window: { readonly startsAt: Instant; readonly endsAt: Instant },
  tell: Tell,
): string {
  return `Fence up on ${table}: from ${tell(window.startsAt)} on, nobody else can write to it. ${whatTheApplicationSees} It opens by itself at ${tell(window.endsAt)}.`;
}

export function fenceProvenSentence(table: string): string {
  return `Fence closed on ${table}: a write that could not have changed anything was denied, three times in a row.`;
}

export function fenceLoweredSentence(table: string, how: 'as-before' | 'others-kept' | 'was-gone'): string {
  switch (how) {
    case 'as-before':
      return `Fence down on ${table}: its resource policy is what it was. ${opensSlowly}`;
    case 'others-kept':
      return `Fence down on ${table}: somebody changed its resource policy meanwhile, so only our statement was taken out. ${opensSlowly}`;
    case 'was-gone':
      return `Fence down on ${table}: our statement was not in its resource policy any more.`;
  }
}

/** `reason` and `command` are those of the event. */
export function fenceLeftSentence(
  table: string,
  left: { readonly reason: string; readonly command: string; readonly opensAt: Instant },
  tell: Tell,
): string {
  return `The fence on ${table} could not be taken down: ${left.reason} It opens by itself at ${tell(left.opensAt)}. To take it down now: ${left.command}`;
}

/** Of a run that stands still with its fence up. */
export function fenceStillUpSentence(
  table: string,
  fence: { readonly arn: string; readonly sid: string; readonly endsAt: Instant },
  tell: Tell,
  show: (command: string) => string = (command) => command,
): string {
  return `The fence on ${table} is still up: nobody else can write to it until the run has gone on and ended. It opens by itself at ${tell(fence.endsAt)}. To take it down now: ${show(commandToLower(fence.arn, fence.sid))}`;
}

/**
 * What a person with the AWS command line and jq types to take a statement out of a policy, and nothing else: it works on
 * the policy of that moment, and only if nobody changes it in between.
 */
export function commandToLower(arn: string, sid: string): string {
  const where = `--region ${arn.split(':')[3] ?? ''} --resource-arn ${arn}`;
  const unchanged = '--expected-revision-id "$(jq -r .RevisionId policy.json)"';
  return [
    `aws dynamodb get-resource-policy ${where} > policy.json`,
    `jq -c '.Policy | fromjson | .Statement |= ([.] | flatten | map(select(.Sid != "${sid}")))' policy.json > rest.json`,
    `if jq -e '.Statement == []' rest.json; then aws dynamodb delete-resource-policy ${where} ${unchanged}; else aws dynamodb put-resource-policy ${where} --policy file://rest.json ${unchanged}; fi`,
  ].join(' && ');
}

function lasting(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours === 0 ? '' : `${hours} h`, rest === 0 ? '' : `${rest} min`].filter((part) => part !== '').join(' ');
}
