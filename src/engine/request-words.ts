import { didYouMean, UserError } from '#core';
import type { OrderRequest, OrderSize, TimeInForce } from '#domain';

const FIELDS: Readonly<Record<keyof OrderRequest, true>> = {
  symbol: true,
  side: true,
  type: true,
  size: true,
  limitPrice: true,
  stopPrice: true,
  triggerPrice: true,
  trailAmount: true,
  trailPercent: true,
  activationPrice: true,
  timeInForce: true,
  goodTill: true,
  postOnly: true,
  reduceOnly: true,
  stopLoss: true,
  takeProfit: true,
  expectedEdgeBps: true,
  maxBars: true,
  ocoGroup: true,
  ouoGroup: true,
  closesOrder: true,
  tag: true,
};
const NAMES = new Set<string>(Object.keys(FIELDS));
const LIFETIMES: Readonly<Record<TimeInForce, true>> = { gtc: true, day: true, ioc: true, fok: true, gtd: true };
const SIZES: Readonly<Record<OrderSize['kind'], true>> = { units: true, margin_fraction: true, target_weight: true, notional: true };

/**
 * A word of a request that no order has. The types say so too, but a strategy file runs unchecked: there `side: 'BUY'` would have been a
 * sale, and `stoploss` an entry without a stop.
 */
export function wordingFault(request: OrderRequest): string | undefined {
  for (const name in request) if (!NAMES.has(name)) return `an order has no "${name}". ${didYouMean(name, NAMES)}`;
  const { side, timeInForce, size } = request;
  if (side !== 'buy' && side !== 'sell') return `unknown side ${word(side)}: buy or sell`;
  if (timeInForce !== undefined && !Object.hasOwn(LIFETIMES, timeInForce))
    return `unknown timeInForce ${word(timeInForce)}. ${didYouMean(String(timeInForce), Object.keys(LIFETIMES))}`;
  if (typeof size === 'number') return undefined;
  if (typeof size !== 'object' || size === null) return `an order needs a size in units, or { kind: … }, got ${word(size)}`;
  return Object.hasOwn(SIZES, size.kind)
    ? undefined
    : `unknown kind of size ${word(size.kind)}. ${didYouMean(String(size.kind), Object.keys(SIZES))}`;
}

/** Numbers and switches that fit no order, or not this one. `rests`: its type has a limit. */
export function settingFault(request: OrderRequest, rests: boolean): string | undefined {
  const { type, size, timeInForce, goodTill, postOnly, maxBars, trailPercent } = request;
  if (trailPercent !== undefined && trailPercent >= 1) return `trailPercent is a fraction below 1, got ${trailPercent}: 0.02 is 2 %`;
  if (typeof size !== 'number' && size.kind === 'margin_fraction' && size.fraction > 1)
    return `a margin_fraction is a part of the margin in (0, 1], got ${size.fraction}`;
  if (maxBars !== undefined && !(Number.isInteger(maxBars) && maxBars > 0)) return `maxBars must be a whole number from 1, got ${maxBars}`;
  if (postOnly === true && !rests) return `a ${type} order takes liquidity and cannot be postOnly`;
  if (timeInForce === 'gtd')
    return Number.isFinite(goodTill) ? undefined : `a gtd order needs goodTill${goodTill === undefined ? '' : `, got ${goodTill}`}`;
  return goodTill === undefined ? undefined : `goodTill needs timeInForce gtd, got ${timeInForce ?? 'gtc'}`;
}

const CHANGES = ['quantity', 'limitPrice', 'stopPrice'];

/** Throws for a word that no change has: it would be a change of nothing, told as done. */
export function checkChange(change: object): void {
  for (const name in change)
    if (!CHANGES.includes(name)) throw new UserError(`a change of an order has no "${name}"`, didYouMean(name, CHANGES));
}

/** As it was given, for a message. */
export const word = (given: unknown): string => (typeof given === 'string' ? `"${given}"` : String(given));
