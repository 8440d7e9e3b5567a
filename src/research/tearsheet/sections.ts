import {
  conditionalValueAtRisk,
  drawdownSeries,
  monthlyReturns,
  returnsFromEquity,
  rollingSharpe,
  summarisePerformance,
  worstDrawdowns,
  yearlyReturns,
} from '#statistics';
import { barChart, lineChart, scatterChart, svg } from './chart.ts';
import type { TearSheetFigure, TearSheetInput, TearSheetTrade } from './input.ts';
import { day, decimal, escapeHtml, formatFigure, formatInterval, percent } from './text.ts';

const section = (title: string, body: string, lead = ''): string =>
  `<section><h2>${escapeHtml(title)}</h2>${lead === '' ? '' : `<p class="lead">${escapeHtml(lead)}</p>`}${body}</section>`;

/** A table: header cells, rows of cells already safe, the first cell of a row its heading. Columns in `text` stand left. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  text: readonly number[] = [],
): string {
  const side = (column: number): string => (text.includes(column) ? ' class="text"' : '');
  const header = head.map((name, i) => `<th scope="col"${side(i)}>${escapeHtml(name)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, i) => (i === 0 ? `<th scope="row">${cell}</th>` : `<td${side(i)}>${cell}</td>`)).join('')}</tr>`)
    .join('');
  return `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
}

const signed = (value: number, text: string): string =>
  `<span class="${value < 0 ? 'neg' : value > 0 ? 'pos' : ''}">${escapeHtml(text)}</span>`;

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
  return '<section class="notice">Synthetic data: these figures say nothing about a real market.</section>';
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

/** Growth of 1, so that curves of different accounts compare. */
function growth(equity: ArrayLike<number>): Float64Array {
  const start = Array.from(equity).find((value) => value > 0) ?? 1;
  return Float64Array.from(equity, (value) => value / start);
}

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
      formatY: (value) => decimal(value, 2),
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
    formatY: (value) => percent(value, 0),
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
    format: (value) => percent(value, 0),
    width: 960,
    values: true,
  });
  return section('Months', heat) + section('Years', bars);
}

export function rollingSection({ curve, periodsPerYear, rollingWindow }: TearSheetInput): string {
  const window = rollingWindow ?? Math.max(20, Math.round(periodsPerYear / 2));
  const returns = returnsFromEquity(curve.equity);
  if (returns.length < window * 1.2) return '';
  const chart = lineChart({
    title: 'Rolling Sharpe',
    description: `Annualised Sharpe ratio of the last ${window} bars`,
    series: [
      {
        name: 'Sharpe',
        x: Float64Array.from(curve.time).subarray(window),
        y: rollingSharpe(returns, window, periodsPerYear).subarray(window - 1),
        style: 'one',
      },
    ],
    height: 200,
    level: 0,
    formatX: day,
    formatY: (value) => decimal(value, 1),
  });
  return section('Rolling Sharpe', chart, `Annualised, over the last ${decimal(window, 0)} bars.`);
}

function histogram(values: readonly number[]): { label: string; value: number; style: 'up' | 'down' }[] {
  const sorted = [...values].sort((a, b) => a - b);
  const low = sorted[0]!;
  const high = sorted.at(-1)!;
  const count = Math.max(5, Math.min(31, Math.ceil(Math.sqrt(values.length)) * 2 - 1));
  const width = (high - low) / count || 0.01;
  const bins = Array.from({ length: count }, (_, i) => {
    const middle = low + (i + 0.5) * width;
    return { label: percent(middle), value: 0, style: middle < 0 ? ('down' as const) : ('up' as const) };
  });
  for (const value of sorted) bins[Math.min(count - 1, Math.floor((value - low) / width))]!.value += 1;
  return bins;
}

export function tradesSection(input: TearSheetInput): string {
  const { trades } = input;
  if (trades === undefined) return '';
  if (trades.length === 0) return section('Trades', '<p>No trade was closed.</p>');
  const returns = trades.map((trade) => trade.returnFraction).filter(Number.isFinite);
  const distribution =
    returns.length < 5
      ? ''
      : section(
          'Trade returns',
          barChart({
            title: 'Trade returns',
            description: `How many of ${returns.length} trades had which net return`,
            bars: histogram(returns),
            format: (value) => decimal(value, 0),
          }),
          'Number of trades by net return.',
        );
  return `<div class="grid2">${distribution}${excursionSection(trades)}</div>${tradeTable(trades, input.currency)}`;
}

function excursionSection(trades: readonly TearSheetTrade[]): string {
  const known = trades.filter((trade) => trade.maxAdverseExcursion !== undefined);
  const axis = (value: number): string => percent(value, 1);
  if (known.length > 0) {
    const points = known.map((trade) => ({
      x: -trade.maxAdverseExcursion!,
      y: trade.returnFraction,
      style: trade.pnl < 0 ? 'down' : 'up',
      label: `${trade.symbol} ${day(trade.entryTime)}: ${percent(trade.returnFraction)} after ${percent(-trade.maxAdverseExcursion!)} against`,
    }));
    return section(
      'Adverse excursion',
      scatterChart({
        title: 'Adverse excursion',
        description: 'Net return of each trade by its worst loss while open',
        points,
        formatX: axis,
        formatY: axis,
        xName: 'worst loss while open',
        yName: 'net return',
      }),
      'Where a tighter stop would have cut winners.',
    );
  }
  const held = trades.filter((trade) => trade.barsHeld !== undefined);
  if (held.length === 0) return '';
  const points = held.map((trade) => ({
    x: trade.barsHeld!,
    y: trade.returnFraction,
    style: trade.pnl < 0 ? 'down' : 'up',
    label: `${trade.symbol} ${day(trade.entryTime)}: ${percent(trade.returnFraction)} in ${trade.barsHeld} bars`,
  }));
  return section(
    'Holding time',
    scatterChart({
      title: 'Holding time',
      description: 'Net return of each trade by the bars it was held',
      points,
      formatX: (value) => decimal(value, 0),
      formatY: axis,
      xName: 'bars held',
      yName: 'net return',
    }),
  );
}

function tradeTable(trades: readonly TearSheetTrade[], currency = 'USD'): string {
  const rows = trades
    .slice(-50)
    .reverse()
    .map((trade) => [
      escapeHtml(day(trade.exitTime)),
      escapeHtml(trade.symbol),
      escapeHtml(trade.side),
      decimal(trade.quantity, Number.isInteger(trade.quantity) ? 0 : 4),
      escapeHtml(day(trade.entryTime)),
      decimal(trade.entryPrice, 2),
      decimal(trade.exitPrice, 2),
      decimal(trade.fees, 2),
      signed(trade.pnl, decimal(trade.pnl, 2)),
      signed(trade.returnFraction, percent(trade.returnFraction, 2)),
      escapeHtml(trade.exitReason),
    ]);
  const caption = `Newest first: ${rows.length} of ${trades.length}, amounts in ${currency}`;
  return section(
    'Trades',
    table(
      caption,
      ['Closed', 'Symbol', 'Side', 'Quantity', 'Opened', 'Entry', 'Exit', 'Fees', 'Net profit', 'Return', 'Reason'],
      rows,
      [1, 2, 10],
    ),
  );
}

export function modelSection({ reliability, importances }: TearSheetInput): string {
  const parts: string[] = [];
  if (reliability !== undefined && reliability.bins.length > 0) {
    const largest = Math.max(...reliability.bins.map((bin) => bin.count), 1);
    const points = reliability.bins.map((bin) => ({
      x: bin.predicted,
      y: bin.observed,
      style: 'one',
      radius: 3 + 8 * Math.sqrt(bin.count / largest),
      label: `forecast ${percent(bin.predicted)}, observed ${percent(bin.observed)}, ${bin.count} cases`,
    }));
    const axis = (value: number): string => decimal(value, 1);
    const error = reliability.expectedCalibrationError;
    parts.push(
      section(
        'Reliability',
        scatterChart({
          title: 'Reliability',
          description: 'Observed frequency against forecast probability; the dashed diagonal is perfect',
          points,
          formatX: axis,
          formatY: axis,
          xName: 'forecast probability',
          yName: 'observed',
          unitSquare: true,
        }),
        `A larger dot holds more forecasts.${error === undefined ? '' : ` Expected calibration error ${decimal(error, 3)}.`}`,
      ),
    );
  }
  if (importances !== undefined && importances.length > 0) parts.push(importanceSection(importances));
  return parts.length === 0 ? '' : `<div class="grid2">${parts.join('')}</div>`;
}

function importanceSection(importances: readonly { readonly feature: string; readonly importance: number }[]): string {
  const top = [...importances].sort((a, b) => b.importance - a.importance).slice(0, 20);
  const most = Math.max(...top.map((row) => row.importance), 1e-12);
  const bars = top.map(({ feature, importance }, i) => {
    const y = i * 22;
    const name = feature.length > 24 ? `${feature.slice(0, 23)}…` : feature;
    const width = Math.max(0, (importance / most) * 200);
    return `<text class="end" x="176" y="${y + 15}">${escapeHtml(name)}<title>${escapeHtml(feature)}</title></text><rect class="bar one" x="186" y="${y + 4}" width="${Math.round(width)}" height="14" rx="2"/><text class="tick" x="${192 + Math.round(width)}" y="${y + 15}">${escapeHtml(decimal(importance, 3))}</text>`;
  });
  const description = top
    .slice(0, 5)
    .map((row) => `${row.feature} ${decimal(row.importance, 3)}`)
    .join(', ');
  return section(
    'Feature importance',
    svg('Feature importance', `Largest first: ${description}`, 460, top.length * 22 + 4, bars.join('')),
    `The ${top.length} largest of ${importances.length}.`,
  );
}

export function costSection({ costProfiles, currency }: TearSheetInput): string {
  if (costProfiles === undefined || costProfiles.length === 0) return '';
  const labels = [...new Set(costProfiles.flatMap((profile) => profile.figures.map((figure) => figure.label)))];
  const rows = labels.map((label) => [
    escapeHtml(label),
    ...costProfiles.map((profile) => {
      const figure = profile.figures.find((one) => one.label === label);
      return figure === undefined ? '–' : escapeHtml(formatFigure(figure.value, figure.unit, currency));
    }),
  ]);
  const styles = ['up', 'one', 'down', 'two'];
  const curves = costProfiles.flatMap((profile, i) =>
    profile.curve === undefined
      ? []
      : [{ name: profile.name, x: profile.curve.time, y: growth(profile.curve.equity), style: styles[i % styles.length]! }],
  );
  const chart =
    curves.length < 2
      ? ''
      : lineChart({
          title: 'Equity by cost profile',
          description: 'Growth of 1 under each cost profile',
          series: curves,
          height: 240,
          formatX: day,
          formatY: (value) => decimal(value, 2),
        });
  return section(
    'Costs',
    chart + table('The same signals under each cost profile', ['Figure', ...costProfiles.map((profile) => profile.name)], rows),
    'An edge that only the optimistic profile shows is no edge.',
  );
}
