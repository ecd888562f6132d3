const decimal = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

const code = { minus: 0x2d, zero: 0x30, nine: 0x39 } as const;

/**
 * One text for each number DynamoDB can hold, whatever way it was written: `1`, `1.0`, `1E0` and `0.1e1` all give `1`;
 * every zero gives `0`. The form is the significant digits followed, unless it is 0, by `E` and the power of ten of the
 * last digit (`1200` is `12E2`, `-0.05` is `-5E-2`). Works on the text alone: a JavaScript number keeps 17 of the
 * 38 digits.
 *
 * @throws TypeError when the text is no decimal number. The message never quotes it: it is somebody's data.
 */
export function canonicalNumber(text: string): string {
  if (isCanonicalInteger(text)) {
    return text;
  }
  const match = decimal.exec(text);
  const whole = match?.[2] ?? '';
  const fraction = match?.[3] ?? '';
  if (match === null || whole.length + fraction.length === 0) {
    throw new TypeError('A number attribute holds text that is not a decimal number.');
  }
  const digits = whole + fraction;
  const start = leadingZeros(digits);
  if (start === digits.length) {
    return '0';
  }
  const end = digits.length - trailingZeros(digits);
  const power = Number(match[4] ?? 0) - fraction.length + (digits.length - end);
  const sign = match[1] === '-' ? '-' : '';
  return `${sign}${digits.slice(start, end)}${power === 0 ? '' : `E${power}`}`;
}

/** Whether two number texts mean the same number. Exact at any precision. */
export function sameNumber(a: string, b: string): boolean {
  return a === b || canonicalNumber(a) === canonicalNumber(b);
}

/** How many digits are left without leading and trailing zeros: 0 for zero, at most 38 for what DynamoDB stores. */
export function significantDigits(text: string): number {
  const canonical = canonicalNumber(text);
  if (canonical === '0') {
    return 0;
  }
  const exponent = canonical.indexOf('E');
  return (exponent === -1 ? canonical.length : exponent) - (canonical.startsWith('-') ? 1 : 0);
}

// Most numbers on the wire are integers that do not end in 0. They are canonical as they are, and nothing is built.
function isCanonicalInteger(text: string): boolean {
  const first = text.charCodeAt(0) === code.minus ? 1 : 0;
  if (text.charCodeAt(first) === code.zero || text.charCodeAt(text.length - 1) === code.zero) {
    return text === '0';
  }
  for (let index = first; index < text.length; index += 1) {
    const digit = text.charCodeAt(index);
    if (digit < code.zero || digit > code.nine) {
      return false;
    }
  }
  return text.length > first;
}

function leadingZeros(digits: string): number {
  let count = 0;
  while (digits.charCodeAt(count) === code.zero) {
    count += 1;
  }
  return count;
}

function trailingZeros(digits: string): number {
  let count = 0;
  while (digits.charCodeAt(digits.length - 1 - count) === code.zero) {
    count += 1;
  }
  return count;
}
