import type { BarsRecord, OrderRecord, StepRecord, TradingSession } from '#live';

/** One thing worth a line. */
export interface Happening {
  readonly time: number;
  readonly kind: 'entry' | 'refused' | 'fill' | 'trade' | 'order';
  readonly symbol: string;
  readonly text: string;
  /** Of a closed trade: net, in account currency. */
  readonly pnl?: number;
}

/** What an instant brought, in the order in which it came about: fills, closed trades, new entries with their reasons, refusals. */
export class Happenings {
  readonly #session: TradingSession;
  #trades: number;

  constructor(session: TradingSession) {
    this.#session = session;
    this.#trades = session.engine.ledger.trades.length;
  }

  of(bars: BarsRecord, step: StepRecord): readonly Happening[] {
    const { time } = bars;
    const found: Happening[] = [];
    for (const { symbol, side, quantity, price, reason } of step.fills)
      found.push({
        time,
        kind: 'fill',
        symbol,
        text: `${side === 'buy' ? 'bought' : 'sold'} ${units(quantity)} at ${money(price)} (${reason === 'signal' ? 'entry or exit by signal' : reason})`,
      });
    const { trades } = this.#session.engine.ledger;
    for (; this.#trades < trades.length; this.#trades++) {
      const { symbol, side, pnl, returnFraction, exitReason, barsHeld } = trades[this.#trades]!;
      const text = `${side} closed by ${exitReason} after ${barsHeld} bars: ${signed(pnl)} (${signed(returnFraction * 100)} %)`;
      found.push({ time, kind: 'trade', symbol, text, pnl });
    }
    for (const order of step.orders) {
      const happening = this.#orderHappening(time, order, step);
      if (happening !== undefined) found.push(happening);
    }
    return found;
  }

  #orderHappening(time: number, order: OrderRecord, step: StepRecord): Happening | undefined {
    const { symbol, side, quantity, status, reason } = order;
    if (status === 'denied' || status === 'rejected' || status === 'expired')
      return { time, kind: 'refused', symbol, text: `${side} order ${order.id} ${status}: ${reason}` };
    if (order.purpose !== 'signal' || order.created !== time || order.filled > 0 || status !== 'accepted') return undefined;
    const why =
      step.decisions.find(([strategy, at]) => this.#names(strategy) === order.strategy && this.#symbols[at] === symbol)?.[2] ?? '';
    const size = quantity === null ? '' : ` ${units(quantity)}`;
    return { time, kind: 'entry', symbol, text: `${side}${size} at the next open: ${why}` };
  }

  #names(strategy: number): string | undefined {
    return this.#session.header.strategies[strategy]?.name;
  }

  get #symbols(): readonly string[] {
    return this.#session.header.symbols;
  }
}

export const money = (value: number): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 });
export const units = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: Math.abs(value) < 10 ? 4 : 2 });
export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${money(Math.abs(value))}`;
export const dayOf = (time: number, timeframeMs: number): string =>
  timeframeMs >= 86_400_000 ? new Date(time).toISOString().slice(0, 10) : new Date(time).toISOString().slice(0, 16).replace('T', ' ');
