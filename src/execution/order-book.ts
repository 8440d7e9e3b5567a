import { goesInFront } from './order-rules.ts';
import { OrderQueue } from './order-queue.ts';
import type { OrderHappening } from './order-states.ts';
import type { ExecutionProfile } from './profile.ts';
import type { WorkingOrder } from './working-order.ts';

/** All that works at the venue: the market orders that wait for an open, and one queue a symbol for the rest. */
export class OrderBook {
  readonly queues: readonly OrderQueue[];
  markets: WorkingOrder[] = [];
  /** First row at which a waiting market order may fill; infinity for none. */
  marketRow = Number.POSITIVE_INFINITY;
  /** A waiting market order is for a target weight whose units are not known yet. */
  targetsWaiting = false;
  /** Open orders. */
  working = 0;
  readonly #openFirst: boolean;

  constructor(symbols: number, profile: ExecutionProfile) {
    this.queues = Array.from({ length: symbols }, () => new OrderQueue());
    this.#openFirst = profile.sequence === 'open_first';
  }

  /** Takes an order in; `row` is the last row already seen. */
  submit(order: WorkingOrder, row: number): void {
    order.happen('submit');
    order.happen('accept');
    this.working++;
    if (this.#openFirst && (order.type === 'market' || order.type === 'market_on_open')) this.#await(order);
    else this.queues[order.symbol]!.add(order, goesInFront(order), row);
  }

  #await(order: WorkingOrder): void {
    if (order.closes > 0) this.markets.unshift(order);
    else this.markets.push(order);
    if (order.size.kind === 'target_weight') this.targetsWaiting = true;
    if (order.firstRow < this.marketRow) this.marketRow = order.firstRow;
  }

  /** Ends an open order without a fill. */
  end(order: WorkingOrder, happening: OrderHappening, reason: string): void {
    order.happen(happening, reason);
    this.working--;
  }

  ordersOf(symbol: number): readonly WorkingOrder[] {
    return [...this.markets.filter((order) => order.symbol === symbol), ...this.queues[symbol]!.orders].filter((order) => order.open);
  }
}
