import { type Column, mean, present } from './moments.ts';

/** Simple returns between neighbours: one shorter than the equity. NaN where the earlier value is not positive or either is missing. */
export function returnsFromEquity(equity: Column): Float64Array {
  const out = new Float64Array(Math.max(0, equity.length - 1));
  for (let i = 1; i < equity.length; i += 1) out[i - 1] = equity[i - 1]! > 0 ? equity[i]! / equity[i - 1]! - 1 : Number.NaN;
  return out;
}

/** Growth of `start`, one longer than the returns; a missing return leaves the equity where it was. */
export function equityFromReturns(returns: Column, start = 1): Float64Array {
  const out = new Float64Array(returns.length + 1);
  out[0] = start;
  for (let i = 0; i < returns.length; i += 1) out[i + 1] = out[i]! * (1 + (Number.isNaN(returns[i]!) ? 0 : returns[i]!));
  return out;
}

/** Compounded return of the whole column; NaN when nothing is present. */
export function totalReturn(returns: Column): number {
  const kept = present(returns);
  if (kept.length === 0) return Number.NaN;
  let growth = 1;
  for (let i = 0; i < kept.length; i += 1) growth *= 1 + kept[i]!;
  return growth - 1;
}

/** Geometric mean return of a period; -1 when everything was lost, NaN when nothing is present. */
export function geometricMean(returns: Column): number {
  const kept = present(returns);
  if (kept.length === 0) return Number.NaN;
  let logs = 0;
  for (let i = 0; i < kept.length; i += 1) {
    if (kept[i]! <= -1) return -1;
    logs += Math.log1p(kept[i]!);
  }
  return Math.expm1(logs / kept.length);
}

/** A yearly rate as the rate of one period, compounded: perPeriodRate(0.02, 252) = 7.858e-5. */
export function perPeriodRate(annualRate: number, periodsPerYear: number): number {
  return (1 + annualRate) ** (1 / periodsPerYear) - 1;
}

export interface AnnualReturnOptions {
  readonly periodsPerYear?: number;
  /** `present`: years = returns present / periodsPerYear (default). `all`: missing rows count as time too (empyrical). */
  readonly length?: 'present' | 'all';
}

/** Compound annual growth rate of a return column, years counted in periods. */
export function annualReturn(returns: Column, options: AnnualReturnOptions = {}): number {
  const { periodsPerYear = 252, length = 'present' } = options;
  const total = totalReturn(returns);
  const count = length === 'all' ? returns.length : present(returns).length;
  return compound(1 + total, count / periodsPerYear);
}

/** CAGR between two equities over elapsed time. `daysPerYear` 365.25 by default (backtesting.py); LEAN counts 365. */
export function compoundAnnualGrowthRate(startEquity: number, endEquity: number, elapsedMs: number, daysPerYear = 365.25): number {
  return startEquity > 0 ? compound(endEquity / startEquity, elapsedMs / 86_400_000 / daysPerYear) : Number.NaN;
}

function compound(growth: number, years: number): number {
  if (Number.isNaN(growth) || !(years > 0)) return Number.NaN;
  return growth <= 0 ? -1 : growth ** (1 / years) - 1;
}

/** Mean return times the periods of a year: the arithmetic convention. */
export function arithmeticAnnualReturn(returns: Column, periodsPerYear = 252): number {
  return mean(present(returns)) * periodsPerYear;
}
