import { DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { UserError } from '../restore/errors.ts';
import type { Account } from './call.ts';
import { call } from './call.ts';

/**
 * The attribute by which AWS deletes items. undefined: there is none, or it cannot be told: not allowed to us, not known to
 * a stand-in, or not now. Nothing but a warning hangs on it.
 * @throws the signal's reason
 */
export async function timeToLiveOf(
  { client, region }: Account,
  table: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const attempt = { action: 'dynamodb:DescribeTimeToLive', resource: table, region } as const;
  const command = new DescribeTimeToLiveCommand({ TableName: table });
  const options = signal === undefined ? {} : { abortSignal: signal };
  try {
    const reply = await call(attempt, async () => client.send(command, options), signal);
    const { TimeToLiveStatus: state, AttributeName: name } = reply.TimeToLiveDescription ?? {};
    return state === 'ENABLED' || state === 'ENABLING' ? name : undefined;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof UserError) {
      return undefined;
    }
    throw error;
  }
}
