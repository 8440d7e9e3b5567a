import type { Rng, RngState } from '#core';
import { lotsToUnits } from './order-sizer.ts';
import type { ExecutionProfile } from './profile.ts';
import type { SymbolColumns } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** The random stream, and by symbol the row of the last capped bar and the units it still had, safe in JSON. */
export interface CostsSnapshot {
  readonly rng: RngState;
  readonly capRows: readonly number[];
  readonly capLeft: readonly number[];
  /** Absent before the first split. */
  readonly splits?: readonly SeenSplit[];
}

/** Bars of the symbol that start before `from` are in old units: `ratio` new ones for each. */
export interface SeenSplit {
  readonly symbol: number;
  readonly from: number;
  readonly ratio: number;
}

/** What the bars tell of a symbol, both of one bar. */
export interface MeasuredMarket {
  /** Standard deviation of close-to-close returns, a fraction. */
  readonly sigma: number;
  /** Units. */
  readonly meanVolume: number;
}

/** Spread, slippage, impact and the volume cap of a profile, for the bars at hand. */
export class FillCosts {
  readonly #columns: readonly SymbolColumns[];
  readonly #profile: ExecutionProfile;
  readonly #rng: Rng;
  readonly #capRow: Int32Array;
  readonly #capLeft: Float64Array;
  readonly #free: boolean;
  readonly #onlySpread: boolean;
  /** σ and mean volume last worked out for each symbol, and the row they are of. */
  readonly #estimatedAt: Int32Array;
  readonly #sigma: Float64Array;
  readonly #meanVolume: Float64Array;
  #splits: readonly SeenSplit[] = [];
  #drawnFor: WorkingOrder | undefined;
  #drawnAt = -1;
  #drawn = 0;

  constructor(columns: readonly SymbolColumns[], profile: ExecutionProfile, rng: Rng) {
    this.#columns = columns;
    this.#profile = profile;
    this.#rng = rng;
    this.#capRow = new Int32Array(columns.length).fill(-1);
    this.#capLeft = new Float64Array(columns.length);
    this.#estimatedAt = new Int32Array(columns.length).fill(-1);
    this.#sigma = new Float64Array(columns.length);
    this.#meanVolume = new Float64Array(columns.length);
    this.#onlySpread = profile.slippageBps === 0 && profile.randomSlippageBps === 0 && profile.impactY === 0;
    this.#free = this.#onlySpread && profile.halfSpreadBps === 0;
  }

  /** The price after spread, slippage and impact; makers pay none, and nobody pays beyond a limit. */
  price(order: WorkingOrder, raw: number, units: number, local: number, maker: boolean, opens: boolean): number {
    const profile = this.#profile;
    if (this.#free) return raw;
    const byEntry = profile.spreadOn === 'entry';
    if (byEntry && (maker || this.#onlySpread)) return opens ? raw * (1 + (order.direction * profile.halfSpreadBps) / 10_000) : raw;
    if (maker) return raw;
    const spread = byEntry && !opens ? 0 : profile.halfSpreadBps;
    const bps = spread + profile.slippageBps + this.#random(order, local);
    const fraction = bps / 10_000 + (profile.impactY > 0 && units > 0 ? this.#impact(order.symbol, local, units) : 0);
    const price = raw * (order.direction > 0 ? 1 + fraction : shareLeft(fraction));
    const limit = order.limit;
    if (limit === limit) return order.direction > 0 ? Math.min(price, limit) : Math.max(price, limit);
    return price;
  }

  /** Units that this bar's volume still lets us trade, on the lot grid. */
  cap(symbol: number, local: number, row: number, wanted: number, lotSize: number): number {
    const share = this.#profile.volumeCap;
    if (share === Number.POSITIVE_INFINITY) return wanted;
    if (this.#capRow[symbol] !== row) {
      this.#capRow[symbol] = row;
      const volume = this.#columns[symbol]!.volume[local]!;
      this.#capLeft[symbol] = volume > 0 ? volume * share : 0;
    }
    const left = this.#capLeft[symbol]!;
    if (wanted <= left) return wanted;
    return lotsToUnits(Math.floor(left / lotSize + 1e-9), lotSize);
  }

  take(symbol: number, units: number): void {
    this.#capLeft[symbol] = Math.max(0, this.#capLeft[symbol]! - units);
  }

  /** σ and mean volume of a bar as a fill after `local` meets them; undefined where the bars up to there do not tell both. */
  measured(symbol: number, local: number): MeasuredMarket | undefined {
    const known = this.#estimate(symbol, local + 1);
    // The next bar is not there yet: what stands in for unknown numbers is worked out when it is.
    this.#estimatedAt[symbol] = -1;
    return known ? { sigma: this.#sigma[symbol]!, meanVolume: this.#meanVolume[symbol]! } : undefined;
  }

  /** From the bars that start at `from` on, prices and volumes are in new units; what came before is read in them too. */
  split(symbol: number, from: number, ratio: number): void {
    this.#splits = [...this.#splits, { symbol, from, ratio }];
    this.#estimatedAt[symbol] = -1;
  }

  snapshot(): CostsSnapshot {
    const splits = this.#splits;
    return { rng: this.#rng.snapshot(), capRows: [...this.#capRow], capLeft: [...this.#capLeft], ...(splits.length > 0 ? { splits } : {}) };
  }

  restore(saved: CostsSnapshot, rowsDropped: number): void {
    this.#rng.restore(saved.rng);
    this.#capRow.set(saved.capRows.map((row) => row - rowsDropped));
    this.#capLeft.set(saved.capLeft);
    this.#splits = saved.splits ?? [];
  }

  /** One draw an order and bar, however often its price is asked. */
  #random(order: WorkingOrder, local: number): number {
    const scale = this.#profile.randomSlippageBps;
    if (scale === 0) return 0;
    if (this.#drawnFor !== order || this.#drawnAt !== local) {
      this.#drawnFor = order;
      this.#drawnAt = local;
      this.#drawn = Math.abs(this.#rng.normal()) * scale;
    }
    return this.#drawn;
  }

  /**
   * Y·σ·√(Q/V): σ the standard deviation of close-to-close returns and V the mean volume of the bars before this one.
   * The ratio does not depend on the bar's length, so daily and minute bars give the same impact. 1 % of the window's volume at
   * σ 2 % and Y 1 moves the price 20 bps. With no volume or one bar of history there is nothing to estimate from: σ is 2 %, V the bar's.
   */
  #impact(symbol: number, local: number, units: number): number {
    if (this.#estimatedAt[symbol] !== local) this.#estimate(symbol, local);
    const mean = this.#meanVolume[symbol]!;
    return mean > 0 ? this.#profile.impactY * this.#sigma[symbol]! * Math.sqrt(units / mean) : 0;
  }

  /** False where σ or the volume had to be stood in for. */
  #estimate(symbol: number, local: number): boolean {
    const from = Math.max(1, local - this.#profile.impactWindow);
    const { close, volume } = this.#inNewUnits(symbol, from - 1, local);
    let sum = 0;
    let squares = 0;
    let traded = 0;
    const count = local - from;
    for (let row = from; row < local; row++) {
      const change = close[row]! / close[row - 1]! - 1;
      sum += change;
      squares += change * change;
      traded += volume[row]!;
    }
    this.#estimatedAt[symbol] = local;
    this.#sigma[symbol] = count > 1 ? Math.sqrt(Math.max(0, (squares - (sum * sum) / count) / (count - 1))) : 0.02;
    this.#meanVolume[symbol] = count > 0 && traded > 0 ? traded / count : volume[local]!;
    return count > 1 && traded > 0;
  }

  /** The columns as they are, or, after a split, copies whose rows from `from` to `local` are in the units of the last of them. */
  #inNewUnits(symbol: number, from: number, local: number): Pick<SymbolColumns, 'close' | 'volume'> {
    const columns = this.#columns[symbol]!;
    const splits = this.#splits.filter((split) => split.symbol === symbol && columns.time[from]! < split.from);
    if (splits.length === 0) return columns;
    const [close, volume] = [columns.close.slice(0, local + 1), columns.volume.slice(0, local + 1)];
    for (const split of splits) {
      for (let row = from; row <= local && columns.time[row]! < split.from; row++) {
        close[row]! /= split.ratio;
        volume[row]! *= split.ratio;
      }
    }
    return { close, volume };
  }
}

/**
 * What a sale keeps of its price: 1 − cost. An estimate that takes more than half of the price is beyond what square-root impact was ever
 * measured at; from there on the price falls as 1 / (4 · cost), with the same slope where they meet, and so never to nothing or below.
 */
function shareLeft(fraction: number): number {
  return fraction <= 0.5 ? 1 - fraction : 0.25 / fraction;
}
