import { hostname } from 'node:os';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Environment } from '../restore/environment.ts';
import type { Aws, AwsFor } from '../restore/ports.ts';
import { fence } from './fence.ts';
import { writeGuarded } from './guarded-write.ts';
import { itemsHttp } from './items-http.ts';
import type { Timing } from './patience.ts';
import { realTiming } from './patience.ts';
import type { PostWrite } from './post-writes.ts';
import { postWrites } from './post-writes.ts';
import { readItems } from './read.ts';
import { scan } from './scan.ts';
import { Sha256 } from './sha256.ts';
import { postForOthers, replyReader, singleWrites } from './single-writes.ts';
import { tables } from './tables.ts';
import { Throughputs } from './throughput/throughputs.ts';
import { AssumeRoleFailed } from './translate-errors.ts';
import { wireProtocol } from './wire-protocol.ts';
import { write } from './write.ts';

export type AwsSettings = {
  /** How often a control-plane request is sent before its failure counts. Default: AWS_MAX_ATTEMPTS, or the SDK's. */
  readonly maxAttempts?: number;
  /** Milliseconds until a connection must stand. Default 5 s. */
  readonly connectTimeoutMs?: number;
  /** The longest silence on a connection that waits for a reply, or for the rest of one, in ms. Default 20 s. */
  readonly silenceMs?: number;
  /** Requests that write to one table, and that read one, under way at the same time at speed `normal`. Default 64, 32. */
  readonly writesInFlight?: number;
  readonly readsInFlight?: number;
  /** Milliseconds that reading or writing may be refused without any progress. Default 2 minutes. */
  readonly patienceMs?: number;
  readonly timing?: Timing;
  /** Has single writes sent elsewhere, for as long as a job takes. Default: they are sent here. */
  readonly openPosting?: OpenPosting;
};

/** Where the writes of one job are sent from. */
export type OpenPosting = (
  environment: Environment,
) => Promise<{ readonly post: PostWrite; readonly close: () => void }>;

export type AwsConnections = {
  readonly awsFor: AwsFor;
  /** Sends single writes for somebody else, who reads the replies. */
  readonly postFor: (environment: Environment) => PostWrite;
  readonly close: () => void;
};

type Connection = { readonly aws: Aws; readonly post: PostWrite; readonly close: () => void };

/**
 * Everything AWS, made once per environment, on first use. Credentials, profile, endpoints (`AWS_PROFILE`,
 * `AWS_ENDPOINT_URL`, `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_STS` …) are found by the SDK in its usual places.
 */
export function createAws(settings: AwsSettings = {}): AwsConnections {
  const made = new Map<string, Connection>();
  const connectionTo = (environment: Environment): Connection => {
    const { region, roleArn, fenceProbeRoleArn, maxReadUnits, maxWriteUnits } = environment;
    const place = JSON.stringify([region, roleArn, fenceProbeRoleArn, maxReadUnits, maxWriteUnits]);
    const existing = made.get(place) ?? connect(environment, settings);
    made.set(place, existing);
    return existing;
  };
  return {
    awsFor: (environment) => connectionTo(environment).aws,
    postFor: (environment) => connectionTo(environment).post,
    close() {
      for (const { close } of made.values()) close();
      made.clear();
    },
  };
}

function connect(environment: Environment, settings: AwsSettings): Connection {
  const { region, roleArn, fenceProbeRoleArn = roleArn, maxReadUnits, maxWriteUnits } = environment;
  const { patienceMs = 120_000, timing = realTiming, readsInFlight = 32, writesInFlight = 64 } = settings;
  const limits = { timing, readsInFlight, writesInFlight, maxReadUnits, maxWriteUnits };
  const settled = { region, patienceMs, timing, throughputs: new Throughputs(limits) };
  const config = clientConfig(region, roleArn, settings);
  const attempts = settings.maxAttempts === undefined ? {} : { maxAttempts: settings.maxAttempts };
  const control = new DynamoDBClient({ ...config, ...attempts });
  const credentials =
    fenceProbeRoleArn === undefined ? {} : { credentials: assumedRole(fenceProbeRoleArn, probeSession) };
  const somebody = new DynamoDBClient({ ...config, ...attempts, ...credentials });
  // Once: reading and writing repeat their requests themselves (call.ts, batch.ts), for as long as it makes sense, and
  // want to know of every refusal.
  const http = itemsHttp(timeoutsIn(settings));
  const once = {
    ...config,
    maxAttempts: 1,
    protocol: wireProtocol(control.config.protocol),
    requestHandler: http,
    sha256: Sha256,
    // One search for credentials, over the SDK's own connections.
    credentials: control.config.credentials,
  };
  const data = new DynamoDBClient(once);
  const writes = new DynamoDBClient(once);
  // It filters every item of every page for a log that nobody reads, at half of a scan's processor time.
  for (const client of [data, writes]) client.middlewareStack.remove('loggerMiddleware');
  const post = postWrites(writes, http);
  const read = replyReader(writes);
  const { openPosting = async () => ({ post, close() {} }) } = settings;
  return {
    aws: {
      tables: tables({ client: control, region }, timing),
      items: {
        scan: (order) => scan(data, order, settled),
        read: async (order) => readItems(data, order, settled),
        write: async (order) => write(data, order, settled),
        async writeGuarded(order) {
          const posting = await openPosting(environment);
          try {
            return await writeGuarded(singleWrites(posting.post, read), order, settled);
          } finally {
            posting.close();
          }
        },
      },
      fence: fence({ region, us: control, somebody, exempt: roleArn === undefined ? undefined : `*:${ourSession}@*` }),
    },
    post: postForOthers(post, read),
    close: () => {
      control.destroy();
      somebody.destroy();
      data.destroy();
      writes.destroy();
    },
  };
}

/** How every client of ours finds its way, and its credentials. */
export function clientConfig(
  region: string,
  roleArn: string | undefined,
  settings: AwsSettings = {},
): DynamoDBClientConfig {
  const { connectTimeoutMs, silenceMs } = timeoutsIn(settings);
  // How much is under way at once is decided by those who ask; a request that waits for a socket would only time out.
  const agent = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
  return {
    region,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      socketTimeout: silenceMs,
      httpAgent: agent,
      httpsAgent: agent,
    },
    ...(roleArn === undefined ? {} : { credentials: assumedRole(roleArn, ourSession) }),
  };
}

function timeoutsIn({ connectTimeoutMs = 5_000, silenceMs = 20_000 }: AwsSettings) {
  return { connectTimeoutMs, silenceMs };
}

/** How our sessions of a role are called: a fence lets the first one through, and is proven closed with the second. */
const ourSession = 'pitr-restore';
const probeSession = 'pitr-restore-probe';

/** Credentials of the role, renewed by the SDK before they expire. STS is asked in the environment's own region. */
function assumedRole(roleArn: string, session: string): NonNullable<DynamoDBClientConfig['credentials']> {
  // 2 to 64 of [\w+=,.@-] (STS API reference). CloudTrail shows it: it says which machine did something.
  const sessionName = `${session}@${hostname()}`.replaceAll(/[^\w+=,.@-]/g, '-').slice(0, 64);
  const provider = async () => {
    // Most have no role to assume, and neither the program nor its threads are to wait for what assumes one.
    const { fromTemporaryCredentials } = await import('@aws-sdk/credential-providers');
    return fromTemporaryCredentials({ params: { RoleArn: roleArn, RoleSessionName: sessionName } });
  };
  let provide: ReturnType<typeof provider> | undefined;
  return async (caller) => {
    provide ??= provider();
    try {
      return await (await provide)(caller);
    } catch (error) {
      throw new AssumeRoleFailed(roleArn, error);
    }
  };
}
