import type uPlot from 'uplot';
import { colour } from './colours.ts';

/** Something that happened at a time, or that one has chosen. Instants in milliseconds since the epoch. */
export type Mark = { readonly kind: 'accident' | 'restore' | 'moment'; readonly from: number; readonly to: number };

const colours = { accident: '--danger', restore: '--accent', moment: '--text' } as const;

/** Draws marks over a plot: a line where it began, and a band while it went on. */
export function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const { kind, from, to } of marks) {
    const x = plot.valToPos(from / 1000, 'x', true);
    const end = plot.valToPos(to / 1000, 'x', true);
    ctx.fillStyle = colour(colours[kind]);
    ctx.strokeStyle = ctx.fillStyle;
    if (end > x) {
      ctx.globalAlpha = 0.18;
      ctx.fillRect(x, bbox.top, end - x, bbox.height);
      ctx.globalAlpha = 1;
    }
    ctx.lineWidth = (kind === 'moment' ? 1 : 2) * devicePixelRatio;
    ctx.setLineDash(kind === 'moment' ? [4 * devicePixelRatio, 3 * devicePixelRatio] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
