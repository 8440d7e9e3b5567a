import { firstRowAtOrAfter, type BarSeries, type Trade } from '#domain';

/** How far the price went against a trade, and for it, as fractions of the entry price: adverse ≤ 0 ≤ favourable. */
export interface Excursions {
  readonly maxAdverseExcursion: number;
  readonly maxFavourableExcursion: number;
}

/**
 * Trades with their excursions (MAE and MFE, Sweeney 1996), from the bars they were held in: every bar from the entry's to the one before the
 * exit's with its high and low, of the exit's bar its open and the exit itself, since what came after is not the trade's. The entry's bar
 * counts whole, so an entry inside of it may be told an extreme that came before. Prices must be in one unit, as are bars adjusted for splits.
 * Bought at 100, lows of 95 and 90, highs of 104 and 103, sold at 101: −0.1 and 0.04. A trade of a symbol without bars stays without.
 */
export function withExcursions<Closed extends Trade>(
  trades: readonly Closed[],
  bars: readonly BarSeries[],
): readonly (Closed & Partial<Excursions>)[] {
  const ranges = new Map(bars.map((series) => [series.symbol, new PriceRange(series)]));
  return trades.map((trade) => {
    const range = ranges.get(trade.symbol);
    return range === undefined ? trade : { ...trade, ...excursionsOf(trade, range) };
  });
}

function excursionsOf({ side, entryTime, entryPrice, exitTime, exitPrice, exitReason }: Trade, range: PriceRange): Excursions {
  const { series } = range;
  const first = firstRowAtOrAfter(series, entryTime);
  const last = firstRowAtOrAfter(series, exitTime);
  const open = last > first && last < series.length ? series.open[last]! : exitPrice;
  // What is closed because the data end is closed at a close.
  const end = Math.min(series.length, exitReason === 'end_of_data' ? last + 1 : last);
  const low = Math.min(entryPrice, exitPrice, open, range.low(first, end));
  const high = Math.max(entryPrice, exitPrice, open, range.high(first, end));
  const [worst, best] = side === 'long' ? [low, high] : [high, low];
  const sign = side === 'long' ? 1 : -1;
  // Never −0.
  return {
    maxAdverseExcursion: (sign * (worst - entryPrice)) / entryPrice || 0,
    maxFavourableExcursion: (sign * (best - entryPrice)) / entryPrice || 0,
  };
}

const BLOCK = 256;

/** Lowest low and highest high of rows [from, to), by whole blocks where there are some: many trades may be open for all of a long history. */
class PriceRange {
  readonly series: BarSeries;
  /** By block, made for the first trade that holds a whole one. */
  #lows: Float64Array | undefined;
  #highs: Float64Array | undefined;

  constructor(series: BarSeries) {
    this.series = series;
  }

  low(from: number, to: number): number {
    const { low } = this.series;
    const [head, tail] = wholeBlocks(from, to);
    if (head >= tail) return lowest(low, from, to);
    this.#lows ??= byBlock(low, lowest);
    return Math.min(lowest(low, from, head * BLOCK), lowest(this.#lows, head, tail), lowest(low, tail * BLOCK, to));
  }

  high(from: number, to: number): number {
    const { high } = this.series;
    const [head, tail] = wholeBlocks(from, to);
    if (head >= tail) return highest(high, from, to);
    this.#highs ??= byBlock(high, highest);
    return Math.max(highest(high, from, head * BLOCK), highest(this.#highs, head, tail), highest(high, tail * BLOCK, to));
  }
}

function byBlock(values: Float64Array, extreme: typeof lowest): Float64Array {
  const blocks = Math.floor(values.length / BLOCK);
  return Float64Array.from({ length: blocks }, (_, block) => extreme(values, block * BLOCK, (block + 1) * BLOCK));
}

function wholeBlocks(from: number, to: number): readonly [number, number] {
  return [Math.ceil(from / BLOCK), Math.floor(to / BLOCK)];
}

function lowest(values: Float64Array, from: number, to: number): number {
  let found = Number.POSITIVE_INFINITY;
  for (let row = from; row < to; row++) if (values[row]! < found) found = values[row]!;
  return found;
}

function highest(values: Float64Array, from: number, to: number): number {
  let found = Number.NEGATIVE_INFINITY;
  for (let row = from; row < to; row++) if (values[row]! > found) found = values[row]!;
  return found;
}
