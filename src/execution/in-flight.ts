import type { OrderChange } from './order-rules.ts';
import type { WorkingOrder } from './working-order.ts';

/** A cancel or a replacement on its way to the venue; the order may fill before it gets there. */
export type Message =
  | { readonly kind: 'cancel'; readonly order: WorkingOrder; readonly arrival: number; readonly reason: string }
  | { readonly kind: 'replace'; readonly order: WorkingOrder; readonly arrival: number; readonly change: OrderChange };

/** Safe in JSON: the order by its id. */
export type MessageSnapshot =
  | { readonly kind: 'cancel'; readonly orderId: number; readonly arrival: number; readonly reason: string }
  | { readonly kind: 'replace'; readonly orderId: number; readonly arrival: number; readonly change: OrderChange };

/** Messages in the order of sending, each as late as the others. */
export class InFlight {
  #messages: Message[] = [];

  get waiting(): boolean {
    return this.#messages.length > 0;
  }

  send(message: Message): void {
    this.#messages.push(message);
  }

  /** Takes out what has arrived for a symbol by an instant; messages for orders that are done arrive for nobody. */
  arrived(symbol: number, time: number): Message[] {
    const here: Message[] = [];
    this.#messages = this.#messages.filter((message) => {
      if (!message.order.open) return false;
      if (message.order.symbol !== symbol || message.arrival > time) return true;
      here.push(message);
      return false;
    });
    return here;
  }

  /** A split: what a replacement on its way asks for follows its order. */
  split(symbol: number, ratio: number): void {
    this.#messages = this.#messages.map((message) => {
      if (message.kind === 'cancel' || message.order.symbol !== symbol) return message;
      const { quantity, limitPrice, stopPrice } = message.change;
      const change = {
        ...(quantity === undefined ? {} : { quantity: quantity * ratio }),
        ...(limitPrice === undefined ? {} : { limitPrice: limitPrice / ratio }),
        ...(stopPrice === undefined ? {} : { stopPrice: stopPrice / ratio }),
      };
      return { ...message, change };
    });
  }

  snapshot(): readonly MessageSnapshot[] {
    return this.#messages
      .filter(({ order }) => order.open)
      .map(({ order, ...message }) => ({ ...message, orderId: order.id }) as MessageSnapshot);
  }

  restore(saved: readonly MessageSnapshot[], orders: readonly WorkingOrder[]): void {
    const byId = new Map(orders.map((order) => [order.id, order]));
    this.#messages = saved.map(({ orderId, ...message }) => ({ ...message, order: byId.get(orderId)! }) as Message);
  }
}
