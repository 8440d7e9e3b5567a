import { conditionalValueAtRisk, returnsFromEquity, summarisePerformance } from '#statistics';
import { day, escapeHtml, formatFigure, formatInterval, percent } from './text.ts';
import { notice, section, table } from './blocks.ts';
import type { TearSheetFigure, TearSheetInput } from './input.ts';

export function verdictSection({ verdict, gates = [] }: TearSheetInput): string {
  const banner =
    verdict === undefined
      ? ''
      : `<section class="banner${verdict.passed ? '' : ' fail'}"><h2>${escapeHtml(`${verdict.passed ? 'Passed' : 'Failed'}: ${verdict.headline}`)}</h2>${
          (verdict.reasons ?? []).length === 0
            ? ''
            : `<ul>${verdict.reasons!.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('')}</ul>`
        }</section>`;
  if (gates.length === 0) return banner;
  const rows = gates.map((gate) => [
    escapeHtml(gate.name),
    escapeHtml(gate.value),
    escapeHtml(gate.threshold),
    `<span class="pill ${gate.passed ? 'pass' : 'fail'}">${gate.passed ? 'passed' : 'failed'}</span>`,
  ]);
  const passed = gates.filter((gate) => gate.passed).length;
  return banner + section('Gates', table(`${passed} of ${gates.length} passed`, ['Gate', 'Measured', 'Required', 'Result'], rows));
}

/** Said at the top of the page, where nobody can miss it. */
export function syntheticNotice({ provenance }: TearSheetInput): string {
  if (provenance?.kind !== 'synthetic') return '';
  return notice('Synthetic data: these figures say nothing about a real market.');
}

/** Of several reports on one page, `of` says whose they are. */
export function warnings({ notes = [] }: TearSheetInput, of = ''): string {
  const texts = notes.filter(({ warning }) => warning).map(({ text }) => (of === '' ? text : `${of}: ${text}`));
  return texts.map(notice).join('');
}

export function notesSection({ notes = [] }: TearSheetInput): string {
  const rest = notes.filter(({ warning }) => !warning);
  if (rest.length === 0) return '';
  return section('Notes', `<ul>${rest.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('')}</ul>`);
}

export function provenanceSection({ provenance }: TearSheetInput): string {
  if (provenance === undefined) return '';
  const rows = [
    ['Source', escapeHtml(provenance.source)],
    ['Data', provenance.kind],
    ['Symbols', escapeHtml(provenance.symbols.join(', '))],
    ['Bars', escapeHtml(provenance.timeframe)],
    ['From, to (UTC)', `${day(provenance.start)} to ${day(provenance.end)}`],
    ...(provenance.seam === undefined ? [] : [['Out of sample from', day(provenance.seam)]]),
    ...(provenance.notes ?? []).map((note) => ['Note', escapeHtml(note)]),
  ];
  return section('Data', table('What the figures were computed from', ['Item', 'Value'], rows, [1]));
}

/** The figures shown when the caller gives none: our default conventions on the curve. */
export function derivedFigures(input: TearSheetInput): TearSheetFigure[] {
  const { curve, benchmark, trades, periodsPerYear } = input;
  const aligned = benchmark !== undefined && benchmark.equity.length === curve.equity.length;
  const summary = summarisePerformance({
    equity: curve.equity,
    time: curve.time,
    periodsPerYear,
    ...(aligned ? { benchmarkEquity: benchmark.equity } : {}),
    ...(trades === undefined ? {} : { trades }),
  });
  const figure = (label: string, value: number, unit: TearSheetFigure['unit']): TearSheetFigure => ({ label, value, unit });
  const list = [
    figure('Total return', summary.totalReturn, 'percent'),
    figure('CAGR', summary.cagr, 'percent'),
    figure('Sharpe', summary.sharpe, 'ratio'),
    figure('Sortino', summary.sortino, 'ratio'),
    figure('Calmar', summary.calmar, 'ratio'),
    figure('Max drawdown', summary.maxDrawdown, 'percent'),
    figure('Volatility', summary.volatility, 'percent'),
    figure('Time under water', summary.timeUnderwater, 'percent'),
    figure('Omega', summary.omega, 'ratio'),
    figure('Ulcer index', summary.ulcerIndex, 'percent'),
    figure('CVaR 95 %, a bar', conditionalValueAtRisk(returnsFromEquity(curve.equity)), 'percent'),
    figure('Skew', summary.skewness, 'ratio'),
    figure('Excess kurtosis', summary.excessKurtosis, 'ratio'),
  ];
  if (summary.benchmark !== undefined)
    list.push(
      figure('Beta', summary.benchmark.beta, 'ratio'),
      figure('Alpha, a year', summary.benchmark.alphaArithmetic, 'percent'),
      figure('Information ratio', summary.benchmark.informationRatioAnnual, 'ratio'),
    );
  if (summary.trades !== undefined)
    list.push(
      figure('Trades', summary.trades.count, 'count'),
      figure('Win rate', summary.trades.winRate, 'percent'),
      figure('Profit factor', summary.trades.profitFactor, 'ratio'),
      figure('Average trade', summary.trades.averageReturn, 'percent'),
    );
  return list;
}

export function figuresSection(input: TearSheetInput): string {
  const figures = [...(input.figures ?? derivedFigures(input)), ...(input.moreFigures ?? [])];
  if (figures.length === 0) return '';
  const cells = figures.map((figure) => {
    const range = formatInterval(figure, input.currency);
    const small = [range === '' ? '' : `${percent(figure.interval!.level, 0)} interval ${range}`, figure.note ?? ''].filter(
      (part) => part !== '',
    );
    return `<div><dt>${escapeHtml(figure.label)}</dt><dd>${escapeHtml(formatFigure(figure.value, figure.unit, input.currency))}${small.map((part) => `<small>${escapeHtml(part)}</small>`).join('')}</dd></div>`;
  });
  return section('Key figures', `<dl>${cells.join('')}</dl>`, 'A dash marks a figure that the data cannot give.');
}
