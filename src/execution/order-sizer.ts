import type { Instrument } from '#domain';
import type { FeeFunction } from './fees.ts';
import { tooSmall } from './instrument-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import type { VenueHost } from './venue-host.ts';
import type { WorkingOrder } from './working-order.ts';

/** How many units an order may trade at a price: its size, what it may close, what the margin allows. */
export class OrderSizer {
  readonly #host: VenueHost;
  readonly #instruments: readonly Instrument[];
  readonly #profile: ExecutionProfile;
  readonly #fee: FeeFunction;

  constructor(host: VenueHost, instruments: readonly Instrument[], profile: ExecutionProfile, fee: FeeFunction) {
    this.#host = host;
    this.#instruments = instruments;
    this.#profile = profile;
    this.#fee = fee;
  }

  /** Units the order still wants at this price; sizes given as a fraction, weight or notional are fixed here, once. */
  wantedUnits(order: WorkingOrder, price: number, raw: number): number {
    const host = this.#host;
    if (order.closes > 0) {
      const open = host.openOf(order.strategy, order.symbol, order.closes);
      if (open === 0 || open * order.direction > 0) return 0;
      if (!order.closesAll && order.quantity !== order.quantity) order.quantity = this.#sizeAt(order, price, raw);
      const wanted = order.closesAll ? Math.abs(open) : Math.min(order.remaining, Math.abs(open));
      order.quantity = order.filled + wanted;
      return wanted;
    }
    if (order.quantity !== order.quantity) {
      order.quantity = this.#sizeAt(order, price, raw);
      const fault = this.#fault(order, price);
      if (fault !== undefined) {
        order.quantity = 0;
        order.happen('reject', fault);
      }
    }
    if (order.reduceOnly) {
      const held = this.#against(order);
      if (held < order.remaining) {
        order.quantity = order.filled + held;
        if (held > 0) order.reason = 'only what was open';
      }
    }
    return order.remaining;
  }

  /** Below the venue's minimum; what only reduces, or leaves nothing, is never too small. */
  #fault(order: WorkingOrder, price: number): string | undefined {
    const { quantity, reduceOnly, size } = order;
    if (quantity === 0 || reduceOnly || (size.kind === 'target_weight' && size.weight === 0)) return undefined;
    return tooSmall(order, quantity, this.#instruments[order.symbol]!, price);
  }

  #sizeAt(order: WorkingOrder, price: number, raw: number): number {
    const host = this.#host;
    const { lotSize, multiplier } = this.#instruments[order.symbol]!;
    const size = order.size;
    if (size.kind === 'margin_fraction') {
      const fee = this.#fee(size.fraction, size.fraction * raw * multiplier, false, order.direction < 0, host.turnover) / size.fraction;
      const units = floorToLot(
        (host.availableMargin(order.symbol, 0, 0) * host.leverage * size.fraction) / ((price * multiplier + fee) * host.rate(order.symbol)),
        lotSize,
      );
      if (units === 0) order.happen('reject', 'insufficient margin for one lot');
      return units;
    }
    const worth = price * multiplier * host.rate(order.symbol);
    if (size.kind === 'notional') return floorToLot(size.notional / worth, lotSize);
    if (size.kind === 'target_weight') {
      const target = (size.weight * host.equity()) / worth;
      const difference = (target - host.held(order.strategy, order.symbol)) * order.direction;
      return Math.max(0, floorToLot(difference, lotSize));
    }
    return size.units;
  }

  /** Side and quantity of an order for a weight of this equity, at this price; weight 0 closes all that is held. Gives why the venue would not take it. */
  resolveTarget(order: WorkingOrder, weight: number, equity: number, price: number): string | undefined {
    const { lotSize, multiplier } = this.#instruments[order.symbol]!;
    const held = this.#host.held(order.strategy, order.symbol);
    const change = weight === 0 ? -held : (weight * equity) / (price * multiplier * this.#host.rate(order.symbol)) - held;
    order.direction = change < 0 ? -1 : 1;
    order.quantity = weight === 0 ? Math.abs(held) : floorToLot(Math.abs(change), lotSize);
    return this.#fault(order, price);
  }

  /** Units that the order closes before it opens any; in a hedging account only an order that may only reduce, or for a weight, closes lots unnamed. */
  closable(order: WorkingOrder): number {
    if (order.closes > 0) return Number.POSITIVE_INFINITY;
    const opens = this.#host.hedging && !order.reduceOnly && order.size.kind !== 'target_weight';
    return opens ? 0 : this.#against(order);
  }

  /** Units of the other side that the order's strategy holds; where lots of both sides live side by side, only those of the other side. */
  #against(order: WorkingOrder): number {
    const host = this.#host;
    if (!host.hedging) return Math.max(0, -order.direction * host.held(order.strategy, order.symbol));
    let units = 0;
    for (const lot of host.lotsAgainst(order)) units += Math.abs(lot);
    return units;
  }

  /** Opening units that the margin allows once `closing` units are gone: all, fewer (`reduced`), or none, and the order is refused. */
  affordable(order: WorkingOrder, price: number, opening: number, closing: number, raw: number, maker: boolean): number {
    const host = this.#host;
    if (host.leverage === Number.POSITIVE_INFINITY) return opening;
    const { multiplier, lotSize } = this.#instruments[order.symbol]!;
    const perUnit = (price * multiplier + this.#feePerUnit(order, raw * multiplier, maker)) * host.rate(order.symbol);
    const power = host.availableMargin(order.symbol, closing, order.direction) * host.leverage;
    if (opening * perUnit <= power * (1 + 1e-12)) return opening;
    const allowed =
      this.#profile.beyondMargin === 'reduced' && order.timeInForce !== 'fok' ? Math.max(0, floorToLot(power / perUnit, lotSize)) : 0;
    if (allowed === 0) {
      order.refused = true;
      order.reason = 'insufficient margin';
    } else {
      order.quantity = order.filled + closing + allowed;
      order.reason = 'as much as the margin allows';
    }
    return allowed;
  }

  /** What one unit pays in fees, reckoned on the size the order was written with. */
  #feePerUnit(order: WorkingOrder, notional: number, maker: boolean): number {
    const units = order.size.kind === 'margin_fraction' ? order.size.fraction : order.quantity;
    return this.#fee(units, units * notional, maker, order.direction < 0, this.#host.turnover) / units;
  }
}

/** Why an order of no units ends. */
export function nothingWanted({ closes, reduceOnly, size }: WorkingOrder): string {
  if (closes > 0 || reduceOnly || size.kind === 'units') return 'nothing to close';
  return size.kind === 'target_weight' ? 'less than one lot from its target' : 'its size is less than one lot';
}

/** Whole lots, never more than asked. */
export function floorToLot(units: number, lotSize: number): number {
  if (lotSize === 1) return Math.floor(units);
  const lots = units / lotSize;
  return lotsToUnits(Math.floor(lots * (1 + 1e-15)), lotSize);
}

/** Through the reciprocal when that is a whole number, so that 3 lots of 0.1 are 0.3; lots of 0.3 or 0.75 have none. */
export function lotsToUnits(lots: number, lotSize: number): number {
  const inverse = Math.round(1 / lotSize);
  return lotSize < 1 && Math.abs(inverse * lotSize - 1) < 1e-12 ? lots / inverse : lots * lotSize;
}
