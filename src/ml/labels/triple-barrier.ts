import { UserError } from '#core';
import type { BarSeries } from '#domain';
import { verticalRows, type VerticalBarrier } from './vertical-barrier.ts';

/** Which barrier ended a label: +1 profit-take (without a side: the upper one), -1 stop (the lower one), 0 the vertical one. */
export const BARRIER_PROFIT = 1;
export const BARRIER_STOP = -1;
export const BARRIER_VERTICAL = 0;

export interface TripleBarrierOptions {
  /** Rows at which a decision is made (at that bar's close), strictly ascending. */
  readonly events: Int32Array;
  /** Barrier width by ROW as a fraction of price, known at that row's close (e.g. `dailyVolatility`). */
  readonly target: Float64Array;
  /** Profit barrier in multiples of the target; 0 switches it off. */
  readonly profitTake: number;
  /** Stop barrier in multiples of the target; 0 switches it off. Not used without a side: then both lie at `profitTake`. */
  readonly stopLoss: number;
  readonly vertical: VerticalBarrier;
  /** The primary model's side by ROW: +1 long, -1 short, 0 or NaN no position (that event is dropped). Absent: unknown side. */
  readonly side?: ArrayLike<number>;
  /** Events whose target is not above this are dropped. Default 0. */
  readonly minReturn?: number;
  /**
   * `nextOpen` (default): entry at the open of the next bar, exits as a resting bracket or at an open: what the engine can trade.
   * `close`: entry at the decision bar's own close, exits at closes or barrier prices: the textbook's convention.
   */
  readonly entry?: 'nextOpen' | 'close';
  /**
   * `highLow` (default): a bar's range touches a barrier (at or beyond), filled there or at a worse or better gapped open; when one
   * bar touches both, the stop counts. `close`: a close strictly beyond; filled at that close, or at the next open under `nextOpen`.
   */
  readonly touch?: 'highLow' | 'close';
  /** Price the barriers are laid around. Default `entry`; `signalClose` is the decision bar's close, as a bracket sent with the order. */
  readonly anchor?: 'entry' | 'signalClose';
  /**
   * `sign` (default): +1 or -1 by the horizontal barrier, at the vertical one the sign of the return. `barrier`: 0 at the vertical.
   * `exceeds`: +1 when the log return is above ln(1 + target) * profitTake, -1 when below -ln(1 + target) * stopLoss, otherwise 0;
   * with a side 1 or 0 (the published library's rule, which without a side lays both barriers at `profitTake` and still measures the
   * fall against `stopLoss`).
   */
  readonly labelRule?: 'sign' | 'barrier' | 'exceeds';
  /**
   * `simple` (default): side * (exit / entry - 1), what a position of fixed size earns. `log`: side * ln(exit / entry).
   * `geometric`: exp(side * ln(exit / entry)) - 1, the published library's, which differs from `simple` for shorts.
   */
  readonly returnKind?: 'simple' | 'log' | 'geometric';
}

/** Labels as columns, one row a kept event, in event order. */
export interface BarrierLabels {
  readonly count: number;
  /** Row of the decision; information up to its close was known. */
  readonly t0: Int32Array;
  /** Last row whose prices the label used (the first touch, or the vertical barrier). */
  readonly t1: Int32Array;
  readonly entryPrice: Float64Array;
  readonly exitPrice: Float64Array;
  /** Return from entry to exit in the side's direction (without a side: long), before costs. */
  readonly return: Float64Array;
  readonly label: Int8Array;
  /** BARRIER_PROFIT, BARRIER_STOP or BARRIER_VERTICAL. */
  readonly barrier: Int8Array;
  readonly target: Float64Array;
  /** +1 or -1; 0 where no side was given. */
  readonly side: Int8Array;
  /** Events without a label and why. `unresolved`: the data end before the label can be known. */
  readonly dropped: { readonly smallTarget: number; readonly noSide: number; readonly unresolved: number };
}

interface Scan {
  t1: number;
  barrier: number;
  exitPrice: number;
}

/**
 * Triple-barrier labels (Lopez de Prado 2018, chapter 3): where price goes first from each event: profit, stop or time.
 * A label near the end whose vertical barrier lies beyond the data is dropped even if it touched early, because keeping only the
 * quick ones would bias the sample; explicit `rows` without a vertical barrier (-1) are kept when a touch is found.
 * Cost: O(bars between each t0 and t1). Throws `UserError` on columns of wrong length or rows that do not ascend.
 */
export function tripleBarrierLabels(series: BarSeries, options: TripleBarrierOptions): BarrierLabels {
  checkOptions(series, options);
  const { events, target, side } = options;
  const atOpen = options.entry !== 'close';
  const rangeTouch = options.touch !== 'close';
  const minReturn = options.minReturn ?? 0;
  const vertical = verticalRows(series, events, options.vertical, atOpen);
  const out = emptyLabels(events.length);
  const dropped = { smallTarget: 0, noSide: 0, unresolved: 0 };
  const scan: Scan = { t1: -1, barrier: 0, exitPrice: Number.NaN };
  let count = 0;
  for (let index = 0; index < events.length; index++) {
    const t0 = events[index]!;
    const width = target[t0]!;
    const direction = side === undefined ? 0 : Math.sign(side[t0]!);
    if (side !== undefined && direction !== 1 && direction !== -1) {
      dropped.noSide++;
      continue;
    }
    if (!(width > minReturn)) {
      dropped.smallTarget++;
      continue;
    }
    const entryRow = atOpen ? t0 + 1 : t0;
    const limit = vertical[index]!;
    if (entryRow >= series.length || limit >= series.length) {
      dropped.unresolved++;
      continue;
    }
    const entryPrice = atOpen ? series.open[entryRow]! : series.close[t0]!;
    const anchor = options.anchor === 'signalClose' ? series.close[t0]! : entryPrice;
    const above = direction === -1 ? options.stopLoss : options.profitTake;
    const below = direction === 1 ? options.stopLoss : options.profitTake;
    const upper = above > 0 ? anchor * (1 + above * width) : Number.POSITIVE_INFINITY;
    const lower = below > 0 ? anchor * (1 - below * width) : Number.NEGATIVE_INFINITY;
    const first = atOpen ? entryRow : t0 + 1;
    if (rangeTouch) scanRanges(series, first, limit, atOpen, upper, lower, direction, scan);
    else scanCloses(series, first, limit, atOpen, upper, lower, scan);
    if (scan.t1 < 0) {
      dropped.unresolved++;
      continue;
    }
    const sign = direction === -1 ? -1 : 1;
    out.t0[count] = t0;
    out.t1[count] = scan.t1;
    out.entryPrice[count] = entryPrice;
    out.exitPrice[count] = scan.exitPrice;
    const ratio = scan.exitPrice / entryPrice;
    const gain = returnOf(options.returnKind, sign, ratio);
    out.return[count] = gain;
    // The scan answers up or down; for a short the lower barrier is the profit.
    const barrier = scan.barrier * sign;
    out.barrier[count] = barrier;
    out.target[count] = width;
    out.side[count] = direction;
    out.label[count] = labelOf(options, barrier, gain, ratio, width, direction);
    count++;
  }
  return finished(out, count, dropped);
}

/** First bar whose range meets a level. `limit` < 0 means no vertical barrier. Leaves t1 = -1 when nothing ends it. */
function scanRanges(
  series: BarSeries,
  first: number,
  limit: number,
  atOpen: boolean,
  upper: number,
  lower: number,
  direction: number,
  scan: Scan,
): void {
  const { open, high, low, close } = series;
  const end = limit < 0 ? series.length : atOpen ? limit : limit + 1;
  for (let row = first; row < end; row++) {
    const up = high[row]! >= upper;
    const down = low[row]! <= lower;
    if (!up && !down) continue;
    // Both in one bar: the order is unknown, the loss counts (for a short the upper level is the stop).
    const takeUpper = up && (!down || direction === -1);
    scan.t1 = row;
    scan.barrier = takeUpper ? 1 : -1;
    scan.exitPrice = takeUpper ? Math.max(upper, open[row]!) : Math.min(lower, open[row]!);
    return;
  }
  endAtVertical(limit, atOpen ? open : close, scan);
}

/** First close strictly beyond a level; under the next-open convention the exit is the following open. */
function scanCloses(series: BarSeries, first: number, limit: number, atOpen: boolean, upper: number, lower: number, scan: Scan): void {
  const { open, close } = series;
  const end = limit < 0 ? series.length : atOpen ? limit : limit + 1;
  for (let row = first; row < end; row++) {
    const price = close[row]!;
    if (!(price > upper) && !(price < lower)) continue;
    const exitRow = atOpen ? row + 1 : row;
    if (exitRow >= series.length) break;
    scan.t1 = exitRow;
    scan.barrier = price > upper ? 1 : -1;
    scan.exitPrice = atOpen ? open[exitRow]! : price;
    return;
  }
  endAtVertical(limit, atOpen ? open : close, scan);
}

function endAtVertical(limit: number, prices: Float64Array, scan: Scan): void {
  scan.t1 = limit;
  scan.barrier = BARRIER_VERTICAL;
  scan.exitPrice = limit < 0 ? Number.NaN : prices[limit]!;
}

function returnOf(kind: TripleBarrierOptions['returnKind'], sign: number, ratio: number): number {
  if (kind === 'log') return sign * Math.log(ratio);
  if (kind === 'geometric' && sign < 0) return 1 / ratio - 1;
  return sign * (ratio - 1);
}

function labelOf(options: TripleBarrierOptions, barrier: number, gain: number, ratio: number, width: number, direction: number): number {
  if (options.labelRule === 'exceeds') {
    const logGain = (direction === -1 ? -1 : 1) * Math.log(ratio);
    const unit = Math.log(1 + width);
    if (logGain > 0 && logGain > unit * options.profitTake) return 1;
    if (direction !== 0) return 0;
    return logGain < 0 && logGain < -unit * options.stopLoss ? -1 : 0;
  }
  if (barrier !== BARRIER_VERTICAL || options.labelRule === 'barrier') return barrier;
  return Math.sign(gain);
}

function emptyLabels(size: number) {
  return {
    t0: new Int32Array(size),
    t1: new Int32Array(size),
    entryPrice: new Float64Array(size),
    exitPrice: new Float64Array(size),
    return: new Float64Array(size),
    label: new Int8Array(size),
    barrier: new Int8Array(size),
    target: new Float64Array(size),
    side: new Int8Array(size),
  };
}

function finished(out: ReturnType<typeof emptyLabels>, count: number, dropped: BarrierLabels['dropped']): BarrierLabels {
  return {
    count,
    t0: out.t0.subarray(0, count),
    t1: out.t1.subarray(0, count),
    entryPrice: out.entryPrice.subarray(0, count),
    exitPrice: out.exitPrice.subarray(0, count),
    return: out.return.subarray(0, count),
    label: out.label.subarray(0, count),
    barrier: out.barrier.subarray(0, count),
    target: out.target.subarray(0, count),
    side: out.side.subarray(0, count),
    dropped,
  };
}

function checkOptions(series: BarSeries, options: TripleBarrierOptions): void {
  const { events, target, side, profitTake, stopLoss } = options;
  if (target.length !== series.length)
    throw new UserError(`the target has ${target.length} rows, the bars have ${series.length}`, 'Give one barrier width a bar.');
  if (side !== undefined && side.length !== series.length)
    throw new UserError(`the side has ${side.length} rows, the bars have ${series.length}`, 'Give one side a bar.');
  if (!(profitTake >= 0) || !(stopLoss >= 0)) throw new UserError(`barrier multiples must be 0 or more, got ${profitTake} and ${stopLoss}`);
  for (let index = 0; index < events.length; index++) {
    const row = events[index]!;
    if (row < 0 || row >= series.length || (index > 0 && row <= events[index - 1]!)) {
      throw new UserError(`event ${index} is row ${row}: event rows must ascend within 0..${series.length - 1}`);
    }
  }
}
