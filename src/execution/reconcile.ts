import type { OrderSide } from '#domain';

/** What one side believes: net units per symbol (zero may be left out), orders that still work, and cash when it is known. */
export interface AccountSnapshot {
  readonly positions: readonly { readonly symbol: string; readonly quantity: number }[];
  readonly orders: readonly SnapshotOrder[];
  readonly cash?: number;
}

export interface SnapshotOrder {
  /** The client order id. */
  readonly id: string;
  readonly symbol: string;
  readonly side: OrderSide;
  /** Units still to be filled; NaN while a size is not known before its fill. */
  readonly remaining: number;
  /** Closes a position when the price goes against it. */
  readonly protective: boolean;
}

export type AccountDifference =
  | { readonly kind: 'position'; readonly symbol: string; readonly local: number; readonly venue: number }
  | { readonly kind: 'order_unknown_here'; readonly id: string; readonly symbol: string }
  | { readonly kind: 'order_missing_there'; readonly id: string; readonly symbol: string }
  | { readonly kind: 'order_differs'; readonly id: string; readonly symbol: string; readonly local: number; readonly venue: number }
  | { readonly kind: 'unprotected'; readonly symbol: string; readonly quantity: number }
  | { readonly kind: 'cash'; readonly local: number; readonly venue: number };

export interface ReconcileTolerance {
  /** Units and money below which two numbers are the same. */
  readonly quantity: number;
  readonly cash: number;
}

const RECONCILE_TOLERANCE: ReconcileTolerance = { quantity: 1e-9, cash: 0.005 };

/**
 * What local state and the venue's own account disagree on; empty when they agree and every position has a stop working at the
 * venue. Pure: it mends nothing and decides nothing. Order of the answer: positions, orders, protection, cash.
 */
export function reconcile(
  local: AccountSnapshot,
  venue: AccountSnapshot,
  tolerance: ReconcileTolerance = RECONCILE_TOLERANCE,
): readonly AccountDifference[] {
  const differences: AccountDifference[] = [];
  const here = netOf(local);
  const there = netOf(venue);
  for (const symbol of [...new Set([...here.keys(), ...there.keys()])].sort()) {
    const own = here.get(symbol) ?? 0;
    const theirs = there.get(symbol) ?? 0;
    // Written so that a NaN on either side is a difference.
    if (!(Math.abs(own - theirs) <= tolerance.quantity)) differences.push({ kind: 'position', symbol, local: own, venue: theirs });
  }
  differences.push(...orderDifferences(local.orders, venue.orders, tolerance.quantity));
  for (const [symbol, quantity] of there) {
    if (Math.abs(quantity) <= tolerance.quantity) continue;
    const exit: OrderSide = quantity > 0 ? 'sell' : 'buy';
    if (!venue.orders.some((order) => order.symbol === symbol && order.protective && order.side === exit))
      differences.push({ kind: 'unprotected', symbol, quantity });
  }
  if (local.cash !== undefined && venue.cash !== undefined && !(Math.abs(local.cash - venue.cash) <= tolerance.cash))
    differences.push({ kind: 'cash', local: local.cash, venue: venue.cash });
  return differences;
}

/** One difference as a line. */
export function differenceText(difference: AccountDifference): string {
  switch (difference.kind) {
    case 'position':
      return `${difference.symbol}: ${difference.local} units here, ${difference.venue} at the venue`;
    case 'order_unknown_here':
      return `${difference.symbol}: the venue works order ${difference.id}, which is not known here`;
    case 'order_missing_there':
      return `${difference.symbol}: order ${difference.id} is not at the venue`;
    case 'order_differs':
      return `${difference.symbol}: order ${difference.id} has ${difference.local} left here, ${difference.venue} at the venue`;
    case 'unprotected':
      return `${difference.symbol}: ${difference.quantity} units without a stop at the venue`;
    case 'cash':
      return `cash is ${difference.local} here, ${difference.venue} at the venue`;
  }
}

function netOf(snapshot: AccountSnapshot): ReadonlyMap<string, number> {
  const net = new Map<string, number>();
  for (const { symbol, quantity } of snapshot.positions) net.set(symbol, (net.get(symbol) ?? 0) + quantity);
  return net;
}

function orderDifferences(local: readonly SnapshotOrder[], venue: readonly SnapshotOrder[], tolerance: number): AccountDifference[] {
  const differences: AccountDifference[] = [];
  const there = new Map(venue.map((order) => [order.id, order]));
  for (const { id, symbol, side, remaining } of local) {
    const other = there.get(id);
    there.delete(id);
    if (other === undefined) differences.push({ kind: 'order_missing_there', id, symbol });
    else if (other.side !== side || other.symbol !== symbol || !sameSize(remaining, other.remaining, tolerance))
      differences.push({ kind: 'order_differs', id, symbol, local: remaining, venue: other.remaining });
  }
  for (const { id, symbol } of there.values()) differences.push({ kind: 'order_unknown_here', id, symbol });
  return differences;
}

function sameSize(one: number, other: number, tolerance: number): boolean {
  return Math.abs(one - other) <= tolerance || (Number.isNaN(one) && Number.isNaN(other));
}
