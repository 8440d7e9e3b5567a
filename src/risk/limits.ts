import { didYouMean, UserError } from '#core';

/** Every limit the gate knows. A limit left out is not checked. Fractions are of equity unless said otherwise. */
export interface RiskLimits {
  /** Units of one order. */
  readonly maxOrderQuantity?: number;
  /** Account currency of one order. */
  readonly maxOrderNotional?: number;
  /** Length of the window of the next two. */
  readonly sizeWindowMs?: number;
  /** Units of one symbol asked for within the window. */
  readonly maxWindowQuantity?: number;
  /** Account currency asked for within the window, over all symbols. */
  readonly maxWindowNotional?: number;
  /** How far a limit price may lie from the last price, as a fraction of the last price, either way. */
  readonly priceCollarFraction?: number;
  /** Sum of absolute positions, working orders included at their worst, in multiples of equity. */
  readonly maxGrossExposure?: number;
  /** Absolute sum of signed positions, in multiples of equity. */
  readonly maxNetExposure?: number;
  /** The largest position in one symbol, in multiples of equity. */
  readonly maxConcentration?: number;
  /** Fall from the highest equity at which nothing new is opened. */
  readonly maxDrawdownFraction?: number;
  /** Loss since the day's start, as a fraction of the equity it started with, at which nothing new is opened. */
  readonly maxDailyLossFraction?: number;
  /** The same symbol, side, quantity and prices within this time is a duplicate. */
  readonly duplicateWindowMs?: number;
  readonly messageWindowMs?: number;
  /** Orders that may be sent within `messageWindowMs`. */
  readonly maxMessages?: number;
  readonly maxOpenOrders?: number;
  /** The share of an opening order's expected edge that the costs of its round trip (impact, spread, slippage, fees) may eat. */
  readonly maxCostToEdge?: number;
  /** Edge of an order that states none, in basis points of its notional; its target, where it has one, is the most it can earn. */
  readonly expectedEdgeBps?: number;
  /** Refuse an order that could trade with one of our own. On unless set to false. */
  readonly refuseSelfCross?: boolean;
}

const limitNames: readonly (keyof RiskLimits)[] = [
  'maxOrderQuantity',
  'maxOrderNotional',
  'sizeWindowMs',
  'maxWindowQuantity',
  'maxWindowNotional',
  'priceCollarFraction',
  'maxGrossExposure',
  'maxNetExposure',
  'maxConcentration',
  'maxDrawdownFraction',
  'maxDailyLossFraction',
  'duplicateWindowMs',
  'messageWindowMs',
  'maxMessages',
  'maxOpenOrders',
  'maxCostToEdge',
  'expectedEdgeBps',
  'refuseSelfCross',
];

/** The limits with every number present: an absent one is Infinity (a window: 0), so that the hot path compares and never asks. */
export type CompiledLimits = { readonly [K in Exclude<keyof RiskLimits, 'refuseSelfCross'>]-?: number } & {
  readonly refuseSelfCross: boolean;
};

export function compileLimits(limits: RiskLimits): CompiledLimits {
  for (const [key, value] of Object.entries(limits)) {
    if (!limitNames.includes(key as keyof RiskLimits)) throw new UserError(`Unknown risk limit "${key}".`, didYouMean(key, limitNames));
    if (key === 'refuseSelfCross') {
      if (typeof value !== 'boolean') throw new UserError(`Risk limit refuseSelfCross must be true or false, got ${String(value)}.`);
    } else if (!(typeof value === 'number' && value >= 0)) {
      throw new UserError(`Risk limit ${key} must be a number of at least 0, got ${String(value)}.`);
    }
  }
  const pairs: readonly (readonly [keyof RiskLimits, keyof RiskLimits])[] = [
    ['maxWindowQuantity', 'sizeWindowMs'],
    ['maxWindowNotional', 'sizeWindowMs'],
    ['maxMessages', 'messageWindowMs'],
  ];
  for (const [limit, window] of pairs) {
    if (limits[limit] !== undefined && limits[window] === undefined)
      throw new UserError(`Risk limit ${limit} needs a window.`, `Set ${window} in milliseconds.`);
  }
  if (limits.expectedEdgeBps !== undefined && limits.maxCostToEdge === undefined)
    throw new UserError(
      'Risk limit expectedEdgeBps limits nothing alone.',
      'Set maxCostToEdge too, the share of the edge that costs may eat.',
    );
  const number = (key: Exclude<keyof RiskLimits, 'refuseSelfCross'>): number => limits[key] ?? Number.POSITIVE_INFINITY;
  return {
    maxOrderQuantity: number('maxOrderQuantity'),
    maxOrderNotional: number('maxOrderNotional'),
    sizeWindowMs: limits.sizeWindowMs ?? 0,
    maxWindowQuantity: number('maxWindowQuantity'),
    maxWindowNotional: number('maxWindowNotional'),
    priceCollarFraction: number('priceCollarFraction'),
    maxGrossExposure: number('maxGrossExposure'),
    maxNetExposure: number('maxNetExposure'),
    maxConcentration: number('maxConcentration'),
    maxDrawdownFraction: number('maxDrawdownFraction'),
    maxDailyLossFraction: number('maxDailyLossFraction'),
    duplicateWindowMs: limits.duplicateWindowMs ?? 0,
    messageWindowMs: limits.messageWindowMs ?? 0,
    maxMessages: number('maxMessages'),
    maxOpenOrders: number('maxOpenOrders'),
    maxCostToEdge: number('maxCostToEdge'),
    expectedEdgeBps: number('expectedEdgeBps'),
    refuseSelfCross: limits.refuseSelfCross ?? true,
  };
}
