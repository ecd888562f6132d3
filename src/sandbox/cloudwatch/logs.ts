import { AwsError } from '../aws-error.ts';
import { optionalFlag, optionalList, optionalNumber, optionalText, type Wire } from '../wire.ts';
import { readEvents, sortOut } from './put-log-events.ts';

type LogEvent = {
  readonly timestamp: number;
  readonly message: string;
  readonly ingestionTime: number;
  readonly eventId: string;
};

type Stream = { readonly name: string; readonly createdAt: number; events: LogEvent[] };

type Group = {
  readonly name: string;
  readonly createdAt: number;
  retentionDays: number | undefined;
  readonly streams: Map<string, Stream>;
};

const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** CloudWatch Logs of one region. */
export class SandboxLogs {
  readonly #groups = new Map<string, Group>();
  readonly #region: string;
  readonly #clock: () => number;
  #eventNumber = 0;

  constructor(region: string, clock: () => number) {
    this.#region = region;
    this.#clock = clock;
  }

  /** What can be called, by the name in `X-Amz-Target`. @throws AwsError what CloudWatch Logs would answer */
  readonly operations: Readonly<Record<string, (body: Wire) => Wire>> = {
    CreateLogGroup: (body) => this.#createGroup(body),
    DeleteLogGroup: (body) => this.#deleteGroup(body),
    DescribeLogGroups: (body) => this.#describeGroups(body),
    PutRetentionPolicy: (body) => this.#putRetention(body),
    CreateLogStream: (body) => this.#createStream(body),
    DescribeLogStreams: (body) => this.#describeStreams(body),
    PutLogEvents: (body) => this.#put(body),
    GetLogEvents: (body) => this.#get(body),
    FilterLogEvents: (body) => this.#filter(body),
  };

  #createGroup(body: Wire): Wire {
    const name = named(body, 'logGroupName', /^[.\-_/#A-Za-z0-9]{1,512}$/);
    if (this.#groups.has(name)) throw exists('The specified log group already exists');
    this.#groups.set(name, { name, createdAt: this.#clock(), retentionDays: undefined, streams: new Map() });
    return {};
  }

  #deleteGroup(body: Wire): Wire {
    this.#groups.delete(this.#group(body).name);
    return {};
  }

  #describeGroups(body: Wire): Wire {
    const prefix = optionalText(body, 'logGroupNamePrefix') ?? '';
    const groups = [...this.#groups.values()].filter(({ name }) => name.startsWith(prefix));
    return paged(body, 'logGroups', sorted(groups), (group) => ({
      logGroupName: group.name,
      creationTime: group.createdAt,
      ...(group.retentionDays !== undefined && { retentionInDays: group.retentionDays }),
      metricFilterCount: 0,
      arn: `${this.#arn(group)}:*`,
      logGroupArn: this.#arn(group),
      storedBytes: 0,
      logGroupClass: 'STANDARD',
    }));
  }

  #putRetention(body: Wire): Wire {
    const group = this.#group(body);
    const days = optionalNumber(body, 'retentionInDays');
    if (days === undefined || !retentions.includes(days)) {
      throw refused(
        `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(', ')}]`,
      );
    }
    group.retentionDays = days;
    return {};
  }

  #createStream(body: Wire): Wire {
    const name = named(body, 'logStreamName', /^[^:*]{1,512}$/);
    const group = this.#group(body);
    if (group.streams.has(name)) throw exists('The specified log stream already exists');
    group.streams.set(name, { name, createdAt: this.#clock(), events: [] });
    return {};
  }

  #describeStreams(body: Wire): Wire {
    const group = this.#group(body);
    const prefix = optionalText(body, 'logStreamNamePrefix') ?? '';
    const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(prefix));
    return paged(body, 'logStreams', sorted(streams), (stream) => ({
      logStreamName: stream.name,
      creationTime: stream.createdAt,
      ...(stream.events.length > 0 && {
        firstEventTimestamp: stream.events[0]?.timestamp,
        lastEventTimestamp: stream.events.at(-1)?.timestamp,
        lastIngestionTime: Math.max(...stream.events.map(({ ingestionTime }) => ingestionTime)),
      }),
      uploadSequenceToken: '1',
      arn: `${this.#arn(group)}:log-stream:${stream.name}`,
      storedBytes: 0,
    }));
  }

  /** Sequence tokens are taken and not looked at, as AWS does since 2023. */
  #put(body: Wire): Wire {
    const events = readEvents(optionalList(body, 'logEvents') ?? []);
    const group = this.#group(body);
    const stream = streamOf(group, body);
    const now = this.#clock();
    const { accepted, rejected } = sortOut(events, now, group.retentionDays);
    const stored = accepted.map(({ timestamp, message }) => {
      this.#eventNumber += 1;
      return { timestamp, message, ingestionTime: now, eventId: String(this.#eventNumber).padStart(56, '0') };
    });
    stream.events = [...stream.events, ...stored].sort((left, right) => left.timestamp - right.timestamp);
    return {
      nextSequenceToken: String(this.#eventNumber),
      ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }),
    };
  }

  #get(body: Wire): Wire {
    const events = within(body, streamOf(this.#group(body), body).events);
    const limit = optionalNumber(body, 'limit') ?? 10_000;
    const token = optionalText(body, 'nextToken');
    const place = Number(token?.slice(2) ?? (optionalFlag(body, 'startFromHead') ? 0 : events.length));
    const forward = token === undefined ? optionalFlag(body, 'startFromHead') === true : token.startsWith('f/');
    const start = forward ? place : Math.max(0, place - limit);
    const page = events.slice(start, forward ? start + limit : place);
    return {
      events: page.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      nextForwardToken: `f/${start + page.length}`,
      nextBackwardToken: `b/${start}`,
    };
  }

  #filter(body: Wire): Wire {
    const group = this.#group(body);
    const names = optionalList(body, 'logStreamNames');
    const prefix = optionalText(body, 'logStreamNamePrefix') ?? '';
    const matches = termFilter(optionalText(body, 'filterPattern') ?? '');
    const events = [...group.streams.values()]
      .filter(({ name }) => (names === undefined || names.includes(name)) && name.startsWith(prefix))
      .flatMap((stream) => within(body, stream.events).map((event) => ({ logStreamName: stream.name, ...event })))
      .filter(({ message }) => matches(message))
      .sort((left, right) => left.timestamp - right.timestamp);
    return paged({ limit: 10_000, ...body }, 'events', events, (event) => event);
  }

  #group(body: Wire): Group {
    const given = optionalText(body, 'logGroupName') ?? optionalText(body, 'logGroupIdentifier') ?? '';
    const name = given.startsWith('arn:') ? (given.split(':log-group:')[1]?.replace(/:\*$/, '') ?? given) : given;
    const group = this.#groups.get(name);
    if (group === undefined) {
      throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
    }
    return group;
  }

  #arn(group: Group): string {
    return `arn:aws:logs:${this.#region}:000000000000:log-group:${group.name}`;
  }
}

function streamOf(group: Group, body: Wire): Stream {
  const stream = group.streams.get(optionalText(body, 'logStreamName') ?? '');
  if (stream === undefined) {
    throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  }
  return stream;
}

function within(body: Wire, events: readonly LogEvent[]): readonly LogEvent[] {
  const [start, end] = [optionalNumber(body, 'startTime') ?? 0, optionalNumber(body, 'endTime') ?? Infinity];
  return events.filter(({ timestamp }) => timestamp >= start && timestamp < end);
}

/** Every term must occur; a term with a minus must not. Patterns for JSON and fields are not understood. */
function termFilter(pattern: string): (message: string) => boolean {
  const terms = (pattern.match(/-?"[^"]*"|\S+/g) ?? []).map((term) => ({
    wanted: !term.startsWith('-'),
    text: term.replace(/^-/, '').replace(/^"(.*)"$/, '$1'),
  }));
  return (message) => terms.every(({ wanted, text }) => message.includes(text) === wanted);
}

function paged<T>(body: Wire, member: string, all: readonly T[], shown: (entry: T) => Wire): Wire {
  const limit = optionalNumber(body, 'limit') ?? 50;
  const start = Number(optionalText(body, 'nextToken') ?? 0);
  const end = start + limit;
  return { [member]: all.slice(start, end).map(shown), ...(end < all.length && { nextToken: String(end) }) };
}

function sorted<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return entries.toSorted((left, right) => (left.name < right.name ? -1 : 1));
}

function named(body: Wire, member: string, pattern: RegExp): string {
  const name = optionalText(body, member);
  if (name === undefined || !pattern.test(name)) {
    throw refused(
      `1 validation error detected: Value '${name}' at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
    );
  }
  return name;
}

function exists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', message);
}

function refused(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}
