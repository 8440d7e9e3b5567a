import { DAY_MS, MINUTE_MS } from '#core';
import type { OrderRecord, SeenInstant, StepRecord, TradingSession } from '#live';

/** One thing worth a line. */
export interface Happening {
  readonly time: number;
  readonly kind: 'order' | 'refused' | 'fill' | 'trade' | 'guard';
  readonly symbol: string;
  readonly text: string;
  /** Of a closed trade: net, in account currency. */
  readonly pnl?: number;
}

/** What an instant brought, in the order in which it came about: fills, closed trades, new entries with their reasons, refusals. */
export class Happenings {
  #trades = 0;

  of({ session, bars: { time }, step }: SeenInstant): readonly Happening[] {
    const found: Happening[] = [];
    for (const { order, symbol, side, quantity, price, reason } of step.fills) {
      const what = reason === 'signal' ? (session.engine.orders.find(order)?.reduceOnly === true ? 'exit' : 'entry') : reason;
      found.push({
        time,
        kind: 'fill',
        symbol,
        text: `${side === 'buy' ? 'bought' : 'sold'} ${units(quantity)} at ${money(price)} (${what})`,
      });
    }
    const { trades } = session.engine.ledger;
    for (; this.#trades < trades.length; this.#trades++) {
      const { symbol, side, pnl, returnFraction, exitReason, barsHeld } = trades[this.#trades]!;
      const text = `${side} closed by ${exitReason} after ${barsHeld} bar${barsHeld === 1 ? '' : 's'}: ${signed(pnl)} (${signedPercent(returnFraction)})`;
      found.push({ time, kind: 'trade', symbol, text, pnl });
    }
    for (const order of step.orders) {
      const happening = orderHappening(session, time, order, step);
      if (happening !== undefined) found.push(happening);
    }
    for (const [guard, level, reason] of step.guards ?? [])
      found.push({ time, kind: 'guard', symbol: '', text: `${guard}: ${level}${reason === '' ? '' : `, ${reason}`}` });
    return found;
  }
}

function orderHappening({ header }: TradingSession, time: number, order: OrderRecord, step: StepRecord): Happening | undefined {
  const { symbol, side, quantity, status, reason } = order;
  if (status === 'denied' || status === 'rejected' || status === 'expired')
    return { time, kind: 'refused', symbol, text: `${side} order ${order.id} ${status}: ${reason}` };
  if (order.purpose !== 'signal' || order.created !== time || order.filled > 0 || status !== 'accepted') return undefined;
  const said = step.decisions.find(
    ([strategy, at]) => header.strategies[strategy]!.name === order.strategy && header.symbols[at] === symbol,
  );
  const size = quantity === null ? '' : ` ${units(quantity)}`;
  const when =
    order.limit === null && order.stop === null ? 'at the next open' : `${order.type} ${money(order.limit ?? order.stop ?? Number.NaN)}`;
  return { time, kind: 'order', symbol, text: `${side}${size} ${when}: ${said?.[2] ?? 'no reason given'}` };
}

export const money = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 });
export const units = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 });
export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${money(Math.abs(value))}`;
export const signedPercent = (fraction: number): string => `${fraction < 0 ? '-' : '+'}${Math.abs(fraction * 100).toFixed(2)} %`;
/** The start of a bar, as exact as its length asks for. */
export function dayOf(time: number, timeframeMs: number): string {
  const text = new Date(time).toISOString().replace('T', ' ');
  return text.slice(0, timeframeMs >= DAY_MS ? 10 : timeframeMs >= MINUTE_MS ? 16 : 19);
}
