/** What a person reads about lines that CloudWatch Logs does not have. Pure. */
import type { Place, Rejected } from './log-stream.ts';
import type { LogsFailed } from './logs-failed.ts';

const credentialCodes: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'TokenProviderError',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'ExpiredTokenException',
]);

export function troubleSentence({ action, code, isDenied }: LogsFailed, { logGroup }: Place): string {
  const what = `CloudWatch Logs does not take the story at present (${action}: ${code}).`;
  const goesOn = 'Restores go on as ever; the lines are kept and sent later.';
  if (isDenied) {
    return `${what} ${goesOn} Allow ${action} on the log group ${logGroup}, or switch it off with RESTORE_LOG_GROUP=off.`;
  }
  return credentialCodes.has(code) ? `${what} ${goesOn} See to the AWS credentials.` : `${what} ${goesOn}`;
}

/** A bug of ours is no reason to be silent, nor to stop a restore. */
export function brokenSentence(error: unknown): string {
  const name = error instanceof Error ? error.name : typeof error;
  return `The story could not be written for CloudWatch Logs (${name}, a bug of pitr-restore). Restores go on as ever.`;
}

export function retentionSentence({ action, code }: LogsFailed, { logGroup, retentionDays }: Place): string {
  return (
    `The log group ${logGroup} was made and keeps its lines for ever (${action}: ${code}). ` +
    `For ${retentionDays} days: aws logs put-retention-policy --log-group-name ${logGroup} --retention-in-days ${retentionDays}`
  );
}

const reasons = {
  'too-new': 'they are from more than two hours ahead of its time. Set the clock of this machine',
  'too-old': 'they are older than 14 days',
  expired: "they are older than the log group's retention",
  refused: 'it refuses them',
} as const satisfies Record<Rejected['why'], string>;

export function rejectedSentence({ lines, why }: Rejected): string {
  const some = lines === 1 ? '1 log line' : `${lines} log lines`;
  return `CloudWatch Logs did not keep ${some}: ${reasons[why]}. They are in the event log: pitr-restore audit export`;
}
