/** A DynamoDB number: `0.d₁d₂d₃… × 10^exponent`, digits without zeros at either end, none for zero. */
export type Decimal = { readonly negative: boolean; readonly digits: string; readonly exponent: number };

const plainPattern = /^(?:0|-?(?:[1-9]\d*|(?:0|[1-9]\d*)\.\d*[1-9]))$/;
/** Digits that DynamoDB keeps. A number in plain notation that is no longer than that is small and large enough, too. */
const mostDigits = 38;

/** Whether a number is valid and stands there as `plain` would write it. Of some very long ones it says no. */
export function isPlainNumber(text: string): boolean {
  return text.length <= mostDigits && plainPattern.test(text);
}

const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** Reads a number in any notation DynamoDB takes; undefined when it is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const all = whole + fraction;
  const significant = all.replace(/^0+/, '');
  const digits = significant.replace(/0+$/, '');
  if (digits === '') return { negative: false, digits: '', exponent: 0 };
  const leadingZeros = all.length - significant.length;
  return { negative: sign === '-', digits, exponent: whole.length - leadingZeros + Number(power) };
}

/** The plain notation in which DynamoDB returns every number: no exponent, no zeros that carry nothing. */
export function plain({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '0';
  const sign = negative ? '-' : '';
  if (exponent <= 0) return `${sign}0.${'0'.repeat(-exponent)}${digits}`;
  if (exponent >= digits.length) return sign + digits.padEnd(exponent, '0');
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** Text whose order is the numbers' order, and which is the same for equal numbers. */
export function sortable({ negative, digits, exponent }: Decimal): string {
  if (digits === '') return '1/';
  if (!negative) return `2${exponentText(exponent)}${digits}/`;
  const complement = [...digits].map((digit) => 9 - Number(digit)).join('');
  // Of two negative numbers that share their first digits the longer one is the smaller: '~' sorts after every digit.
  return `0${exponentText(-exponent)}${complement}~`;
}

function exponentText(exponent: number): string {
  return String(exponent + 500).padStart(3, '0');
}
