import { type Column, mean, present, quantile } from './moments.ts';
import { annualReturn } from './returns.ts';

/** Mean of the returns that are not 0 (quantstats' average return). */
export function averageActiveReturn(returns: Column): number {
  return mean(present(returns).filter((value) => value !== 0));
}

/**
 * Share of periods with a return other than 0. `percent` rounds up to whole percent, as quantstats does; missing returns count as
 * periods out of the market.
 */
export function exposureOfReturns(returns: Column, rounding: 'none' | 'percent' = 'none'): number {
  if (returns.length === 0) return Number.NaN;
  const share = present(returns).filter((value) => value !== 0).length / returns.length;
  return rounding === 'percent' ? Math.ceil(share * 100) / 100 : share;
}

/** Compound annual growth over the exposure (quantstats' RAR, with its exposure in whole percent). NaN when never in the market. */
export function returnOverExposure(returns: Column, periodsPerYear = 252): number {
  const exposure = exposureOfReturns(returns, 'percent');
  return exposure > 0 ? annualReturn(returns, { periodsPerYear }) / exposure : Number.NaN;
}

/** (Mean gain / number of gains) over (mean loss / number of losses), a return of 0 counting as a gain (quantstats' profit ratio). */
export function profitRatio(returns: Column): number {
  const { gains, losses } = split(returns);
  return Math.abs(mean(gains) / gains.length) / Math.abs(mean(losses) / losses.length);
}

/** The upper quantile of the returns over the mean gain (quantstats): how far the best stand out. A return of 0 counts as a gain. */
export function outlierWinRatio(returns: Column, probability = 0.99): number {
  return quantile(returns, probability) / mean(split(returns).gains);
}

/** The lower quantile of the returns over the mean loss (quantstats): how far the worst stand out. */
export function outlierLossRatio(returns: Column, probability = 0.01): number {
  return quantile(returns, probability) / mean(split(returns).losses);
}

function split(returns: Column): { readonly gains: Float64Array; readonly losses: Float64Array } {
  const kept = present(returns);
  return { gains: kept.filter((value) => value >= 0), losses: kept.filter((value) => value < 0) };
}
