import { averageUniqueness, barVolatility, calibrateBarriers, cusumEvents, tripleBarrierLabels, type BarrierCell } from '#ml';
import { UserError } from '#core';
import { firstRowAtOrAfter, type BarSeries } from '#domain';
import type { PipelineConfig } from './config.ts';
import { TrendSide } from './trend-side.ts';

/** Barriers in use: `width` volatilities to either side of the decision's close, and at most `maxBars` bars in the position. */
export interface Barriers {
  readonly width: number;
  readonly maxBars: number;
  readonly origin: 'calibrated' | 'configured';
  /** What each candidate scored on the training part, summed over symbols; empty when configured. */
  readonly table: readonly { readonly width: number; readonly maxBars: number; readonly score: number; readonly labels: number }[];
}

/** Every event of one symbol, one row each, ascending. An event whose outcome the data do not reach has label NaN. */
export interface LabelledEvents {
  readonly symbol: string;
  /** Row of the deciding bar in the symbol's bars. */
  readonly row: Float64Array;
  /** When the decision is made: the end of the deciding bar. */
  readonly time: Float64Array;
  /** When the outcome was known: the end of the last bar that the label looked at; NaN when unresolved. */
  readonly endTime: Float64Array;
  /** 1: the upper barrier first (or up at the time barrier); with meta-labelling 1: the primary side was right. 0 otherwise. */
  readonly label: Float64Array;
  /** Return from entry to exit before costs, in the direction of `side` (long without one). */
  readonly outcome: Float64Array;
  /** Distance of stop and target from the decision's close, as a fraction of price. */
  readonly width: Float64Array;
  /** Direction of the primary signal with meta-labelling, else 0. */
  readonly side: Float64Array;
  /** Average uniqueness among the labels of the same part (training or validation), (0, 1]. */
  readonly uniqueness: Float64Array;
}

/** Not narrower than two volatilities: within one bar's range both barriers are touched, and nobody can say which came first. */
const WIDTHS = [2, 2.5, 3, 4];
const HORIZONS = [5, 10, 20];

/**
 * The instant that divides training from validation: the end of the bar at `trainFraction` of all bars of all symbols, in time order.
 * One instant for all, so that no symbol learns from another's future.
 */
export function seamTime(series: readonly BarSeries[], trainFraction: number): number {
  const ends = Float64Array.from(series.flatMap((bars) => Array.from(bars.time, (time) => time + bars.timeframe.ms))).sort();
  if (ends.length < 100)
    throw new UserError(
      `${ends.length} bars are too few to learn from and to test on`,
      'Give at least a few hundred bars: a longer range, a shorter timeframe or more symbols.',
    );
  return ends[Math.floor(ends.length * trainFraction)]!;
}

/** Where decisions are made: when the price has moved `cusumMultiple` volatilities since the last one, or at every bar for 0. */
function decisionRows(bars: BarSeries, volatility: Float64Array, cusumMultiple: number): Int32Array {
  if (cusumMultiple === 0) return Int32Array.from(bars.time.keys()).filter((row) => volatility[row]! > 0);
  return cusumEvents(
    bars.close,
    volatility.map((value) => (value > 0 ? value * cusumMultiple : Number.NaN)),
  );
}

function labelVolatility(bars: BarSeries, config: PipelineConfig): Float64Array {
  return barVolatility(bars.close, config.labels.volatilitySpan);
}

/** Chooses barriers on bars that ended before the seam, one setting for all symbols: the cell with the largest total score. */
export function fitBarriers(series: readonly BarSeries[], seam: number, roundTripCost: number, config: PipelineConfig): Barriers {
  const fixed = config.labels.barriers;
  if (fixed !== 'calibrate') return { ...fixed, origin: 'configured', table: [] };
  const totals = new Map<string, { width: number; maxBars: number; score: number; labels: number }>();
  for (const bars of series) {
    for (const cell of barrierScores(bars, seam, roundTripCost, config)) {
      const key = `${cell.profitTake}/${cell.horizonBars}`;
      const total = totals.get(key) ?? { width: cell.profitTake, maxBars: cell.horizonBars, score: 0, labels: 0 };
      totals.set(key, { ...total, score: total.score + cell.score, labels: total.labels + cell.labels });
    }
  }
  const table = [...totals.values()];
  const best = table.reduce<(typeof table)[number] | undefined>(
    (top, cell) => (top === undefined || cell.score > top.score ? cell : top),
    undefined,
  );
  if (best === undefined || best.score <= 0) {
    throw new UserError(
      'no symbol has enough history before the seam to calibrate the barriers',
      'Give more bars, or set labels.barriers to {width: 2, maxBars: 10}.',
    );
  }
  return { width: best.width, maxBars: best.maxBars, origin: 'calibrated', table };
}

function barrierScores(bars: BarSeries, seam: number, roundTripCost: number, config: PipelineConfig): readonly BarrierCell[] {
  const trainEndRow = firstRowAtOrAfter(bars, seam - bars.timeframe.ms + 1);
  if (trainEndRow < 2) return [];
  const volatility = labelVolatility(bars, config);
  const events = decisionRows(bars, volatility, config.labels.cusumMultiple);
  try {
    return calibrateBarriers(bars, {
      events,
      target: volatility,
      grid: { profitTakes: WIDTHS, stopLosses: [0], horizonBars: HORIZONS },
      trainEndRow,
      roundTripCost,
      minLabels: 30,
      anchor: 'signalClose',
    }).table;
  } catch (error) {
    // A symbol too short to score has no say; all of them too short is refused by the caller.
    if (error instanceof UserError) return [];
    throw error;
  }
}

/** Labels every event. Looks at bars after the seam only for events after it: outcomes are what validation is judged by. */
export function labelEvents(bars: BarSeries, barriers: Barriers, seam: number, config: PipelineConfig): LabelledEvents {
  const volatility = labelVolatility(bars, config);
  const rows = decisionRows(bars, volatility, config.labels.cusumMultiple);
  const side = config.labels.meta ? trendSide(bars, config.labels.volatilitySpan) : undefined;
  const found = tripleBarrierLabels(bars, {
    events: rows,
    target: volatility,
    profitTake: barriers.width,
    stopLoss: barriers.width,
    vertical: { kind: 'bars', bars: barriers.maxBars },
    anchor: 'signalClose',
    ...(side === undefined ? {} : { side }),
  });
  const kept = side === undefined ? rows : rows.filter((row) => side[row] !== 0);
  const events = emptyEvents(bars.symbol, kept.length);
  let next = 0;
  kept.forEach((row, index) => {
    events.row[index] = row;
    events.time[index] = bars.time[row]! + bars.timeframe.ms;
    events.width[index] = barriers.width * volatility[row]!;
    events.side[index] = side?.[row] ?? 0;
    if (next >= found.count || found.t0[next] !== row) return;
    const end = found.t1[next]!;
    events.endTime[index] = bars.time[end]! + bars.timeframe.ms;
    events.label[index] = found.label[next]! > 0 ? 1 : 0;
    events.outcome[index] = found.return[next]!;
    next++;
  });
  fillUniqueness(events, bars, seam, found.t0, found.t1);
  return events;
}

/** Uniqueness is counted among labels that ended before the seam, and apart from them among the rest. */
function fillUniqueness(events: LabelledEvents, bars: BarSeries, seam: number, t0: Int32Array, t1: Int32Array): void {
  const uniquenessOfRow = new Map<number, number>();
  for (const early of [true, false]) {
    const at = Array.from(t0.keys()).filter((index) => bars.time[t1[index]!]! + bars.timeframe.ms < seam === early && index < t1.length);
    const spans = { t0: Int32Array.from(at, (index) => t0[index]!), t1: Int32Array.from(at, (index) => t1[index]!) };
    averageUniqueness(spans, bars.length).forEach((value, index) => uniquenessOfRow.set(spans.t0[index]!, value));
  }
  events.row.forEach((row, index) => {
    events.uniqueness[index] = uniquenessOfRow.get(row) ?? Number.NaN;
  });
}

/** The primary signal of meta-labelling at each bar. */
function trendSide(bars: BarSeries, span: number): Float64Array {
  const running = new TrendSide(span);
  return bars.close.map((close) => running.step(close));
}

function emptyEvents(symbol: string, length: number): LabelledEvents {
  const missing = () => new Float64Array(length).fill(Number.NaN);
  return {
    symbol,
    row: missing(),
    time: missing(),
    endTime: missing(),
    label: missing(),
    outcome: missing(),
    width: missing(),
    side: missing(),
    uniqueness: missing(),
  };
}
