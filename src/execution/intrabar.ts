import { firstRowAtOrAfter } from '#domain';
import type { BarUnderMatch } from './match.ts';
import type { SymbolColumns } from './venue-host.ts';

/**
 * The way the price took inside each bar, from bars of a lower timeframe: with it the order of stop and target is known, and a target may
 * follow an entry of the same bar. Bars without finer ones keep the pessimistic rule of the profile.
 */
export class IntrabarPath {
  readonly #bars: SymbolColumns;
  readonly #fine: SymbolColumns;

  constructor(bars: SymbolColumns, fine: SymbolColumns) {
    this.#bars = bars;
    this.#fine = fine;
  }

  /** First finer row of a bar. */
  from(local: number): number {
    return firstRowAtOrAfter(this.#fine, this.#bars.time[local]!);
  }

  /** One past its last finer row. */
  to(local: number): number {
    const end = this.#bars.time[local]! + (this.#bars.timeframe?.ms ?? 86_400_000);
    return firstRowAtOrAfter(this.#fine, end);
  }

  load(fineRow: number, bar: BarUnderMatch): void {
    const { time, open, high, low, close, volume } = this.#fine;
    bar.open = open[fineRow]!;
    bar.high = high[fineRow]!;
    bar.low = low[fineRow]!;
    bar.close = close[fineRow]!;
    bar.market = bar.open;
    bar.volume = volume[fineRow]!;
    bar.openTime = time[fineRow]!;
  }
}
