import { type Column } from './moments.ts';
import { normalCdf, normalQuantile } from './normal.ts';

/** Two-sided p-value of an annual Sharpe ratio seen over some years, t = SR·√years (Harvey & Liu 2015, normal limit). */
export function sharpePValue(annualSharpe: number, years: number): number {
  return 2 * normalCdf(-Math.abs(annualSharpe) * Math.sqrt(years));
}

export interface AdjustedPValues {
  readonly bonferroni: Float64Array;
  readonly holm: Float64Array;
  /** Benjamini-Hochberg-Yekutieli: holds the false discovery rate under any dependence. */
  readonly bhy: Float64Array;
}

/** p-values adjusted for `tests` tries (default: as many as are given), in the order given. NaN stays NaN and counts as a try. */
export function adjustPValues(pValues: Column, tests = pValues.length): AdjustedPValues {
  const n = pValues.length;
  const order = Array.from({ length: n }, (_, i) => i)
    .filter((i) => !Number.isNaN(pValues[i]!))
    .sort((a, b) => pValues[a]! - pValues[b]! || a - b);
  const bonferroni = Float64Array.from(pValues, (value) => Math.min(1, value * tests));
  const holm = new Float64Array(n).fill(Number.NaN);
  let running = 0;
  for (const [rank, i] of order.entries()) {
    running = Math.max(running, Math.min(1, (tests - rank) * pValues[i]!));
    holm[i] = running;
  }
  const bhy = new Float64Array(n).fill(Number.NaN);
  let harmonic = 0;
  for (let k = 1; k <= tests; k += 1) harmonic += 1 / k;
  running = 1;
  for (let rank = order.length - 1; rank >= 0; rank -= 1) {
    const i = order[rank]!;
    running = Math.min(running, ((tests * harmonic) / (rank + 1)) * pValues[i]!);
    bhy[i] = running;
  }
  return { bonferroni, holm, bhy };
}

export interface SharpeHaircut {
  readonly pValue: number;
  readonly adjusted: { readonly bonferroni: number; readonly holm: number; readonly bhy: number };
  /** The annual Sharpe ratio that would have the adjusted p-value in a single test. */
  readonly haircutSharpe: { readonly bonferroni: number; readonly holm: number; readonly bhy: number };
  /** 1 − haircut Sharpe / Sharpe. */
  readonly haircut: { readonly bonferroni: number; readonly holm: number; readonly bhy: number };
}

/**
 * What is left of one annual Sharpe ratio after the search it came from: Harvey & Liu, "Backtesting" (2015). `others` are the annual
 * Sharpe ratios of the other tries in the ledger over the same years (the test set that Holm and BHY rank).
 */
export function haircutSharpe(annualSharpe: number, years: number, others: Column): SharpeHaircut {
  const pValue = sharpePValue(annualSharpe, years);
  const all = [pValue, ...Array.from(others, (sharpe) => sharpePValue(sharpe, years))];
  const { bonferroni, holm, bhy } = adjustPValues(all);
  const adjusted = { bonferroni: bonferroni[0]!, holm: holm[0]!, bhy: bhy[0]! };
  const left = (p: number): number => Math.sign(annualSharpe) * (-normalQuantile(p / 2) / Math.sqrt(years) || 0);
  const sharpes = { bonferroni: left(adjusted.bonferroni), holm: left(adjusted.holm), bhy: left(adjusted.bhy) };
  const share = (sharpe: number): number => (annualSharpe === 0 ? Number.NaN : 1 - sharpe / annualSharpe);
  return {
    pValue,
    adjusted,
    haircutSharpe: sharpes,
    haircut: { bonferroni: share(sharpes.bonferroni), holm: share(sharpes.holm), bhy: share(sharpes.bhy) },
  };
}
