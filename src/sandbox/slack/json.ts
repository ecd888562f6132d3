/** JSON that came over the wire: read field by field, never trusted to have a shape. */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectAt(source: unknown, key: string): JsonObject | undefined {
  const value = isObject(source) ? source[key] : undefined;
  return isObject(value) ? value : undefined;
}

/** A number counts as text: a form body knows no other kind, so a bot may send either. */
export function textAt(source: unknown, key: string): string | undefined {
  const value = isObject(source) ? source[key] : undefined;
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? value : undefined;
}

export function flagAt(source: unknown, key: string): boolean {
  const value = isObject(source) ? source[key] : undefined;
  return value === true || value === 'true' || value === '1' || value === 1;
}

export function numberAt(source: unknown, key: string): number | undefined {
  const value = isObject(source) ? source[key] : undefined;
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

export function objectsAt(source: unknown, key: string): readonly JsonObject[] {
  const value = isObject(source) ? source[key] : undefined;
  return Array.isArray(value) ? value.filter(isObject) : [];
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
