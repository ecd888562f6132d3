import { isDeepStrictEqual } from 'node:util';
import { AwsError, invalid } from '../../aws-error.ts';
import {
  constraint,
  optionalFlag,
  optionalList,
  optionalNumber,
  optionalRecord,
  optionalText,
  record,
  text,
  type Wire,
} from '../../wire.ts';
import { describe, dynaliteDefinition } from '../definition.ts';
import type { Operation, Request } from '../operation.ts';
import { accountId, type Region } from '../region.ts';
import type { SandboxTable, TableSettings } from '../table.ts';
import { restorableWindow, wholeSecond } from './recovery.ts';

const maxConcurrentRestores = 50;

/**
 * RestoreTableToPointInTime. The checks come in AWS's order: form, source, recovery enabled, time, target, limit.
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_RestoreTableToPointInTime.html
 */
const restoreTableToPointInTime: Operation = async (request) => {
  const asked = readForm(request.region, request.body);
  return request.region.turns.take(() => restore(request, asked));
};

async function restore(request: Request, asked: Form): Promise<Wire> {
  const { region, body } = request;
  const source = region.find(asked.source);
  if (source === undefined || source.status(region.world.clock()) !== 'ACTIVE') {
    throw new AwsError('TableNotFoundException', `Source table not found: ${asked.source}`);
  }
  const at = restoreInstant(region, source, asked.at);
  const settings = restoredSettings(source, body);
  checkTarget(region, asked.target);
  checkLimit(region);

  const items = source.history.storedAt(at);
  await region.define(dynaliteDefinition(asked.target, settings));
  const now = region.world.clock();
  const target = region.add(asked.target, settings);
  target.restoredFrom = { arn: source.arn, at };
  target.activeAt = now + (request.restoreMs ?? region.world.restoreMs);
  target.load(items, now);
  // AWS answers this one with an error and restores all the same.
  if (isDeepStrictEqual(body['OnDemandThroughputOverride'], {})) {
    throw new AwsError('TableInUseException', `Table is being restored: ${asked.target}`);
  }
  return {
    TableDescription: {
      ...describe(target, now),
      TableStatus: 'CREATING',
      RestoreSummary: { SourceTableArn: source.arn, RestoreDateTime: at / 1000, RestoreInProgress: true },
    },
  };
}

type Form = { readonly source: string; readonly target: string; readonly at: number | 'latest' };

function readForm(region: Region, body: Wire): Form {
  const target = text(body, 'TargetTableName');
  checkName(target, 'TargetTableName');
  const [name, arn] = [optionalText(body, 'SourceTableName'), optionalText(body, 'SourceTableArn')];
  if (name !== undefined) checkName(name, 'SourceTableName');
  if ((name === undefined) === (arn === undefined)) {
    throw invalid(
      'One or more parameter values were invalid: Exactly one of SourceTableName and SourceTableArn must be specified',
    );
  }
  if (arn !== undefined) checkArn(region, arn);
  const seconds = optionalNumber(body, 'RestoreDateTime');
  const latest = optionalFlag(body, 'UseLatestRestorableTime') ?? false;
  if ((seconds === undefined) === !latest) {
    throw invalid(
      'One or more parameter values were invalid: Exactly one of RestoreDateTime and UseLatestRestorableTime must be specified',
    );
  }
  return { source: arn ?? name ?? '', target, at: seconds === undefined ? 'latest' : seconds * 1000 };
}

function checkName(name: string, member: string): void {
  if (name.length < 3) throw constraint(name, member, 'Member must have length greater than or equal to 3');
  if (name.length > 255) throw constraint(name, member, 'Member must have length less than or equal to 255');
  if (!/^[a-zA-Z0-9_.-]+$/.test(name)) {
    throw constraint(name, member, 'Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+');
  }
}

function checkArn(region: Region, arn: string): void {
  const [, , service, place, account] = arn.split(':');
  if (service !== 'dynamodb') throw invalid(`Invalid TableArn: ${arn}`);
  if (account !== accountId) {
    throw invalid('RestoreTableToPointInTime operations are only supported by accounts that match the resource owner');
  }
  if (place !== region.name) throw invalid('The sandbox restores within one region only');
}

/** @throws AwsError PointInTimeRecoveryUnavailableException or InvalidRestoreTimeException */
function restoreInstant(region: Region, source: SandboxTable, asked: number | 'latest'): number {
  const window = restorableWindow(source, region);
  if (window === undefined) {
    throw new AwsError(
      'PointInTimeRecoveryUnavailableException',
      `Point in time recovery is not enabled for table '${source.name}'`,
    );
  }
  if (asked === 'latest') return window.latest;
  const at = wholeSecond(asked);
  if (at < window.earliest || at > window.latest) {
    const [earliest, latest] = [new Date(window.earliest).toISOString(), new Date(window.latest).toISOString()];
    throw new AwsError(
      'InvalidRestoreTimeException',
      `An invalid restore time was specified. RestoreDateTime must be between ${earliest} and ${latest}.`,
    );
  }
  return at;
}

/** What the target takes over from the source as it is today, and what it does not: stream, protection, class. */
function restoredSettings(source: SandboxTable, body: Wire): TableSettings {
  const { settings } = source;
  const mode = optionalText(body, 'BillingModeOverride') ?? settings.billingMode;
  if (mode !== 'PROVISIONED' && mode !== 'PAY_PER_REQUEST') {
    throw constraint(mode, 'BillingModeOverride', 'Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]');
  }
  const throughput = optionalRecord(body, 'ProvisionedThroughputOverride');
  if (mode === 'PROVISIONED' && throughput === undefined && settings.billingMode !== 'PROVISIONED') {
    throw invalid(
      'One or more parameter values were invalid: ProvisionedThroughputOverride must be specified when BillingModeOverride is PROVISIONED',
    );
  }
  if (mode === 'PAY_PER_REQUEST' && throughput !== undefined) {
    throw invalid(
      'One or more parameter values were invalid: Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const units = (member: string, carried: number) =>
    mode === 'PAY_PER_REQUEST' ? 0 : ((throughput && optionalNumber(throughput, member)) ?? carried);
  const sse = optionalRecord(body, 'SSESpecificationOverride') ?? settings.sse;
  const onDemandThroughput = optionalRecord(body, 'OnDemandThroughputOverride') ?? settings.onDemandThroughput;
  return {
    attributeDefinitions: settings.attributeDefinitions,
    keySchema: settings.keySchema,
    globalIndexes: chosenIndexes(settings.globalIndexes, optionalList(body, 'GlobalSecondaryIndexOverride')),
    localIndexes: chosenIndexes(settings.localIndexes, optionalList(body, 'LocalSecondaryIndexOverride')),
    billingMode: mode,
    readUnits: units('ReadCapacityUnits', settings.readUnits),
    writeUnits: units('WriteCapacityUnits', settings.writeUnits),
    ...(sse && { sse }),
    ...(onDemandThroughput && { onDemandThroughput }),
    deletionProtection: false,
  };
}

/** All of the source's indexes, or those of them that are asked for. @throws AwsError for an index the source lacks */
function chosenIndexes(existing: readonly Wire[], override: readonly unknown[] | undefined): readonly Wire[] {
  if (override === undefined) return existing;
  return override.map(record).map((asked) => {
    if (asked['WarmThroughput'] !== undefined) {
      throw invalid(
        'One or more parameter values were invalid: WarmThroughput cannot be specified in an index override',
      );
    }
    const index = existing.find(
      (candidate) =>
        candidate['IndexName'] === asked['IndexName'] &&
        isDeepStrictEqual(candidate['KeySchema'], asked['KeySchema']) &&
        isDeepStrictEqual(candidate['Projection'], asked['Projection']),
    );
    if (index === undefined) {
      throw invalid(
        `One or more parameter values were invalid: Index ${String(asked['IndexName'])} does not match an index of the source table: IndexName, KeySchema and Projection must be the same`,
      );
    }
    return { ...index, ...asked };
  });
}

/** @throws AwsError TableInUseException for a target under restore, TableAlreadyExistsException for any other */
function checkTarget(region: Region, name: string): void {
  const target = region.find(name);
  if (target === undefined) return;
  if (target.restoring(region.world.clock())) {
    throw new AwsError('TableInUseException', `Table is being restored: ${name}`);
  }
  throw new AwsError('TableAlreadyExistsException', `Table already exists: ${name}`);
}

/** @throws AwsError LimitExceededException */
function checkLimit(region: Region): void {
  const now = region.world.clock();
  const running = region.tables().filter((table) => table.restoring(now)).length;
  if (running >= maxConcurrentRestores) {
    throw new AwsError(
      'LimitExceededException',
      `Subscriber limit exceeded: Only ${maxConcurrentRestores} restore operations can run at the same time`,
    );
  }
}

export const restoreOperations: Readonly<Record<string, Operation>> = {
  RestoreTableToPointInTime: restoreTableToPointInTime,
};
