import type { WorkingOrder } from '#execution';
import type { Lot } from '#portfolio';

/** The orders that opened lots, each once, the oldest first. */
export function entryOrders(lots: readonly Lot[]): number[] {
  return lots.length === 1 ? [lots[0]!.orderId] : [...new Set(lots.map(({ orderId }) => orderId))];
}

/** Units of long lots, and of short ones (negative). */
export function sidesOf(lots: readonly Lot[]): readonly [long: number, short: number] {
  let [long, short] = [0, 0];
  for (const { quantity } of lots) {
    if (quantity > 0) long += quantity;
    else short += quantity;
  }
  return [long, short];
}

/** Sizes of the lots that an order would close: those it names, or those of the other side. */
export function quantitiesAgainst(lots: readonly Lot[], { closes, direction }: WorkingOrder): number[] {
  return lots.filter((lot) => (closes > 0 ? lot.orderId === closes : lot.quantity * direction < 0)).map((lot) => lot.quantity);
}

/** Units of lots, whatever their side. */
export function unitsOf(quantities: readonly number[]): number {
  let units = 0;
  for (const quantity of quantities) units += Math.abs(quantity);
  return units;
}

/**
 * Units of exposure that a strategy's closing takes off the account's net position; negative where it adds some, because another strategy
 * stands on the other side.
 */
export function unitsFreed(net: number, closing: number, direction: number): number {
  return Math.abs(net) - Math.abs(net + direction * closing);
}
