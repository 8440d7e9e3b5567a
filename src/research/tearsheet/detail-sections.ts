import { barChart, lineChart, scatterChart, svg } from './chart.ts';
import { day, decimal, decimalTick, escapeHtml, formatFigure, percent } from './text.ts';
import { growth, section, signed, table } from './blocks.ts';
import type { TearSheetInput, TearSheetTrade } from './input.ts';

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

/** Dots of a chart at most: more cover one another and make a page of megabytes. */
const MOST_DOTS = 1500;

/** All trades, or as many of them, evenly chosen over time, with the five best and the five worst. */
function drawn(trades: readonly TearSheetTrade[]): readonly TearSheetTrade[] {
  if (trades.length <= MOST_DOTS) return trades;
  const byReturn = trades.toSorted((one, other) => one.returnFraction - other.returnFraction);
  const step = trades.length / (MOST_DOTS - 10);
  const even = Array.from({ length: MOST_DOTS - 10 }, (_, at) => trades[Math.floor(at * step)]!);
  return [...new Set([...byReturn.slice(0, 5), ...byReturn.slice(-5), ...even])];
}

const ofAll = (shown: number, all: number): string =>
  shown === all ? '' : ` ${decimal(shown, 0)} of ${decimal(all, 0)} trades, evenly chosen.`;

function excursionSection(all: readonly TearSheetTrade[]): string {
  const trades = drawn(all);
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
      `Where a tighter stop would have cut winners.${ofAll(known.length, all.length)}`,
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
    ofAll(held.length, all.length).trim(),
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
          formatY: decimalTick,
        });
  return section(
    'Costs',
    chart + table('The same signals under each cost profile', ['Figure', ...costProfiles.map((profile) => profile.name)], rows),
    'An edge that only the optimistic profile shows is no edge.',
  );
}
