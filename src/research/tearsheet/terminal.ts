import type { Column } from '#statistics';
import type { TearSheetInput } from './input.ts';
import { derivedFigures } from './summary-sections.ts';
import { day, formatFigure, formatInterval } from './text.ts';

const STEPS = '▁▂▃▄▅▆▇█';

/** Text for a terminal: control characters out, so that no name can move the cursor or colour the screen. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
}

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

/** The report as lines of plain text: verdict, gates, figures, where the data came from. Ends with a newline. */
export function renderSummary(input: TearSheetInput): string {
  const { verdict, gates = [], curve, provenance, currency } = input;
  const figures = [...(input.figures ?? derivedFigures(input)), ...(input.moreFigures ?? [])];
  const wide = Math.max(...figures.map((figure) => figure.label.length), ...gates.map((gate) => gate.name.length), 10);
  const rows = curve.time.length;
  const lines = [
    input.title,
    ...(rows > 0
      ? [
          `${day(curve.time[0]!)} to ${day(curve.time[rows - 1]!)}${provenance === undefined ? '' : `, ${provenance.kind} data from ${provenance.source}`}`,
        ]
      : []),
    ...(provenance?.seam === undefined ? [] : [`out of sample from ${day(provenance.seam)}`]),
    ...(verdict === undefined
      ? []
      : ['', `${verdict.passed ? 'PASSED' : 'FAILED'}: ${verdict.headline}`, ...(verdict.reasons ?? []).map((reason) => `  - ${reason}`)]),
    '',
    sparkline(curve.equity),
    '',
    ...figures.map((figure) => {
      const interval = formatInterval(figure, currency);
      return `  ${figure.label.padEnd(wide)}  ${formatFigure(figure.value, figure.unit, currency).padStart(14)}${interval === '' ? '' : `   (${interval})`}`;
    }),
    ...(gates.length === 0
      ? []
      : [
          '',
          ...gates.map(
            (gate) => `  ${gate.passed ? '✓' : '✗'} ${gate.name.padEnd(wide)}  ${gate.value.padStart(12)}   required ${gate.threshold}`,
          ),
        ]),
  ];
  return `${lines.map(plain).join('\n')}\n`;
}
