import { AwsError } from '../../aws-error.ts';
import { optionalRecord, optionalText, type Wire } from '../../wire.ts';
import { type Bindings, meets } from '../condition/evaluate.ts';
import { parseCondition } from '../condition/parse.ts';
import { placeholders } from '../condition/tokens.ts';
import { type Item, readItem } from '../item.ts';
import { isPlainItem } from '../plain.ts';
import type { Region } from '../region.ts';
import { isPlainCondition } from './known-form.ts';

/**
 * Decides a write's ConditionExpression and takes it out of the request.
 *
 * dynalite judges the expression's form (as a filter of a scan that reads nothing of importance), we its truth.
 * @param current the item as it is now
 * @throws AwsError ConditionalCheckFailedException, or ValidationException for a malformed expression
 */
export async function decideCondition(region: Region, body: Wire, current: Item | null): Promise<Wire> {
  const { ConditionExpression: _, ReturnValuesOnConditionCheckFailure: __, ...rest } = body;
  const expression = optionalText(body, 'ConditionExpression');
  if (expression === undefined) return rest;

  const used = placeholders(expression);
  const keepUsed = (member: string) => filterNames(optionalRecord(body, member), (name) => used.has(name));
  await checkConditionForm(region, {
    TableName: body['TableName'],
    FilterExpression: expression,
    ExpressionAttributeNames: keepUsed('ExpressionAttributeNames'),
    ExpressionAttributeValues: keepUsed('ExpressionAttributeValues'),
  });
  if (!meets({ item: current, ...bindings(body) }, parseCondition(expression))) {
    const isOldAsked = optionalText(body, 'ReturnValuesOnConditionCheckFailure') === 'ALL_OLD';
    throw conditionFailed(isOldAsked ? current : null);
  }
  const inUpdate = placeholders(optionalText(body, 'UpdateExpression') ?? '');
  const keepOthers = (member: string) =>
    filterNames(optionalRecord(body, member), (name) => !used.has(name) || inUpdate.has(name));
  return {
    ...rest,
    ExpressionAttributeNames: keepOthers('ExpressionAttributeNames'),
    ExpressionAttributeValues: keepOthers('ExpressionAttributeValues'),
  };
}

/** @param shown the item as it is, for those who asked for it */
export function conditionFailed(shown: Item | null): AwsError {
  const members = shown === null ? {} : { Item: shown };
  return new AwsError('ConditionalCheckFailedException', 'The conditional request failed', members);
}

/** Each form of condition is judged once, as long as nothing but the form could be wrong with it. */
async function checkConditionForm(region: Region, scan: Wire): Promise<void> {
  const form = formOfCondition(scan);
  if (form !== undefined && region.isSound(form)) return;
  await checkForm(region, 'ConditionExpression', scan);
  if (form !== undefined) region.rememberSound(form);
}

function formOfCondition(scan: Wire): string | undefined {
  const { TableName, FilterExpression, ExpressionAttributeNames, ExpressionAttributeValues: values = {} } = scan;
  if (!isPlainCondition(FilterExpression) || !isPlainItem(values)) return undefined;
  const types = Object.entries(values).map(([name, value]) => [name, Object.keys(value)]);
  return JSON.stringify([TableName, FilterExpression, ExpressionAttributeNames, types]);
}

/** Lets dynalite refuse a malformed scan, naming the member the caller used. */
export async function checkForm(region: Region, member: string, scan: Wire): Promise<void> {
  try {
    await region.dynalite('Scan', { Limit: 1, ...scan });
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(error.name, error.message.replaceAll('FilterExpression', member), error.members);
  }
}

/** The meaning of the `#names` and `:values` of a request. */
export function bindings(body: Wire): Bindings {
  const names = Object.entries(optionalRecord(body, 'ExpressionAttributeNames') ?? {});
  return {
    names: Object.fromEntries(names.map(([name, meaning]) => [name, String(meaning)])),
    values: readItem(optionalRecord(body, 'ExpressionAttributeValues') ?? {}),
  };
}

function filterNames(source: Wire | undefined, keep: (name: string) => boolean): Wire | undefined {
  if (source === undefined) return undefined;
  const kept = Object.entries(source).filter(([name]) => keep(name));
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
