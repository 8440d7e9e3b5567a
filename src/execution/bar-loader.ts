import type { BarUnderMatch } from './match.ts';
import type { ExecutionProfile } from './profile.ts';
import type { Sessions } from './sessions.ts';
import type { SymbolColumns } from './venue-host.ts';

/** Puts a symbol's bar under the orders. */
export class BarLoader {
  readonly #columns: readonly SymbolColumns[];
  readonly #sessions: readonly Sessions[];
  readonly #profile: ExecutionProfile;
  readonly #bar: BarUnderMatch;
  readonly #detailed: boolean;

  constructor(columns: readonly SymbolColumns[], sessions: readonly Sessions[], profile: ExecutionProfile, bar: BarUnderMatch) {
    this.#columns = columns;
    this.#sessions = sessions;
    this.#profile = profile;
    this.#bar = bar;
    this.#detailed = looksInside(profile);
  }

  load(symbol: number, local: number, row: number): BarUnderMatch {
    const columns = this.#columns[symbol]!;
    const bar = this.#bar;
    bar.open = columns.open[local]!;
    bar.high = columns.high[local]!;
    bar.low = columns.low[local]!;
    bar.close = columns.close[local]!;
    bar.row = row;
    if (this.#detailed) this.#loadDetails(columns, symbol, local);
    bar.local = local;
    bar.market = this.#profile.marketFill === 'previous_close' && local > 0 ? columns.close[local - 1]! : bar.open;
    return bar;
  }

  /** What only the queue model and latency look at. */
  #loadDetails({ volume }: SymbolColumns, symbol: number, local: number): void {
    const bar = this.#bar;
    bar.volume = volume[local]!;
    bar.volumeBefore = volume[local > 0 ? local - 1 : 0]!;
    bar.openTime = this.#sessions[symbol]!.openTime(local);
    bar.room = Number.POSITIVE_INFINITY;
  }
}

/** Whether fills depend on when a bar opens or on what traded in it. */
export function looksInside(profile: ExecutionProfile): boolean {
  return profile.latencyMs > 0 || profile.limitFill === 'queue';
}
