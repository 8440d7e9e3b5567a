import { UserError } from '#core';

/** Coefficients of Almgren, Thum, Hauptmann and Li 2005, "Direct Estimation of Equity Market Impact". */
export interface AlmgrenCoefficients {
  /** Permanent impact, 0.314 in the paper. */
  readonly gamma: number;
  /** Temporary impact, 0.142 in the paper. */
  readonly eta: number;
}

export const almgren2005: AlmgrenCoefficients = { gamma: 0.314, eta: 0.142 };

/** What the 2005 model must know of a stock. All real, never guessed. */
export interface AlmgrenMarket {
  /** Average daily volume in shares. */
  readonly dailyVolume: number;
  readonly sharesOutstanding: number;
  /** Daily volatility as a fraction. */
  readonly dailyVolatility: number;
}

export interface AlmgrenImpact {
  readonly inverseTurnover: number;
  /** Permanent impact in units of the daily volatility. */
  readonly normalizedPermanent: number;
  /** Temporary impact in units of the daily volatility. */
  readonly normalizedTemporary: number;
  readonly permanentBps: number;
  readonly temporaryBps: number;
  /** Average cost of the trade: half the permanent plus the temporary impact. */
  readonly realizedBps: number;
}

function requirePositive(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (!(value > 0 && Number.isFinite(value))) throw new UserError(`${name} must be a positive number, got ${value}.`);
  }
}

/**
 * The 2005 model: permanent I = gamma sigma (X / V) (Theta / V)^(1/4), temporary K = eta sigma |X / (V T)|^(3/5), cost I / 2 + K.
 * `shares` is signed (a sale has negative impact on price), `durationDays` in trading days. IBM, 10 % of the daily volume over half a day:
 * 19.86 bp permanent, 8.49 bp temporary, 18.42 bp realised.
 */
export function almgrenImpact(
  market: AlmgrenMarket,
  shares: number,
  durationDays: number,
  coefficients: AlmgrenCoefficients = almgren2005,
): AlmgrenImpact {
  const { dailyVolume, sharesOutstanding, dailyVolatility } = market;
  requirePositive({ dailyVolume, sharesOutstanding, dailyVolatility, durationDays });
  const inverseTurnover = sharesOutstanding / dailyVolume;
  const normalizedPermanent = coefficients.gamma * (shares / dailyVolume) * inverseTurnover ** 0.25;
  const rate = Math.abs(shares / (dailyVolume * durationDays));
  const normalizedTemporary = coefficients.eta * Math.sign(shares) * rate ** 0.6;
  const permanentBps = normalizedPermanent * dailyVolatility * 1e4;
  const temporaryBps = normalizedTemporary * dailyVolatility * 1e4;
  return {
    inverseTurnover,
    normalizedPermanent,
    normalizedTemporary,
    permanentBps,
    temporaryBps,
    realizedBps: permanentBps / 2 + temporaryBps,
  };
}

/** The square-root law Y sigma sqrt(Q / V) in basis points: Y 1, 2 % daily volatility and 1 % of the volume cost 20 bp. */
export function squareRootImpactBps(participation: number, dailyVolatility: number, coefficient = 1): number {
  if (!(participation >= 0 && dailyVolatility >= 0 && coefficient >= 0)) {
    throw new UserError(
      `Participation, volatility and coefficient must not be negative, got ${participation}, ${dailyVolatility} and ${coefficient}.`,
    );
  }
  return coefficient * dailyVolatility * Math.sqrt(participation) * 1e4;
}

export interface PreTradeRequest {
  /** Units to trade, positive. */
  readonly quantity: number;
  /** Average daily volume in units, measured; absent when unknown. */
  readonly dailyVolume?: number | undefined;
  /** Daily volatility as a fraction, measured; absent when unknown. */
  readonly dailyVolatility?: number | undefined;
  /** Full quoted spread in basis points, 0 when left out. */
  readonly spreadBps?: number | undefined;
  /** Fees of one side in basis points, 0 when left out. */
  readonly feeBps?: number | undefined;
}

export interface PreTradeRules {
  /** Coefficient of the square-root law. */
  readonly coefficient: number;
  /** The share of the expected edge that the costs of the round trip may eat, 0 to 1. */
  readonly maxCostToEdge: number;
  /** The largest share of a day's volume that may be asked for. */
  readonly maxParticipation: number;
}

export const defaultPreTradeRules: PreTradeRules = { coefficient: 1, maxCostToEdge: 0.5, maxParticipation: 0.1 };

export type PreTradeEstimate =
  | { readonly kind: 'unknown'; readonly missing: readonly ('dailyVolume' | 'dailyVolatility')[]; readonly reason: string }
  | {
      readonly kind: 'estimate';
      readonly participation: number;
      readonly impactBps: number;
      /** One side: impact, half the spread and the fee. */
      readonly oneWayBps: number;
      readonly roundTripBps: number;
    };

const isMeasured = (value: number | undefined): value is number => value !== undefined && value > 0 && Number.isFinite(value);

/** The cost of a trade before it is sent. Missing, zero or non-finite volume or volatility gives `unknown`: nothing is guessed. */
export function estimatePreTradeCost(request: PreTradeRequest, rules: PreTradeRules = defaultPreTradeRules): PreTradeEstimate {
  requirePositive({ quantity: request.quantity });
  const { dailyVolume, dailyVolatility } = request;
  if (!isMeasured(dailyVolume) || !isMeasured(dailyVolatility)) {
    const missing: ('dailyVolume' | 'dailyVolatility')[] = [];
    if (!isMeasured(dailyVolume)) missing.push('dailyVolume');
    if (!isMeasured(dailyVolatility)) missing.push('dailyVolatility');
    return { kind: 'unknown', missing, reason: `No measured ${missing.join(' and ')}; the impact is not guessed.` };
  }
  const participation = request.quantity / dailyVolume;
  const impactBps = squareRootImpactBps(participation, dailyVolatility, rules.coefficient);
  const oneWayBps = impactBps + (request.spreadBps ?? 0) / 2 + (request.feeBps ?? 0);
  return { kind: 'estimate', participation, impactBps, oneWayBps, roundTripBps: 2 * oneWayBps };
}

export type PreTradeVerdict =
  | { readonly kind: 'accepted'; readonly estimate: Extract<PreTradeEstimate, { kind: 'estimate' }> }
  | {
      readonly kind: 'vetoed';
      readonly code: 'impact_eats_edge' | 'participation';
      readonly reason: string;
      readonly estimate: PreTradeEstimate;
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly estimate: PreTradeEstimate };

/** Vetoes a trade whose round trip would cost more than the allowed share of its expected edge (both in basis points of notional). */
export function preTradeVerdict(
  request: PreTradeRequest,
  expectedEdgeBps: number,
  rules: PreTradeRules = defaultPreTradeRules,
): PreTradeVerdict {
  const estimate = estimatePreTradeCost(request, rules);
  if (estimate.kind === 'unknown') return { kind: 'unknown', reason: estimate.reason, estimate };
  if (estimate.participation > rules.maxParticipation) {
    const reason = `The order is ${(estimate.participation * 100).toFixed(2)} % of a day's volume, above ${(rules.maxParticipation * 100).toFixed(2)} %.`;
    return { kind: 'vetoed', code: 'participation', reason, estimate };
  }
  // The negation keeps a NaN edge on the refusing side.
  if (!(estimate.roundTripBps <= rules.maxCostToEdge * expectedEdgeBps)) {
    const reason = `The round trip costs ${estimate.roundTripBps.toFixed(2)} bp against an expected edge of ${expectedEdgeBps.toFixed(2)} bp.`;
    return { kind: 'vetoed', code: 'impact_eats_edge', reason, estimate };
  }
  return { kind: 'accepted', estimate };
}
