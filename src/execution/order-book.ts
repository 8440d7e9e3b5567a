import { placeOf, takesTheOpen } from './order-rules.ts';
import { OrderQueue } from './order-queue.ts';
import { loadOrder, saveOrder, type OrderSnapshot } from './order-snapshot.ts';
import type { OrderHappening } from './order-states.ts';
import type { ExecutionProfile } from './profile.ts';
import type { WorkingOrder } from './working-order.ts';

/** Open orders and their places, safe in JSON: ids in matching order, of the waiting market orders and of each symbol's queue. */
export interface BookSnapshot {
  readonly orders: readonly OrderSnapshot[];
  readonly markets: readonly number[];
  readonly queues: readonly (readonly number[])[];
}

/** All that works at the venue: the market orders that wait for an open, and one queue a symbol for the rest. */
export class OrderBook {
  readonly queues: readonly OrderQueue[];
  markets: WorkingOrder[] = [];
  /** Those of them that meet the open at this moment. */
  meeting: readonly WorkingOrder[] = [];
  /** First row at which a waiting market order may fill; infinity for none. */
  marketRow = Number.POSITIVE_INFINITY;
  /** A waiting market order is for a target weight whose units are not known yet. */
  targetsWaiting = false;
  /** Day orders and those with a date, finished ones among them. */
  dated: WorkingOrder[] = [];
  /** Open orders. */
  working = 0;
  readonly #openFirst: boolean;
  readonly #queues: boolean;
  readonly #stepped: readonly boolean[];

  /** `finer`: by symbol, whether there are bars inside its bars. */
  constructor(finer: readonly boolean[], profile: ExecutionProfile) {
    this.queues = finer.map(() => new OrderQueue());
    this.#openFirst = profile.sequence === 'open_first';
    this.#queues = profile.limitFill === 'queue';
    this.#stepped = finer.map((has) => has && profile.latencyMs > 0);
  }

  /** Takes an order in; `row` is the last row already seen. */
  submit(order: WorkingOrder, row: number): void {
    order.happen('submit');
    if (!order.inFlight) order.happen('accept');
    this.working++;
    if (isDated(order)) this.dated.push(order);
    if (this.#queues && order.limit === order.limit) order.ahead = Number.POSITIVE_INFINITY;
    // An order that arrives inside a bar meets the next finer bar, which only the queue does.
    if (this.#openFirst && takesTheOpen(order) && !this.#stepped[order.symbol]!) this.#await(order);
    else this.queues[order.symbol]!.add(order, placeOf(order, this.#openFirst), row);
  }

  #await(order: WorkingOrder): void {
    if (this.markets.length === 0) this.markets = [order];
    else if (order.closes > 0) this.markets.unshift(order);
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
    const { markets, meeting } = this;
    const queue = this.queues[symbol]!.orders;
    const open = [...markets, ...queue].filter((order) => order.symbol === symbol && order.open);
    if (meeting.length === 0) return open;
    return [...meeting.filter((order) => order.symbol === symbol && order.open && !open.includes(order)), ...open];
  }

  snapshot(): BookSnapshot {
    const markets = this.markets.filter((order) => order.open);
    const queues = this.queues.map((queue) => queue.orders.filter((order) => order.open));
    const ids = (orders: readonly WorkingOrder[]): number[] => orders.map((order) => order.id);
    return { orders: [...markets, ...queues.flat()].map(saveOrder), markets: ids(markets), queues: queues.map(ids) };
  }

  /** Fills an empty book; `row` is the last row already seen, as the new data count it. Gives the orders by their ids. */
  restore(saved: BookSnapshot, row: number, rowsDropped: number): readonly WorkingOrder[] {
    const orders = saved.orders.map((order) => loadOrder(order, rowsDropped)).sort((one, other) => one.id - other.id);
    const byId = new Map(orders.map((order) => [order.id, order]));
    const named = (ids: readonly number[]): WorkingOrder[] => ids.map((id) => byId.get(id)!);
    this.markets = named(saved.markets);
    this.working = orders.length;
    this.dated = orders.filter(isDated);
    for (const order of this.markets) this.marketRow = Math.min(this.marketRow, Math.max(row + 1, order.firstRow));
    this.targetsWaiting = this.markets.some((order) => order.size.kind === 'target_weight' && Number.isNaN(order.quantity));
    this.queues.forEach((queue, symbol) => {
      queue.orders = named(saved.queues[symbol]!);
      queue.settle(row);
    });
    return orders;
  }
}

const isDated = ({ timeInForce }: WorkingOrder): boolean => timeInForce === 'day' || timeInForce === 'gtd';
