import { roundToLot, roundToTick, type Instrument } from '#domain';
import type { OrderChange } from './order-rules.ts';
import type { WorkingOrder } from './working-order.ts';

/**
 * Puts an order on the instrument's grid: limits never worse than asked, stops never nearer than asked, quantities down to whole lots.
 * Gives the reason to deny it, or undefined. `close` is the last price; a tick of 0 is no grid. Orders that only reduce are never too
 * small, and one for all that they could close (`closable`) keeps the odd lot that a split left: what is open must be closable.
 * A part of it below one lot is no order.
 */
export function fitToInstrument(
  order: WorkingOrder,
  instrument: Instrument,
  close: number,
  closable?: (order: WorkingOrder) => number,
): string | undefined {
  if (instrument.tickSize > 0) fitPrices(order, instrument.tickSize);
  const reduces = order.reduceOnly || order.closes > 0;
  if (order.size.kind !== 'units' || order.quantity !== order.quantity) return exitsFault(order, close);
  const units = roundToLot(order.quantity, instrument.lotSize);
  if (units === 0 && (!reduces || order.quantity < (closable?.(order) ?? 0)))
    return `size ${order.quantity} of ${order.symbolName} is less than one lot of ${instrument.lotSize}`;
  if (!reduces) {
    const fault = tooSmall(order, units, instrument, order.limit === order.limit ? order.limit : close);
    if (fault !== undefined) return fault;
  }
  if (units !== order.quantity && (!reduces || (units > 0 && order.quantity !== closable?.(order)))) order.quantity = units;
  return exitsFault(order, close);
}

/** Why an order of so many units is below the venue's minimum, or undefined. */
export function tooSmall(order: WorkingOrder, units: number, instrument: Instrument, price: number): string | undefined {
  const { minQuantity, minNotional, multiplier } = instrument;
  if (units < minQuantity * (1 - 1e-12)) return `size ${units} of ${order.symbolName} is below the minimum of ${minQuantity}`;
  const notional = units * price * multiplier;
  if (minNotional > 0 && notional < minNotional)
    return `notional ${Number(notional.toPrecision(8))} of ${order.symbolName} is below the minimum of ${minNotional}`;
  return undefined;
}

function fitPrices(order: WorkingOrder, tick: number): void {
  const buys = order.direction > 0;
  const [better, further] = buys ? (['down', 'up'] as const) : (['up', 'down'] as const);
  if (order.limit === order.limit) order.limit = roundToTick(order.limit, tick, better);
  if (order.stop === order.stop) order.stop = roundToTick(order.stop, tick, order.touches ? better : further);
  if (order.activation === order.activation) order.activation = roundToTick(order.activation, tick, better);
  // The exits trade the other way round.
  if (order.stopLoss === order.stopLoss) order.stopLoss = roundToTick(order.stopLoss, tick, better);
  if (order.takeProfit === order.takeProfit) order.takeProfit = roundToTick(order.takeProfit, tick, further);
}

/** A replacement on the instrument's grid, rounded as the order itself was. */
export function fitChange(order: WorkingOrder, change: OrderChange, { tickSize, lotSize }: Instrument): OrderChange {
  const [better, further] = order.direction > 0 ? (['down', 'up'] as const) : (['up', 'down'] as const);
  const price = (given: number, towards: 'up' | 'down'): number => (tickSize > 0 ? roundToTick(given, tickSize, towards) : given);
  const { quantity, limitPrice, stopPrice } = change;
  return {
    ...(quantity === undefined ? {} : { quantity: roundToLot(quantity, lotSize) }),
    ...(limitPrice === undefined ? {} : { limitPrice: price(limitPrice, better) }),
    ...(stopPrice === undefined ? {} : { stopPrice: price(stopPrice, order.touches ? better : further) }),
  };
}

/** Exits of a market order are held against the last price, as a limit's or a stop's are held against their own. */
function exitsFault(order: WorkingOrder, close: number): string | undefined {
  if (order.limit === order.limit || order.stop === order.stop) return undefined;
  const { direction, stopLoss, takeProfit } = order;
  if (stopLoss === stopLoss && (close - stopLoss) * direction <= 0)
    return `stop ${stopLoss} is on the wrong side of the last price ${close}`;
  if (takeProfit === takeProfit && (takeProfit - close) * direction <= 0)
    return `target ${takeProfit} is on the wrong side of the last price ${close}`;
  return undefined;
}
