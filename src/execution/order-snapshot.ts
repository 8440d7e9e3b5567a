import type { OrderSize, OrderStatus, OrderType, TimeInForce } from '#domain';
import { WorkingOrder, type OrderPurpose } from './working-order.ts';

/** A number in JSON: infinities by name, NaN as null. */
export type JsonNumber = number | null | 'Infinity' | '-Infinity';

export function toJsonNumber(value: number): JsonNumber {
  if (value !== value) return null;
  if (value === Number.POSITIVE_INFINITY) return 'Infinity';
  return value === Number.NEGATIVE_INFINITY ? '-Infinity' : value;
}

export function fromJsonNumber(value: JsonNumber | undefined): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}

const NUMBERS = [
  'direction',
  'quantity',
  'filled',
  'paid',
  'limit',
  'stop',
  'trailAmount',
  'trailPercent',
  'stopLoss',
  'takeProfit',
  'goodTill',
  'arrival',
  'activation',
  'ahead',
  'maxBars',
  'closes',
  'bornStep',
] as const;
const FLAGS = [
  'triggered',
  'inFlight',
  'met',
  'cancelsGroup',
  'postOnly',
  'reduceOnly',
  'isChild',
  'exitsSpawned',
  'refused',
  'bornInside',
] as const;
const TEXTS = ['group', 'tag', 'reason'] as const;

/** One order as plain data, safe in JSON; numbers that are NaN, flags that are down and empty texts are left out. */
export interface OrderSnapshot {
  readonly id: number;
  readonly strategy: number;
  readonly strategyName: string;
  readonly symbol: number;
  readonly symbolName: string;
  readonly type: OrderType;
  readonly size: readonly [OrderSize['kind'], JsonNumber];
  readonly status: OrderStatus;
  readonly timeInForce: TimeInForce;
  readonly purpose: OrderPurpose;
  readonly createdRow: number;
  readonly createdTime: number;
  readonly firstRow: number;
  readonly numbers: Readonly<Partial<Record<(typeof NUMBERS)[number], JsonNumber>>>;
  readonly flags: readonly (typeof FLAGS)[number][];
  readonly texts: Readonly<Partial<Record<(typeof TEXTS)[number], string>>>;
}

export function saveOrder(order: WorkingOrder): OrderSnapshot {
  const { id, strategy, strategyName, symbol, symbolName, type, status, timeInForce, purpose, createdRow, createdTime, firstRow } = order;
  const asItIs = { id, strategy, strategyName, symbol, symbolName, type, status, timeInForce, purpose, createdRow, createdTime, firstRow };
  return {
    ...asItIs,
    size: [order.size.kind, toJsonNumber(amountOf(order.size))],
    numbers: Object.fromEntries(NUMBERS.filter((name) => !Number.isNaN(order[name])).map((name) => [name, toJsonNumber(order[name])])),
    // Met by a bar, or not yet, for want of one near its price: that is of matter only to what must not take.
    flags: FLAGS.filter((name) => order[name] && (name !== 'met' || order.postOnly)),
    texts: Object.fromEntries(TEXTS.filter((name) => order[name] !== '').map((name) => [name, order[name]])),
  };
}

/** The order again, `rowsDropped` rows earlier. */
export function loadOrder(saved: OrderSnapshot, rowsDropped: number): WorkingOrder {
  const order = new WorkingOrder(
    saved.id,
    saved.strategy,
    saved.strategyName,
    saved.symbol,
    saved.symbolName,
    1,
    saved.type,
    sizeFrom(saved.size),
    saved.createdRow - rowsDropped,
    saved.createdTime,
    saved.firstRow - rowsDropped,
  );
  for (const name of NUMBERS) order[name] = fromJsonNumber(saved.numbers[name]);
  for (const name of saved.flags) order[name] = true;
  for (const name of TEXTS) order[name] = saved.texts[name] ?? '';
  order.status = saved.status;
  order.timeInForce = saved.timeInForce;
  order.purpose = saved.purpose;
  return order;
}

function amountOf(size: OrderSize): number {
  switch (size.kind) {
    case 'units':
      return size.units;
    case 'margin_fraction':
      return size.fraction;
    case 'target_weight':
      return size.weight;
    case 'notional':
      return size.notional;
  }
}

function sizeFrom([kind, saved]: OrderSnapshot['size']): OrderSize {
  const amount = fromJsonNumber(saved);
  switch (kind) {
    case 'units':
      return { kind, units: amount };
    case 'margin_fraction':
      return { kind, fraction: amount };
    case 'target_weight':
      return { kind, weight: amount };
    case 'notional':
      return { kind, notional: amount };
  }
}
