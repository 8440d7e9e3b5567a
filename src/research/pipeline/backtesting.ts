import { runBacktest, type BacktestResult } from '#backtest';
import { firstRowAtOrAfter, instrument, sliceBars, type AssetClass, type BarSeries, type EquityCurve, type Instrument } from '#domain';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { BayesianKellyState } from '#portfolio';
import type { PipelineConfig } from './config.ts';
import { modelStrategy, type ModelSignals, type Payoff } from './model-strategy.ts';
import { limitsFor } from './risk-limits.ts';
import type { SampleSet } from './samples.ts';

export const PROFILES = ['optimistic', 'base', 'harsh'] as const;
export type ProfileName = (typeof PROFILES)[number];

/** Bars before the first decision that the fill models may look back on (volume and volatility of the impact). */
const HISTORY_BARS = 250;

export interface OutOfSampleRun {
  readonly profile: ProfileName;
  readonly result: BacktestResult;
  /** Equity from the seam on. */
  readonly equity: EquityCurve;
  readonly kelly: BayesianKellyState;
}

/** What trading `class` costs by default in a profile: the profile's own numbers, on the fees of that market. */
export function profileFor(name: ProfileName, assetClass: AssetClass): ExecutionProfile {
  const profile = executionProfile(name);
  if (assetClass !== 'crypto') return profile;
  const takerBps = { optimistic: 2, base: 5, harsh: 10 }[name];
  return { ...profile, fees: { kind: 'proportional', makerBps: takerBps / 2, takerBps } };
}

/** Fees, spread and fixed slippage of entry and exit together, as a fraction of notional; impact depends on size and comes on top. */
export function roundTripCost(profile: ExecutionProfile): number {
  const feeBps = profile.fees.kind === 'proportional' ? profile.fees.takerBps : 0;
  return (2 * (profile.halfSpreadBps + profile.slippageBps + feeBps)) / 10_000;
}

/** The mean gain of right calls and loss of wrong ones among resolved samples, in widths. */
export function payoffOf(train: SampleSet): Payoff {
  let win = 0;
  let wins = 0;
  let loss = 0;
  let losses = 0;
  for (let index = 0; index < train.count; index++) {
    const share = train.outcome[index]! / train.width[index]!;
    if (share > 0) {
      win += share;
      wins++;
    } else if (share < 0) {
      loss -= share;
      losses++;
    }
  }
  return { win: wins > 0 ? win / wins : 1, loss: losses > 0 ? loss / losses : 1 };
}

/** Steps and class of what a pipeline trades; fractional units, since a daily model on a small account must be able to size. */
export function instrumentFor(symbol: string, assetClass: AssetClass): Instrument {
  return instrument(symbol, assetClass, { lotSize: 1e-6, minQuantity: 1e-6 });
}

/**
 * Trades the validation part in each profile. Only decisions made at or after the seam have a probability, so no trade is in sample;
 * the equity is cut to begin at the seam.
 */
export function backtestOutOfSample(
  series: readonly BarSeries[],
  validation: SampleSet,
  calibrated: Float64Array,
  seam: number,
  plan: { readonly maxBars: number; readonly payoff: Payoff },
  assetClass: AssetClass,
  config: PipelineConfig,
): readonly OutOfSampleRun[] {
  const traded = series.map((bars) =>
    sliceBars(bars, Math.max(0, firstRowAtOrAfter(bars, seam - bars.timeframe.ms) - HISTORY_BARS), bars.length),
  );
  const signals = signalsOf(series, traded, validation, calibrated);
  return PROFILES.map((name) => {
    const profile = profileFor(name, assetClass);
    const strategy = modelStrategy({ signals, ...plan, trading: config.trading, roundTripCost: roundTripCost(profile) });
    const result = runBacktest({
      bars: traded,
      strategy,
      account: { cash: config.trading.cash, leverage: 2 },
      limits: limitsFor(config.risk, 2),
      profile,
      instruments: traded.map((bars) => instrumentFor(bars.symbol, assetClass)),
      seed: config.seed,
      atEnd: 'close',
    });
    return { profile: name, result, equity: fromSeam(result.equity, seam), kelly: strategy.kelly() };
  });
}

/** Puts each validation sample's probability on the bar that decided it. */
function signalsOf(
  series: readonly BarSeries[],
  traded: readonly BarSeries[],
  validation: SampleSet,
  calibrated: Float64Array,
): Map<string, ModelSignals> {
  const signals = traded.map((bars) => ({
    probability: new Float64Array(bars.length).fill(Number.NaN),
    width: new Float64Array(bars.length).fill(Number.NaN),
    side: new Float64Array(bars.length),
  }));
  for (let index = 0; index < validation.count; index++) {
    const symbol = validation.symbol[index]!;
    const row = validation.row[index]! - (series[symbol]!.length - traded[symbol]!.length);
    const signal = signals[symbol]!;
    signal.probability[row] = calibrated[index]!;
    signal.width[row] = validation.width[index]!;
    signal.side[row] = validation.side[index]!;
  }
  return new Map(traded.map((bars, symbol) => [bars.symbol, signals[symbol]!]));
}

function fromSeam(curve: EquityCurve, seam: number): EquityCurve {
  let first = 0;
  while (first < curve.time.length - 1 && curve.time[first + 1]! < seam) first++;
  return { time: curve.time.slice(first), equity: curve.equity.slice(first) };
}

/** Buying every symbol with equal money at the seam and holding: what no skill would have earned. Rows as in `curve`. */
export function buyAndHold(series: readonly BarSeries[], curve: EquityCurve, cash: number): EquityCurve {
  const equity = new Float64Array(curve.time.length);
  for (const bars of series) {
    const { time, close, length } = bars;
    const share = cash / series.length;
    let row = Math.max(0, firstRowAtOrAfter(bars, curve.time[0]! + 1) - 1);
    const start = close[row]!;
    for (let index = 0; index < equity.length; index++) {
      const now = curve.time[index]!;
      while (row + 1 < length && time[row + 1]! <= now) row++;
      equity[index]! += (share * close[row]!) / start;
    }
  }
  return { time: curve.time, equity };
}
