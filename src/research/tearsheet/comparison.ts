import { lineChart } from './chart.ts';
import type { TearSheetInput } from './input.ts';
import { page } from './render.ts';
import { notice, table } from './blocks.ts';
import { derivedFigures, syntheticNotice, warnings } from './summary-sections.ts';
import { day, decimalTick, escapeHtml, formatFigure } from './text.ts';

/** Two reports side by side: both curves as growth of 1, and every figure they share with its difference. */
export function renderComparison(a: TearSheetInput, b: TearSheetInput): string {
  const scale = (equity: ArrayLike<number>): Float64Array => Float64Array.from(equity, (value) => value / equity[0]!);
  const chart = lineChart({
    title: 'Equity',
    description: `Growth of 1 of ${a.title} and ${b.title}`,
    series: [
      { name: a.title, x: a.curve.time, y: scale(a.curve.equity), style: 'one' },
      { name: b.title, x: b.curve.time, y: scale(b.curve.equity), style: 'down' },
    ],
    height: 320,
    formatX: day,
    formatY: decimalTick,
  });
  const left = a.figures ?? derivedFigures(a);
  const right = b.figures ?? derivedFigures(b);
  const rows = left.flatMap((figure) => {
    const other = right.find((one) => one.label === figure.label);
    if (other === undefined) return [];
    const cells = [figure.value, other.value, other.value - figure.value].map((value) =>
      escapeHtml(formatFigure(value, figure.unit, a.currency)),
    );
    return [[escapeHtml(figure.label), ...cells]];
  });
  const gates = (a.gates ?? []).flatMap((gate) => {
    const other = b.gates?.find((one) => one.name === gate.name);
    const word = (passed: boolean | undefined): string => (passed === undefined ? '–' : passed ? 'passed' : 'failed');
    return [
      [
        escapeHtml(gate.name),
        `${escapeHtml(gate.value)} (${word(gate.passed)})`,
        other === undefined ? '–' : `${escapeHtml(other.value)} (${word(other.passed)})`,
      ],
    ];
  });
  const ends = ({ curve }: TearSheetInput): string => `${day(curve.time[0]!)} ${day(curve.time[curve.time.length - 1]!)}`;
  const same = ends(a) === ends(b);
  const warning = same ? '' : notice('The two curves cover different dates: their figures do not compare like with like.');
  const synthetic = syntheticNotice(a) || syntheticNotice(b);
  const body = `${synthetic}${warnings(a, a.title)}${warnings(b, b.title)}${warning}<section><h2>Equity</h2>${chart}</section><section><h2>Figures</h2>${table('Difference is second less first', ['Figure', a.title, b.title, 'Difference'], rows)}</section>${gates.length === 0 ? '' : `<section><h2>Gates</h2>${table('Measured, and whether it passed', ['Gate', a.title, b.title], gates)}</section>`}`;
  return page(`${a.title} against ${b.title}`, '', body, b.generatedAt ?? a.generatedAt);
}
