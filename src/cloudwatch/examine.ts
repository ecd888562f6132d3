/** What `doctor` finds out about CloudWatch Logs, without a line being kept or anything being made. */
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';

export type LogPermission = {
  readonly action: `logs:${string}`;
  readonly verdict: 'allowed' | 'denied' | 'unknown';
  readonly answer: string;
};

/**
 * A line from 1970 is accepted and thrown away: it is older than 14 days (PutLogEvents, API reference). Making what is
 * there already is refused, by its name, to whoever may make it.
 */
export async function examineLogs(place: {
  readonly region: string;
  readonly logGroup: string;
  readonly logStream: string;
}): Promise<readonly LogPermission[]> {
  const { region, logGroup: logGroupName, logStream: logStreamName } = place;
  const requestHandler = { connectionTimeout: 5_000, socketTimeout: 10_000 };
  const client = new CloudWatchLogsClient({ region, maxAttempts: 2, requestHandler });
  try {
    const logEvents = [{ timestamp: 0, message: 'pitr-restore doctor' }];
    const put = await verdict('logs:PutLogEvents', ['ResourceNotFoundException'], () =>
      client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents })),
    );
    if (put.answer !== 'OK') {
      const why = put.answer === 'ResourceNotFoundException' ? notThere : unknownWhetherThere;
      return [put, notTried('logs:CreateLogStream', why), notTried('logs:CreateLogGroup', why)];
    }
    const there = ['ResourceAlreadyExistsException'];
    return [
      put,
      await verdict('logs:CreateLogStream', there, () =>
        client.send(new CreateLogStreamCommand({ logGroupName, logStreamName })),
      ),
      await verdict('logs:CreateLogGroup', there, () => client.send(new CreateLogGroupCommand({ logGroupName }))),
    ];
  } finally {
    client.destroy();
  }
}

const notThere = 'It is not there yet, so trying it would make it.';
const unknownWhetherThere = 'Whether it is there already is not known, so trying it could make it.';

function notTried(action: LogPermission['action'], why: string): LogPermission {
  return { action, verdict: 'unknown', answer: why };
}

async function verdict(
  action: LogPermission['action'],
  proofs: readonly string[],
  send: () => Promise<unknown>,
): Promise<LogPermission> {
  try {
    await send();
    return { action, verdict: 'allowed', answer: 'OK' };
  } catch (error) {
    const answer = error instanceof Error ? error.name : String(error);
    if (answer === 'AccessDeniedException') return { action, verdict: 'denied', answer };
    return { action, verdict: proofs.includes(answer) ? 'allowed' : 'unknown', answer };
  }
}
