import { didYouMean, UserError } from '#core';
import type { OrderRequest, OrderSize, OrderType } from '#domain';
import { WorkingOrder } from '#execution';
import { settingFault, word, wordingFault } from './request-words.ts';

const USES: Readonly<Record<OrderType, readonly string[]>> = {
  market: [],
  limit: ['limitPrice'],
  stop: ['stopPrice'],
  stop_limit: ['stopPrice', 'limitPrice'],
  trailing_stop: ['trailAmount', 'trailPercent', 'stopPrice', 'activationPrice'],
  market_if_touched: ['triggerPrice'],
  limit_if_touched: ['triggerPrice', 'limitPrice'],
  market_to_limit: [],
  market_on_open: [],
  market_on_close: [],
  limit_on_open: ['limitPrice'],
  limit_on_close: ['limitPrice'],
};

/** What is wrong with a request, in one line, or undefined. Such a request is denied before it is sent. */
export function requestFault(request: OrderRequest): string | undefined {
  const uses = Object.hasOwn(USES, request.type) ? USES[request.type] : undefined;
  if (uses === undefined) return `unknown order type ${word(request.type)}. ${didYouMean(String(request.type), Object.keys(USES))}`;
  const fault =
    wordingFault(request) ??
    priceFault(request.type, uses, 'limitPrice', request.limitPrice) ??
    priceFault(request.type, uses, 'stopPrice', request.stopPrice) ??
    priceFault(request.type, uses, 'triggerPrice', request.triggerPrice) ??
    priceFault(request.type, uses, 'activationPrice', request.activationPrice) ??
    priceFault(request.type, uses, 'trailAmount', request.trailAmount) ??
    priceFault(request.type, uses, 'trailPercent', request.trailPercent);
  if (fault !== undefined) return fault;
  if (request.type === 'trailing_stop' && (request.trailAmount === undefined) === (request.trailPercent === undefined))
    return 'a trailing_stop order needs trailAmount or trailPercent, one of them';
  if (request.stopPrice !== undefined && request.activationPrice !== undefined)
    return 'a trailing_stop order starts at stopPrice or at activationPrice, not at both';
  if (request.ocoGroup !== undefined && request.ouoGroup !== undefined) return 'an order is in an ocoGroup or in an ouoGroup, not in both';
  const amount = sizeFault(request);
  if (amount !== undefined) return amount;
  const { stopLoss, takeProfit } = request;
  for (let exit = 0; exit < 2; exit++) {
    const level = exit === 0 ? stopLoss : takeProfit;
    if (level !== undefined && !(Number.isFinite(level) && level > 0)) return `an exit price must be positive, got ${level}`;
  }
  return settingFault(request, uses.includes('limitPrice')) ?? sideFault(request);
}

function priceFault(type: OrderType, uses: readonly string[], field: string, value: number | undefined): string | undefined {
  if (value === undefined) {
    return uses.length > 0 && type !== 'trailing_stop' && uses.includes(field) ? `a ${type} order needs ${field}` : undefined;
  }
  if (!uses.includes(field)) return `a ${type} order takes no ${field}`;
  return Number.isFinite(value) && value > 0 ? undefined : `${field} must be a positive price, got ${value}`;
}

/** A stop above its target for a long (or below for a short), or on the wrong side of the order's own price. */
function sideFault(request: OrderRequest): string | undefined {
  const sign = request.side === 'buy' ? 1 : -1;
  const { stopLoss, takeProfit } = request;
  const entry = request.limitPrice ?? request.stopPrice ?? request.triggerPrice;
  const below = (low: number | undefined, high: number | undefined): boolean =>
    low === undefined || high === undefined || (high - low) * sign > 0;
  if (!below(stopLoss, takeProfit)) return `stop ${stopLoss} is on the wrong side of target ${takeProfit}`;
  if (!below(stopLoss, entry)) return `stop ${stopLoss} is on the wrong side of the entry price ${entry}`;
  if (!below(entry, takeProfit)) return `target ${takeProfit} is on the wrong side of the entry price ${entry}`;
  return undefined;
}

/** Where it closes what an order opened, NaN units are all of that, and so are more than there are. */
function sizeFault(request: OrderRequest): string | undefined {
  const { closesOrder, size } = request;
  const asked = sizeOf(request);
  const positive = `the size must be positive, got ${asked}`;
  if (closesOrder === undefined) return Number.isFinite(asked) && asked > 0 ? undefined : positive;
  // The id of an order that was denied is 0, and would name lots of any.
  if (!(Number.isInteger(closesOrder) && closesOrder > 0)) return `closesOrder must be the id of an order, got ${closesOrder}`;
  const all = Number.isNaN(asked) && (typeof size === 'number' || size.kind === 'units');
  return all || asked > 0 ? undefined : positive;
}

function sizeOf(request: OrderRequest): number {
  const { size } = request;
  if (typeof size === 'number') return size;
  switch (size.kind) {
    case 'units':
      return size.units;
    case 'margin_fraction':
      return size.fraction;
    case 'target_weight':
      return size.weight === 0 ? 1 : Math.abs(size.weight);
    case 'notional':
      return size.notional;
  }
}

export interface OrderPlace {
  readonly id: number;
  readonly strategy: number;
  readonly strategyName: string;
  readonly symbol: number;
  readonly symbolName: string;
  readonly row: number;
  readonly time: number;
  readonly close: number;
  readonly firstRow: number;
}

export function workingOrder(request: OrderRequest, place: OrderPlace): WorkingOrder {
  // What was denied for a size of no kind is still an order to be shown.
  const given = request.size as OrderSize | number | null | undefined;
  const size = typeof given === 'object' && given !== null ? given : ({ kind: 'units', units: Number(given ?? Number.NaN) } as const);
  const direction = request.side === 'buy' ? 1 : -1;
  const order = new WorkingOrder(
    place.id,
    place.strategy,
    place.strategyName,
    place.symbol,
    place.symbolName,
    direction,
    request.type,
    size,
    place.row,
    place.time,
    place.firstRow,
  );
  if (request.limitPrice !== undefined) order.limit = request.limitPrice;
  if (request.stopPrice !== undefined) order.stop = request.stopPrice;
  if (request.triggerPrice !== undefined) order.stop = request.triggerPrice;
  if (request.trailAmount !== undefined) order.trailAmount = request.trailAmount;
  if (request.trailPercent !== undefined) order.trailPercent = request.trailPercent;
  if (request.type === 'trailing_stop' && request.stopPrice === undefined) startTrail(order, place.close, request.activationPrice);
  if (request.stopLoss !== undefined) order.stopLoss = request.stopLoss;
  if (request.takeProfit !== undefined) order.takeProfit = request.takeProfit;
  if (request.maxBars !== undefined) order.maxBars = request.maxBars;
  if (request.timeInForce !== undefined) order.timeInForce = request.timeInForce;
  if (request.goodTill !== undefined) order.goodTill = request.goodTill;
  if (request.postOnly !== undefined) order.postOnly = request.postOnly;
  if (request.reduceOnly !== undefined) order.reduceOnly = request.reduceOnly;
  if (request.closesOrder !== undefined) order.closes = request.closesOrder;
  const group = request.ocoGroup ?? request.ouoGroup;
  if (group !== undefined) order.group = group;
  order.cancelsGroup = request.ocoGroup !== undefined;
  if (request.tag !== undefined) order.tag = request.tag;
  return order;
}

/** At its distance from the price now, or asleep until the activation price is reached. */
function startTrail(order: WorkingOrder, close: number, activation: number | undefined): void {
  const asleep = activation !== undefined && (activation - close) * order.direction < 0;
  if (asleep) order.activation = activation;
  else order.startTrail(close);
}

/** Throws when a run could not start with these symbols. */
export function checkSymbols(symbols: readonly string[]): void {
  if (symbols.length === 0) throw new UserError('there are no bars to run on', 'Give at least one symbol with bars.');
  const seen = new Set<string>();
  for (const symbol of symbols) {
    if (seen.has(symbol)) throw new UserError(`${symbol} is given twice`, 'Give each symbol once.');
    seen.add(symbol);
  }
}
