import { type Column, mean, quantileOfSorted, spread } from './moments.ts';

/** What the strategy did while the market was in one state. */
export interface RegimePerformance {
  readonly market: 'rising, calm' | 'rising, wild' | 'falling, calm' | 'falling, wild';
  readonly periods: number;
  /** Part of all classified periods. */
  readonly share: number;
  /** Mean return of a period times the periods of a year, of the strategy and of the market. */
  readonly annualReturn: number;
  readonly marketAnnualReturn: number;
  /** Annualised; NaN without spread. */
  readonly sharpe: number;
}

export interface RegimeOptions {
  readonly periodsPerYear: number;
  /** Periods of the market's return that says rising or falling; default a quarter of a year. */
  readonly trendPeriods?: number;
  /** Periods of the volatility that says calm or wild, against its median over the whole; default a twelfth of a year. */
  readonly volatilityPeriods?: number;
}

const MARKETS = ['rising, calm', 'rising, wild', 'falling, calm', 'falling, wild'] as const;

/**
 * Returns by the state of the market, row by row with it. A period is judged by what came before it: the sign of the market's return over
 * `trendPeriods`, and whether its volatility over `volatilityPeriods` is above its own median. Empty when fewer than twice the longer
 * window is there; a market that was never in a state has no row. The median looks at the whole sample: this describes, it is no signal.
 */
export function regimePerformance(returns: Column, market: Column, options: RegimeOptions): RegimePerformance[] {
  const { periodsPerYear } = options;
  const trendPeriods = options.trendPeriods ?? Math.max(10, Math.round(periodsPerYear / 4));
  const volatilityPeriods = options.volatilityPeriods ?? Math.max(5, Math.round(periodsPerYear / 12));
  const longest = Math.max(trendPeriods, volatilityPeriods);
  const rows = Math.min(returns.length, market.length);
  if (rows < 2 * longest) return [];
  const past = Float64Array.from({ length: rows }, (_, row) => market[row]!);
  const volatility = new Float64Array(rows).fill(Number.NaN);
  for (let row = longest; row < rows; row++) volatility[row] = spread(past.subarray(row - volatilityPeriods, row));
  const median = quantileOfSorted(volatility.slice(longest).sort(), 0.5);
  const own: number[][] = MARKETS.map(() => []);
  const theirs: number[][] = MARKETS.map(() => []);
  let classified = 0;
  for (let row = longest; row < rows; row++) {
    if (!Number.isFinite(returns[row]!) || !Number.isFinite(past[row]!)) continue;
    let growth = 1;
    for (let back = row - trendPeriods; back < row; back++) growth *= 1 + past[back]!;
    const state = (growth > 1 ? 0 : 2) + (volatility[row]! > median ? 1 : 0);
    own[state]!.push(returns[row]!);
    theirs[state]!.push(past[row]!);
    classified++;
  }
  return MARKETS.flatMap((name, state) => {
    const kept = own[state]!;
    if (kept.length === 0) return [];
    const deviation = spread(kept);
    return {
      market: name,
      periods: kept.length,
      share: kept.length / classified,
      annualReturn: mean(kept) * periodsPerYear,
      marketAnnualReturn: mean(theirs[state]!) * periodsPerYear,
      sharpe: deviation > 0 ? (mean(kept) / deviation) * Math.sqrt(periodsPerYear) : Number.NaN,
    };
  });
}
