import type { IncomingMessage, ServerResponse } from 'node:http';
import { AwsError, throttled } from './aws-error.ts';
import { SandboxLogs } from './cloudwatch/logs.ts';
import { answerControl } from './control.ts';
import type { Capacity } from './dynamodb/capacity.ts';
import { metered } from './dynamodb/metered.ts';
import { operations } from './dynamodb/operations.ts';
import { authorize } from './dynamodb/policy/authorize.ts';
import { tableName } from './dynamodb/region.ts';
import type { Regions } from './dynamodb/regions.ts';
import type { Fault, Faults } from './faults.ts';
import type { Holds } from './holds.ts';
import { answer, receive } from './http.ts';
import { hasList, jsonOf } from './json-text.ts';
import { isFromHere } from './local-only.ts';
import { ReplyMemory } from './reply-memory.ts';
import type { Requests } from './requests.ts';
import { type Caller, SecurityTokens, stsError } from './sts.ts';
import { isRecord, optionalRecord, type Wire } from './wire.ts';

type Parts = {
  readonly regions: Regions;
  readonly faults: Faults;
  readonly holds: Holds;
  readonly requests: Requests;
  readonly capacity: Capacity;
  readonly clock: () => number;
};

type Call = {
  readonly service: 'dynamodb' | 'logs' | 'sts';
  readonly operation: string;
  readonly region: string;
  readonly caller: Caller;
  readonly body: Wire;
  readonly tables: readonly string[];
  readonly text: string;
};

/** The door of the sandbox: reads requests, lets faults strike, sends the rest to the service it is for. */
export class Gateway {
  readonly #parts: Parts;
  readonly #tokens: SecurityTokens;
  readonly #logs = new Map<string, SandboxLogs>();
  readonly #memory = new ReplyMemory();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#tokens = new SecurityTokens(parts.clock);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!isFromHere(request)) return answer(response, 403, 'text/plain', 'The sandbox answers no web site.');
    const received = await receive(request);
    if (received === 'broken-off') return;
    if (received === 'too-large') return answer(response, 413, 'text/plain', '');
    const { text } = received;
    if (request.url?.startsWith('/sandbox/')) return answerControl(this.#parts, request, text, response);
    if (request.method === 'GET') return answer(response, 200, 'text/plain', 'healthy: dynamodb');
    const service = serviceOf(request);
    try {
      const call = readCall(request, service, text);
      const reply = await this.#run(call, response);
      if (reply === undefined) return;
      this.#answer(response, contentTypes[service], reply);
    } catch (error) {
      answerError(response, service, error instanceof AwsError ? error : brokenSandbox(error));
    }
  }

  #answer(response: ServerResponse, contentType: string, reply: Wire | string): void {
    if (typeof reply === 'string' || !hasList(reply)) {
      answer(response, 200, contentType, typeof reply === 'string' ? reply : jsonOf(reply));
    } else {
      const bytes = this.#memory.write(reply);
      answer(response, 200, contentType, bytes, () => this.#memory.giveBack(bytes));
    }
  }

  /** The reply, or undefined when a fault wants none. */
  async #run(call: Call, response: ServerResponse): Promise<Wire | string | undefined> {
    const { operation, tables, region, caller, text } = call;
    const { requests, holds, faults, clock } = this.#parts;
    const sent = call.service === 'sts' || text === '' ? '{}' : text;
    requests.note({ operation, tables, region, accessKeyId: caller.accessKeyId, at: clock() }, sent);
    await holds.pass('before', operation, tables);
    const struck = faults.strike(operation, tables);
    for (const fault of struck) {
      if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.ms));
    }
    if (struck.some(({ kind }) => kind === 'hang')) return undefined;
    if (struck.some(({ kind }) => kind === 'lose-request')) return lose(response);
    for (const fault of struck) this.#refuse(fault, call);
    const reply = await this.#serve(call, struck);
    await holds.pass('after', operation, tables);
    return struck.some(({ kind }) => kind === 'lose-reply') ? lose(response) : reply;
  }

  /** @throws AwsError when the fault is one */
  #refuse(fault: Fault, call: Call): void {
    const [table] = call.tables;
    const resource = table === undefined ? '*' : this.#parts.regions.of(call.region).arnOf(table);
    if (fault.kind === 'error') throw new AwsError(fault.name, fault.message);
    if (fault.kind === 'expired-token') {
      throw new AwsError('ExpiredTokenException', 'The security token included in the request is expired');
    }
    if (fault.kind === 'access-denied') {
      const action = `${call.service}:${call.operation}`;
      throw new AwsError(
        'AccessDeniedException',
        `User: ${this.#tokens.principalOf(call.caller).arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
      );
    }
    if (fault.kind === 'throttle') {
      throw throttled(fault.error, fault.reason, resource);
    }
  }

  async #serve(call: Call, struck: readonly Fault[]): Promise<Wire | string> {
    if (call.service === 'sts') return this.#tokens.answer(new URLSearchParams(call.text), call.caller);
    if (call.service === 'logs') return this.#serveLogs(call);
    const operation = Object.hasOwn(operations, call.operation) ? operations[call.operation] : undefined;
    if (operation === undefined) throw unknownOperation();
    let [leaveUnprocessed, restoreMs]: [number, number | undefined] = [0, undefined];
    for (const fault of struck) {
      if (fault.kind === 'unprocessed') leaveUnprocessed = fault.requests;
      if (fault.kind === 'restore-takes') restoreMs = fault.ms;
      if (fault.kind === 'restore-never-ends') restoreMs = Number.POSITIVE_INFINITY;
    }
    const region = this.#parts.regions.of(call.region);
    authorize(region, call.operation, call.body, this.#tokens.principalOf(call.caller));
    const request = { region, body: call.body, leaveUnprocessed, ...(restoreMs !== undefined && { restoreMs }) };
    return metered(call.operation, operation, request, this.#parts.capacity);
  }

  #serveLogs({ region, operation, body }: Call): Wire {
    const logs = this.#logs.get(region) ?? new SandboxLogs(region, this.#parts.clock);
    this.#logs.set(region, logs);
    const run = Object.hasOwn(logs.operations, operation) ? logs.operations[operation] : undefined;
    if (run === undefined) throw unknownOperation();
    return run(body);
  }
}

const contentTypes = { dynamodb: 'application/x-amz-json-1.0', logs: 'application/x-amz-json-1.1', sts: 'text/xml' };

function serviceOf(request: IncomingMessage): Call['service'] {
  const target = String(request.headers['x-amz-target'] ?? '');
  if (target.startsWith('Logs_20140328.')) return 'logs';
  return target === '' && request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? 'sts'
    : 'dynamodb';
}

/** @throws AwsError for a request that is no call of a known service */
function readCall(request: IncomingMessage, service: Call['service'], text: string): Call {
  const [version, name = ''] = String(request.headers['x-amz-target'] ?? '').split('.');
  if (service === 'dynamodb' && version !== 'DynamoDB_20120810') throw unknownOperation();
  const credential = /Credential=([^/,\s]+)\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '');
  if (credential === null) {
    throw new AwsError('MissingAuthenticationTokenException', 'Request is missing Authentication Token');
  }
  const [, accessKeyId = '', region = 'us-east-1'] = credential;
  const body = service === 'sts' ? {} : parseBody(text);
  const operation = service === 'sts' ? (new URLSearchParams(text).get('Action') ?? '') : name;
  return { service, operation, region, caller: { accessKeyId }, body, tables: tablesOf(body), text };
}

function parseBody(text: string): Wire {
  try {
    const body: unknown = JSON.parse(text === '' ? '{}' : text);
    if (isRecord(body)) return body;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new AwsError('SerializationException', 'Unexpected token received from parser');
}

const tableMembers = ['TableName', 'SourceTableName', 'SourceTableArn', 'TargetTableName', 'ResourceArn'];

/** The tables a request is about: a restore's source and target, all of a batch or transaction. */
function tablesOf(body: Wire): string[] {
  const names = new Set<string>();
  for (const member of tableMembers) addTable(names, body[member]);
  if (isRecord(body['RequestItems'])) for (const name of Object.keys(body['RequestItems'])) addTable(names, name);
  if (Array.isArray(body['TransactItems'])) {
    for (const item of body['TransactItems'].filter(isRecord)) {
      for (const kind of Object.keys(item)) addTable(names, optionalRecord(item, kind)?.['TableName']);
    }
  }
  return [...names];
}

function addTable(names: Set<string>, nameOrArn: unknown): void {
  if (typeof nameOrArn === 'string') names.add(tableName(nameOrArn));
}

function lose(response: ServerResponse): undefined {
  response.destroy();
}

function unknownOperation(): AwsError {
  return new AwsError('UnknownOperationException', 'The sandbox does not know this operation');
}

function brokenSandbox(error: unknown): AwsError {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new AwsError('InternalServerError', `The sandbox itself failed: ${cause}`);
}

function answerError(response: ServerResponse, service: Call['service'], error: AwsError): void {
  if (response.destroyed) return;
  const body =
    service === 'sts' ? stsError(error) : JSON.stringify(service === 'logs' ? error.toJson11() : error.toDynamoDb());
  answer(response, error.status, contentTypes[service], body);
}
