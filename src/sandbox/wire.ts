import { AwsError, invalid } from './aws-error.ts';

/** A JSON object as it came over the wire, not yet looked into. */
export type Wire = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws AwsError SerializationException when `value` is not a JSON object */
export function record(value: unknown): Wire {
  if (!isRecord(value)) throw new AwsError('SerializationException', 'Unexpected field type');
  return value;
}

/** @throws AwsError SerializationException when the member is there and no JSON object */
export function optionalRecord(body: Wire, name: string): Wire | undefined {
  const value = body[name];
  return value === undefined || value === null ? undefined : record(value);
}

/** @throws AwsError SerializationException when the member is there and no array */
export function optionalList(body: Wire, name: string): readonly unknown[] | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value)) throw new AwsError('SerializationException', 'Unexpected field type');
  return value;
}

/** @throws AwsError SerializationException when the member is there and no string */
export function optionalText(body: Wire, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    throw new AwsError('SerializationException', `${typeof value} cannot be converted to String`);
  }
  return value;
}

/** @throws AwsError when the member is missing or no string */
export function text(body: Wire, name: string): string {
  const value = optionalText(body, name);
  if (value === undefined) throw missing(name);
  return value;
}

/** @throws AwsError SerializationException when the member is there and no number */
export function optionalNumber(body: Wire, name: string): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') {
    throw new AwsError('SerializationException', `${typeof value} cannot be converted to a number`);
  }
  return value;
}

/** @throws AwsError SerializationException when the member is there and no boolean */
export function optionalFlag(body: Wire, name: string): boolean | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'boolean') {
    throw new AwsError('SerializationException', `${typeof value} cannot be converted to Boolean`);
  }
  return value;
}

/** AWS's wording for a required member that is not there. */
export function missing(name: string): AwsError {
  return constraint('null', name, 'Member must not be null');
}

/** AWS's wording for a member that breaks its constraint. */
export function constraint(value: string, name: string, rule: string): AwsError {
  const shown = value === 'null' ? value : `'${value}'`;
  const member = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  return invalid(`1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${rule}`);
}
