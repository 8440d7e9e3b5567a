import { UserError } from '#core';

/** Linear impact of Almgren and Chriss 2000, "Optimal Execution of Portfolio Transactions". Money per share. */
export interface AlmgrenChrissMarket {
  /** Volatility of the price in money per square root of a day. */
  readonly volatility: number;
  /** Fixed cost per share (half the spread and the fee). */
  readonly fixedCost: number;
  /** Permanent impact per share traded. */
  readonly gamma: number;
  /** Temporary impact per share traded per day. */
  readonly eta: number;
}

export interface AlmgrenChrissOrder {
  readonly shares: number;
  readonly horizonDays: number;
  /** Number of equal intervals. */
  readonly intervals: number;
  /** Price of risk, per unit of money; 0 gives equal slices, below 0 risk is sought and the trades wait (point C of the paper's figures). */
  readonly riskAversion: number;
}

export interface ExecutionSchedule {
  /** Shares still held at the end of each interval, from all of them (index 0) to none. */
  readonly holdings: readonly number[];
  readonly trades: readonly number[];
  readonly expectedCost: number;
  readonly variance: number;
  readonly standardDeviation: number;
  /** Urgency; NaN below risk aversion 0, where the holdings follow sines instead of hyperbolic sines. */
  readonly kappaPerDay: number;
  /** 1 / kappa; Infinity at risk aversion 0, NaN below. */
  readonly halfLifeDays: number;
}

/** sinh(a) / sinh(b) for 0 <= a <= b without overflow. */
function sinhRatio(a: number, b: number): number {
  return Math.exp(a - b) * (Math.expm1(-2 * a) / Math.expm1(-2 * b));
}

/**
 * The schedule that minimises expected cost + riskAversion * variance: x_j = X sinh(kappa (T - t_j)) / sinh(kappa T),
 * cosh(kappa tau) = 1 + lambda sigma^2 tau^2 / (2 eta~), eta~ = eta - gamma tau / 2. Variance counts the holdings x_1 … x_N.
 * A negative lambda turns sinh to sin: a minimum exists while kappa's size times T stays below pi.
 * One million shares in five days with the paper's parameters at lambda 0 cost 662,500.
 */
export function almgrenChrissSchedule(market: AlmgrenChrissMarket, order: AlmgrenChrissOrder): ExecutionSchedule {
  const { shares, horizonDays, intervals, riskAversion } = order;
  if (!(horizonDays > 0)) throw new UserError(`horizonDays must be positive, got ${horizonDays}.`);
  if (!Number.isSafeInteger(intervals) || intervals < 1)
    throw new UserError(`intervals must be a whole number of at least 1, got ${intervals}.`);
  if (!Number.isFinite(riskAversion)) throw new UserError(`riskAversion must be a number, got ${riskAversion}.`);
  const tau = horizonDays / intervals;
  const etaTilde = market.eta - (market.gamma * tau) / 2;
  if (!(etaTilde > 0)) throw new UserError('eta must exceed gamma times half an interval.', 'Use more intervals.');
  // cosh(y) - 1 = 2 sinh(y / 2)^2 keeps its digits where acosh(1 + tiny) would lose them.
  const half = Math.sqrt((Math.abs(riskAversion) * market.volatility ** 2 * tau ** 2) / (4 * etaTilde));
  const kappa = (2 * (riskAversion < 0 ? Math.asin(Math.min(1, half)) : Math.asinh(half))) / tau;
  if (riskAversion < 0 && !(kappa * horizonDays < Math.PI))
    throw new UserError(
      `At a risk aversion of ${riskAversion} no schedule is best: waiting pays without end.`,
      'Use a shorter horizon or a number nearer to 0.',
    );
  const ratioOf = riskAversion < 0 ? (a: number, b: number): number => Math.sin(a) / Math.sin(b) : sinhRatio;
  const holdings: number[] = [];
  for (let j = 0; j <= intervals; j++) {
    const left = horizonDays - j * tau;
    const ratio = kappa === 0 ? (intervals - j) / intervals : ratioOf(kappa * left, kappa * horizonDays);
    holdings.push(j === 0 ? shares : j === intervals ? 0 : shares * ratio);
  }
  const trades = holdings.slice(1).map((value, j) => holdings[j]! - value);
  const kappaPerDay = riskAversion < 0 ? Number.NaN : kappa;
  return { ...scheduleCost(market, holdings, tau), holdings, trades, kappaPerDay, halfLifeDays: 1 / kappaPerDay };
}

/** Expected cost and variance of any schedule of holdings at intervals of `tau` days. */
export function scheduleCost(
  market: AlmgrenChrissMarket,
  holdings: readonly number[],
  tau: number,
): { readonly expectedCost: number; readonly variance: number; readonly standardDeviation: number } {
  const etaTilde = market.eta - (market.gamma * tau) / 2;
  let squaredTrades = 0;
  let traded = 0;
  let squaredHoldings = 0;
  for (let j = 1; j < holdings.length; j++) {
    const trade = holdings[j - 1]! - holdings[j]!;
    traded += Math.abs(trade);
    squaredTrades += trade * trade;
    squaredHoldings += holdings[j]! ** 2;
  }
  const shares = holdings[0]!;
  const expectedCost = 0.5 * market.gamma * shares ** 2 + market.fixedCost * traded + (etaTilde / tau) * squaredTrades;
  const variance = market.volatility ** 2 * tau * squaredHoldings;
  return { expectedCost, variance, standardDeviation: Math.sqrt(variance) };
}

export interface FrontierPoint {
  readonly riskAversion: number;
  readonly expectedCost: number;
  readonly variance: number;
  readonly standardDeviation: number;
  readonly halfLifeDays: number;
  /** expectedCost + riskAversion * variance. */
  readonly utilityCost: number;
}

/** The efficient frontier: one optimal schedule for each risk aversion. */
export function efficientFrontier(
  market: AlmgrenChrissMarket,
  order: Omit<AlmgrenChrissOrder, 'riskAversion'>,
  riskAversions: readonly number[],
): readonly FrontierPoint[] {
  return riskAversions.map((riskAversion) => {
    const { expectedCost, variance, standardDeviation, halfLifeDays } = almgrenChrissSchedule(market, { ...order, riskAversion });
    return { riskAversion, expectedCost, variance, standardDeviation, halfLifeDays, utilityCost: expectedCost + riskAversion * variance };
  });
}
