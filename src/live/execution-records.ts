import type { Order } from '#domain';
import type { ExecutionRecord } from '#statistics';
import type { TradingSession } from './session.ts';

/**
 * Every finished order as the execution monitor reads it. An entry was decided at the close of its bar; a stop or target is
 * measured against its own price, so that a gap through a stop shows as slippage. Canceled exits whose position another exit closed
 * are no failure of execution and are left out.
 */
export function executionRecords(session: TradingSession): readonly ExecutionRecord[] {
  const { engine, timeframe } = session;
  const fillsOf = new Map<number, ExecutionRecord['fills'][number][]>();
  for (const { orderId, time, quantity, price, fee } of engine.fills) {
    const fills = fillsOf.get(orderId) ?? [];
    fills.push({ time, quantity, price, fee });
    fillsOf.set(orderId, fills);
  }
  const records: ExecutionRecord[] = [];
  engine.orders.each((order, child) => {
    const outcome = outcomeOf(order, child);
    if (outcome === undefined || (child && order.filledQuantity === 0)) return;
    const decisionTime = order.createdTime + timeframe.ms;
    records.push({
      symbol: order.symbol,
      side: order.side,
      quantity: order.quantity > 0 ? order.quantity : order.filledQuantity,
      decisionPrice: decisionPrice(session, order),
      decisionTime,
      sentTime: decisionTime,
      outcome,
      fills: (fillsOf.get(order.id) ?? []).map((fill) => ({ ...fill, time: Math.max(fill.time, decisionTime) })),
    });
  });
  return records.filter(({ quantity, decisionPrice: price }) => quantity > 0 && price > 0);
}

function decisionPrice(session: TradingSession, order: Order): number {
  if (order.stopPrice > 0) return order.stopPrice;
  if (order.limitPrice > 0) return order.limitPrice;
  const { time, close, length } = session.series.find(({ symbol }) => symbol === order.symbol)!;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! <= order.createdTime) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? Number.NaN : close[low - 1]!;
}

function outcomeOf(order: Order, child: boolean): ExecutionRecord['outcome'] | undefined {
  switch (order.status) {
    case 'filled':
      return 'filled';
    case 'canceled':
      return order.filledQuantity > 0 ? 'cancelled' : child ? undefined : 'cancelled';
    case 'rejected':
      return 'rejected';
    case 'expired':
      return 'expired';
    default:
      return undefined;
  }
}
