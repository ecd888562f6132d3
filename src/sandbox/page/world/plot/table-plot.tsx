import { useCallback, useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { TableSeries } from '../../../world/series.ts';
import { useThemeChange } from './colours.ts';
import { drawMarks, type Mark } from './draw-marks.ts';
import { plotOptions } from './options.ts';

type PlotProps = {
  /** What a reader who does not see the plot is told. */
  readonly name: string;
  readonly ends: readonly number[] | undefined;
  readonly series: TableSeries | undefined;
  /** A CSS variable. */
  readonly colour: string;
  readonly marks: readonly Mark[];
  readonly zone: string;
  readonly hasTimes: boolean;
  readonly onMoment: (at: number) => void;
};

/** One table over time. Pressing or dragging on it chooses a moment; the slider below does the same for the keyboard. */
export function TablePlot({ name, ends, series, marks, onMoment, colour, zone, hasTimes }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const latest = useRef({ marks, onMoment });
  latest.current = { marks, onMoment };
  useEffect(() => {
    const { current: parent } = place;
    if (parent === null) return;
    const draw = (drawn: uPlot) => drawMarks(drawn, latest.current.marks);
    const made = new uPlot(
      plotOptions({ width: parent.clientWidth || 400, colour, zone, hasTimes, draw }),
      [[]],
      parent,
    );
    plot.current = made;
    const stopPicking = picking(made, (at) => latest.current.onMoment(at));
    const resized = new ResizeObserver(() => {
      if (parent.clientWidth > 0) made.setSize({ width: parent.clientWidth, height: made.height });
    });
    resized.observe(parent);
    return () => {
      resized.disconnect();
      stopPicking();
      made.destroy();
    };
  }, [colour, zone, hasTimes]);
  useEffect(() => {
    if (ends === undefined || series === undefined) return;
    plot.current?.setData(dataOf(ends, series));
  }, [ends, series, colour, zone, hasTimes]);
  useEffect(() => plot.current?.redraw(false), [marks]);
  useThemeChange(useCallback(() => plot.current?.redraw(true, true), []));
  return <div class="w-plot" ref={place} role="img" aria-label={name} />;
}

/** uPlot counts in seconds. Roots make one write visible beside a thousand. */
function dataOf(ends: readonly number[], { items, written, deleted }: TableSeries): uPlot.AlignedData {
  const roots = (writes: readonly number[]) => writes.map((count) => (count === 0 ? null : Math.sqrt(count)));
  const all = written.map((count, index) => count + (deleted[index] ?? 0));
  return [ends.map((end) => end / 1000), roots(all), roots(deleted), [...items]];
}

/** @returns what ends it */
function picking(plot: uPlot, picked: (at: number) => void): () => void {
  const pick = (event: PointerEvent) => {
    if (event.buttons !== 1) return;
    const { left } = plot.over.getBoundingClientRect();
    picked(plot.posToVal(event.clientX - left, 'x') * 1000);
  };
  const press = (event: PointerEvent) => {
    plot.over.setPointerCapture(event.pointerId);
    pick(event);
  };
  plot.over.addEventListener('pointerdown', press);
  plot.over.addEventListener('pointermove', pick);
  return () => {
    plot.over.removeEventListener('pointerdown', press);
    plot.over.removeEventListener('pointermove', pick);
  };
}
