import {
  drawdownSeries,
  monthlyReturns,
  regimePerformance,
  returnsFromEquity,
  rollingSharpe,
  rollingVolatility,
  worstDrawdowns,
  yearlyReturns,
} from '#statistics';
import { barChart, lineChart } from './chart.ts';
import { day, decimal, decimalTick, escapeHtml, percent, percentTick } from './text.ts';
import { growth, section, signed, table } from './blocks.ts';
import type { TearSheetInput } from './input.ts';

export function equitySection(input: TearSheetInput): string {
  const { curve, benchmark, provenance } = input;
  if (curve.equity.length < 2) return section('Equity', '<p>Fewer than two rows: nothing to draw.</p>');
  const own = growth(curve.equity);
  const series = [
    { name: curve.name ?? 'Strategy', x: curve.time, y: own, style: 'one' },
    ...(benchmark === undefined
      ? []
      : [{ name: benchmark.name ?? 'Benchmark', x: benchmark.time, y: growth(benchmark.equity), style: 'two' }]),
  ];
  const positive = own.every((value) => value > 0);
  const description = `Growth of 1 from ${day(curve.time[0]!)} to ${day(curve.time[curve.time.length - 1]!)}, ending at ${decimal(own.at(-1)!)}${benchmark === undefined ? '' : `; benchmark ends at ${decimal(series[1]!.y[series[1]!.y.length - 1]!)}`}`;
  const chart = (log: boolean): string =>
    lineChart({
      title: log ? 'Equity, logarithmic' : 'Equity',
      description,
      series,
      height: 320,
      log,
      formatX: day,
      formatY: decimalTick,
      ...(provenance?.seam === undefined ? {} : { mark: { x: provenance.seam, name: 'out of sample' } }),
    });
  const toggle = positive
    ? '<input class="toggle" type="radio" name="scale" id="scale-linear" checked><label for="scale-linear">linear</label><input class="toggle" type="radio" name="scale" id="scale-log"><label for="scale-log">logarithmic</label>'
    : '';
  return section(
    'Equity',
    `${toggle}<div class="linear">${chart(false)}</div>${positive ? `<div class="log">${chart(true)}</div>` : ''}`,
    seamLead(input),
  );
}

function seamLead({ curve, provenance }: TearSheetInput): string {
  if (provenance?.seam === undefined) return 'Growth of 1.';
  return curve.time[0]! >= provenance.seam
    ? `Growth of 1, out of sample only: training ended before ${day(provenance.seam)}.`
    : `Growth of 1. Left of ${day(provenance.seam)} is in sample and proves nothing.`;
}

export function drawdownSection({ curve }: TearSheetInput): string {
  if (curve.equity.length < 2) return '';
  const chart = lineChart({
    title: 'Drawdown',
    description: 'Distance below the highest equity so far',
    series: [{ name: 'Drawdown', x: curve.time, y: drawdownSeries(curve.equity), style: 'down', area: true }],
    height: 180,
    level: 0,
    formatX: day,
    formatY: percentTick,
  });
  const worst = worstDrawdowns(curve.time, curve.equity, 10).map((row) => [
    day(row.start),
    day(row.valley),
    row.recovered ? day(row.end) : 'not recovered',
    decimal(row.days, 0),
    signed(row.depth, percent(row.depth)),
  ]);
  const list =
    worst.length === 0 ? '' : section('Worst drawdowns', table('Deepest first', ['From', 'Lowest', 'To', 'Days', 'Depth'], worst));
  return section('Under water', chart) + list;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function calendarSection({ curve }: TearSheetInput): string {
  if (curve.equity.length < 2) return '';
  const months = monthlyReturns(curve.time, curve.equity);
  const years = yearlyReturns(curve.time, curve.equity);
  const strongest = months.reduce((most, row) => Math.max(most, Math.abs(row.return) || 0), 1e-9);
  const cell = (value: number | undefined): string => {
    if (value === undefined || Number.isNaN(value)) return '<td></td>';
    const strength = Math.min(9, Math.floor((Math.abs(value) / strongest) * 10));
    return `<td class="${value < 0 ? 'd' : 'u'}${strength}">${escapeHtml(decimal(value * 100, 1))}</td>`;
  };
  const rows = years.map(({ year, return: total }) => {
    const cells = MONTHS.map((_, month) => cell(months.find((row) => row.year === year && row.month === month + 1)?.return));
    return `<tr><th scope="row">${year}</th>${cells.join('')}<td class="sum">${signed(total, decimal(total * 100, 1))}</td></tr>`;
  });
  const head = ['Year', ...MONTHS, 'Year total'].map((name) => `<th scope="col">${name}</th>`).join('');
  const heat = `<div class="scroll"><table class="heat"><caption>Percent. First and last month may be partial.</caption><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  const bars = barChart({
    title: 'Return by year',
    description: years.map((row) => `${row.year}: ${percent(row.return)}`).join(', '),
    bars: years.map((row) => ({ label: String(row.year), value: row.return })),
    format: percentTick,
    wide: true,
    values: true,
  });
  return section('Months', heat) + section('Years', bars);
}

/** Returns by the state of the benchmark; left out without one, or when it is too short. */
export function regimeSection({ curve, benchmark, periodsPerYear }: TearSheetInput): string {
  if (benchmark === undefined || benchmark.equity.length !== curve.equity.length) return '';
  const rows = regimePerformance(returnsFromEquity(curve.equity), returnsFromEquity(benchmark.equity), { periodsPerYear }).map((row) => [
    escapeHtml(row.market),
    decimal(row.periods, 0),
    percent(row.share, 0),
    signed(row.annualReturn, percent(row.annualReturn)),
    decimal(row.sharpe),
    signed(row.marketAnnualReturn, percent(row.marketAnnualReturn)),
  ]);
  if (rows.length === 0) return '';
  const name = benchmark.name ?? 'Benchmark';
  const head = ['Market', 'Days', 'Share', 'Return a year', 'Sharpe', `${name}, a year`];
  return section(
    'Market regimes',
    table(`The state of ${name} before each day: its last quarter, and its volatility against the median`, head, rows),
    'An edge in one kind of market only needs that market to last.',
  );
}

export function rollingSection({ curve, benchmark, periodsPerYear, rollingWindow }: TearSheetInput): string {
  const window = rollingWindow ?? Math.max(20, Math.round(periodsPerYear / 2));
  const returns = returnsFromEquity(curve.equity);
  if (returns.length < window * 1.2) return '';
  const x = Float64Array.from(curve.time).subarray(window);
  const last = (column: Float64Array): Float64Array => column.subarray(window - 1);
  const lead = `over the last ${decimal(window, 0)} bars.`;
  const sharpe = lineChart({
    title: 'Rolling Sharpe',
    description: `Annualised Sharpe ratio of the last ${window} bars`,
    series: [{ name: 'Sharpe', x, y: last(rollingSharpe(returns, window, periodsPerYear)), style: 'one' }],
    height: 200,
    level: 0,
    formatX: day,
    formatY: (value) => decimal(value, 1),
  });
  const aligned = benchmark !== undefined && benchmark.equity.length === curve.equity.length ? benchmark : undefined;
  const volatility = (column: Float64Array): Float64Array => last(rollingVolatility(column, window, periodsPerYear));
  const spread = lineChart({
    title: 'Rolling volatility',
    description: `Annualised volatility of the last ${window} bars`,
    series: [
      { name: curve.name ?? 'Strategy', x, y: volatility(returns), style: 'one' },
      ...(aligned === undefined
        ? []
        : [{ name: aligned.name ?? 'Benchmark', x, y: volatility(returnsFromEquity(aligned.equity)), style: 'two' }]),
    ],
    height: 200,
    formatX: day,
    formatY: percentTick,
  });
  return section('Rolling Sharpe', sharpe, `Annualised, ${lead}`) + section('Rolling volatility', spread, `Annualised, ${lead}`);
}
