/** The table: what was measured, what it has to be at least, and how it is shown. */

export type Row = {
  readonly measured: string;
  /** The figure that counts, ratios first. */
  readonly result: string;
  readonly target: string;
  readonly isMet: boolean;
  /** What the ratio was made from. */
  readonly from: string;
};

export const factor = (value: number) => `${value.toFixed(value < 10 ? 2 : 0)}×`;
export const whole = (value: number) => Math.round(value).toLocaleString('en-US');
export const seconds = (value: number) => `${value.toFixed(value < 10 ? 2 : 1)} s`;
export const megabytes = (value: number) => `${whole(value)} MB`;

export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ measured, result, target, isMet, from }) =>
      `| ${measured} | **${result}** | ${target} | ${isMet ? 'yes' : '**no**'} | ${from} |`,
  );
  return ['| measured | result | at least | met | from |', '|---|---|---|---|---|', ...lines].join('\n');
}

export function plain({ measured, result, target, isMet, from }: Row): string {
  return `${isMet ? 'ok ' : 'NO '} ${result.padEnd(14)} ${measured} (target: ${target}; ${from})`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
