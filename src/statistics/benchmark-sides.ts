import { type Column, linearFit, mean } from './moments.ts';
import { pairPresent } from './benchmark.ts';
import { annualReturn, totalReturn } from './returns.ts';

/** How returns behave where the benchmark rose and where it fell (empyrical's conventions unless said otherwise). */
export interface BenchmarkSides {
  /** Annual return over the benchmark's, all periods. */
  readonly capture: number;
  /** Up capture over down capture. */
  readonly upDownCapture: number;
  /** Slope, and (1 + mean of what it leaves)^p − 1, over the periods in which the benchmark rose. */
  readonly upBeta: number;
  readonly upAlpha: number;
  /** The same where it fell. */
  readonly downBeta: number;
  readonly downAlpha: number;
  /** Share of periods with a return above the benchmark's: of all, of those in which it rose, of those in which it fell. */
  readonly battingAverage: number;
  readonly upBattingAverage: number;
  readonly downBattingAverage: number;
  /** See `betaFragility`. */
  readonly betaFragility: number;
  /** (Total return − risk-free return of the whole time) / beta: quantstats' Treynor ratio, which is not annual. */
  readonly treynorOfTotalReturn: number;
}

/** Figures of a return column by the side of the benchmark (equal lengths; rows with a missing side are skipped). NaN where a side is empty. */
export function benchmarkSides(
  returns: Column,
  benchmark: Column,
  options: { readonly periodsPerYear?: number; readonly riskFreeTotal?: number } = {},
): BenchmarkSides {
  const { periodsPerYear = 252, riskFreeTotal = 0 } = options;
  const { own, other } = pairPresent(returns, benchmark);
  const side = (test: (value: number) => boolean) => {
    const [mine, theirs] = [own.filter((_, row) => test(other[row]!)), other.filter(test)];
    const beta = linearFit(theirs, mine).slope;
    return {
      beta,
      alpha: (1 + mean(mine.map((value, row) => value - beta * theirs[row]!))) ** periodsPerYear - 1,
      capture: annualReturn(mine, { periodsPerYear }) / annualReturn(theirs, { periodsPerYear }),
      batting: mean(mine.map((value, row) => (value > theirs[row]! ? 1 : 0))),
    };
  };
  const [all, up, down] = [side(() => true), side((value) => value > 0), side((value) => value < 0)];
  return {
    capture: all.capture,
    upDownCapture: up.capture / down.capture,
    upBeta: up.beta,
    upAlpha: up.alpha,
    downBeta: down.beta,
    downAlpha: down.alpha,
    battingAverage: all.batting,
    upBattingAverage: up.batting,
    downBattingAverage: down.batting,
    betaFragility: betaFragility(own, other),
    treynorOfTotalReturn: (totalReturn(own) - riskFreeTotal) / all.beta,
  };
}

/**
 * Taleb, Canetti, Kinda, Loukoianova and Schmieder (2012), "A New Heuristic Measure of Fragility and Tail Risks": the returns at the
 * benchmark's worst and best period, weighted by how far its middle one lies from either, less the return at the middle one. Negative:
 * hurt by moves of either sign. NaN for fewer than 3 rows.
 */
export function betaFragility(returns: Column, benchmark: Column): number {
  const { own, other } = pairPresent(returns, benchmark);
  const n = own.length;
  if (n < 3) return Number.NaN;
  const order = Array.from(own.keys()).sort((a, b) => other[a]! - other[b]! || a - b);
  // Halves go to the even row, as numpy rounds.
  const half = Math.floor(n / 2);
  const middle = order[n % 2 === 0 || half % 2 === 0 ? half : half + 1]!;
  const [worst, best] = [order[0]!, order[n - 1]!];
  const range = other[best]! - other[worst]!;
  const low = range === 0 ? 0.5 : (other[middle]! - other[worst]!) / range;
  return low * own[worst]! + (range === 0 ? 0.5 : (other[best]! - other[middle]!) / range) * own[best]! - own[middle]!;
}
