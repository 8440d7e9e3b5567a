import type { BarUnderMatch } from './match.ts';
import { WorkingOrder, type OrderPurpose } from './working-order.ts';

/** Where and when an exit comes alive. */
export interface ExitPlace {
  readonly id: number;
  readonly row: number;
  readonly time: number;
  readonly firstRow: number;
}

/** An exit of a bracket: closes what `parent` opened, as much of it as is still open when it fills. */
export function exitOrder(
  parent: WorkingOrder,
  purpose: OrderPurpose,
  type: 'limit' | 'stop' | 'market',
  price: number,
  place: ExitPlace,
): WorkingOrder {
  const child = new WorkingOrder(
    place.id,
    parent.strategy,
    parent.strategyName,
    parent.symbol,
    parent.symbolName,
    -parent.direction,
    type,
    { kind: 'units', units: Number.NaN },
    place.row,
    place.time,
    place.firstRow,
  );
  child.closes = parent.id;
  child.isChild = true;
  child.reduceOnly = true;
  child.purpose = purpose;
  child.tag = parent.tag;
  if (type === 'limit') child.limit = price;
  if (type === 'stop') child.stop = price;
  return child;
}

/** backtesting.py: a stop entry whose bar reaches its target, or gapped beyond it, and not its stop may still take the target in that bar. */
export function targetOnly(order: WorkingOrder, { low, high }: BarUnderMatch): boolean {
  if (order.type !== 'stop') return false;
  const { takeProfit, stopLoss } = order;
  return order.direction > 0 ? takeProfit <= high && !(stopLoss >= low) : takeProfit >= low && !(stopLoss <= high);
}
