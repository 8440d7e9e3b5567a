import type { Column } from '#statistics';
import { formatFigure } from './text.ts';

const STEPS = '▁▂▃▄▅▆▇█';

/** A curve in one line of block characters, at most `width` of them; a missing value is a blank. */
export function sparkline(values: Column, width = 60): string {
  const count = Math.min(width, values.length);
  const sampled = Array.from({ length: count }, (_, i) => values[count === 1 ? 0 : Math.round((i * (values.length - 1)) / (count - 1))]!);
  const finite = sampled.filter(Number.isFinite);
  const low = Math.min(...finite);
  const high = Math.max(...finite);
  return sampled
    .map((value) => (Number.isFinite(value) ? STEPS[high > low ? Math.round(((value - low) / (high - low)) * 7) : 3]! : ' '))
    .join('');
}

/** An equity curve as a small picture of `height` lines of blocks, its greatest and least value at the side. */
export function equityInTerminal(equity: Column, width = 64, height = 8): string {
  const count = Math.min(width, equity.length);
  if (count === 0) return '';
  const sampled = Array.from({ length: count }, (_, i) => equity[count === 1 ? 0 : Math.round((i * (equity.length - 1)) / (count - 1))]!);
  const finite = sampled.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const label = (value: number): string => formatFigure(value, 'ratio').padStart(14);
  return Array.from({ length: height }, (_, line) => {
    const floor = height - 1 - line;
    const blocks = sampled.map((value) => {
      const eighths = Number.isFinite(value) ? Math.round(((value - low) / span) * (height * 8 - 1)) + 1 - floor * 8 : 0;
      return eighths <= 0 ? ' ' : eighths >= 8 ? '█' : STEPS[eighths - 1]!;
    });
    const side = line === 0 ? label(low + span) : floor === 0 ? label(low) : ' '.repeat(14);
    return `${side} │${blocks.join('').trimEnd()}`;
  }).join('\n');
}
