import uPlot from 'uplot';
import { colour } from './colours.ts';

const plain = { show: false } as const;

export type PlotLook = {
  readonly width: number;
  readonly colour: string;
  readonly zone: string;
  readonly hasTimes: boolean;
  readonly draw: (plot: uPlot) => void;
};

/** One table's plot: bars for its writes, and over them a line for its items. */
export function plotOptions({ width, colour: line, zone, hasTimes, draw }: PlotLook): uPlot.Options {
  const axis = { stroke: () => colour('--muted'), grid: { stroke: () => colour('--line'), width: 1 }, ticks: plain };
  const bars = uPlot.paths.bars?.({ size: [1, 24, 2] });
  const steps = uPlot.paths.stepped?.({ align: -1 });
  return {
    width,
    height: hasTimes ? 96 : 70,
    padding: [8, 6, hasTimes ? 0 : 4, 0],
    legend: plain,
    cursor: { y: false, drag: { setScale: false, x: false, y: false }, points: plain, sync: { key: 'tables' } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), zone),
    scales: {
      items: { range: (_, low, high) => roomAround(low, high) },
      // The bars take the lower half, whatever the items do.
      writes: { range: (_, __, high) => [0, Math.max(2, (high ?? 0) * 1.8)] },
    },
    axes: [
      { ...axis, show: hasTimes, size: 24, font: '11px system-ui, sans-serif', space: 64, values: times() },
      {
        ...axis,
        scale: 'items',
        size: 46,
        font: '11px system-ui, sans-serif',
        space: 26,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000],
        values: (_, splits) => splits.map((split) => split.toLocaleString('en')),
      },
    ],
    series: [
      {},
      { scale: 'writes', ...paths(bars), fill: () => colour('--info'), width: 0, points: plain },
      { scale: 'writes', ...paths(bars), fill: () => colour('--danger'), width: 0, points: plain },
      { scale: 'items', ...paths(steps), stroke: () => colour(line), width: 2, points: plain },
    ],
    hooks: { draw: [draw] },
  };
}

function paths(made: uPlot.Series.PathBuilder | undefined) {
  return made === undefined ? {} : { paths: made };
}

/** A line that does not move runs through the middle, and not along an edge. */
function roomAround(low: number | null, high: number | null): [number, number] {
  const [from, to] = [low ?? 0, high ?? 0];
  const room = Math.max(2, (to - from) * 0.15);
  return [from - room, to + room];
}

/** Times of day, and days where the plot is of days. */
function times(): uPlot.Axis.Values {
  const [year, month, day] = ['{YYYY}', '{D} {MMM}', '{D} {MMM}'];
  return [
    [3600 * 24 * 365, year, null, null, null, null, null, null, 1],
    [3600 * 24 * 28, month, null, null, null, null, null, null, 1],
    [3600 * 24, day, null, null, null, null, null, null, 1],
    [3600, '{HH}:{mm}', null, null, null, null, null, null, 1],
    [60, '{HH}:{mm}', null, null, null, null, null, null, 1],
    [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1],
  ];
}
