import type { OrderStatus } from '#domain';

/** What can happen to an order, from our side or the venue's. */
export type OrderHappening =
  | 'deny'
  | 'submit'
  | 'accept'
  | 'reject'
  | 'fill_part'
  | 'fill_all'
  | 'ask_cancel'
  | 'cancel'
  | 'ask_replace'
  | 'replace'
  | 'expire'
  | 'lose_track';

/** True once nothing but a late fill can change the order. */
export function isTerminal(status: OrderStatus): boolean {
  return status === 'filled' || status === 'canceled' || status === 'denied' || status === 'rejected' || status === 'expired';
}

/**
 * The one transition function of orders. Two rules stand above the table: a terminal order never reopens, and a fill wins over every
 * failure (a venue that reported `rejected` or `canceled` and then a fill has filled). A happening that makes no sense leaves the status as it was:
 * a late `accept` after a fill, a second `cancel`.
 */
export function nextStatus(status: OrderStatus, happening: OrderHappening): OrderStatus {
  if (happening === 'fill_all') return status === 'denied' ? status : 'filled';
  if (isTerminal(status)) return status;
  switch (happening) {
    case 'deny':
      return status === 'created' ? 'denied' : status;
    case 'submit':
      return status === 'created' ? 'submitted' : status;
    case 'accept':
      return status === 'created' || status === 'submitted' || status === 'unknown' ? 'accepted' : status;
    case 'reject':
      return status === 'partially_filled' ? 'canceled' : 'rejected';
    case 'fill_part':
      return status === 'pending_cancel' || status === 'pending_replace' ? status : 'partially_filled';
    case 'ask_cancel':
      return status === 'created' ? 'canceled' : 'pending_cancel';
    case 'cancel':
      return 'canceled';
    case 'ask_replace':
      return status === 'accepted' || status === 'partially_filled' ? 'pending_replace' : status;
    case 'replace':
      return status === 'pending_replace' ? 'accepted' : status;
    case 'expire':
      return 'expired';
    case 'lose_track':
      return 'unknown';
  }
}
