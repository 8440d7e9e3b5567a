import { within } from './order-rules.ts';
import type { ExecutionProfile } from './profile.ts';
import type { WorkingOrder } from './working-order.ts';

/** The bar under the orders, or the finer step of it, in one flat object: set once a bar, read by every order. */
export class BarUnderMatch {
  open = Number.NaN;
  high = Number.NaN;
  low = Number.NaN;
  close = Number.NaN;
  volume = Number.NaN;
  /** Of the bar before, or of the first bar itself. */
  volumeBefore = Number.NaN;
  openTime = Number.NaN;
  /** The most units that the order in hand may get here, whatever the bar's volume. */
  room = Number.POSITIVE_INFINITY;
  /** What a market order gets here: the open, or the close before it where the profile says so. */
  market = Number.NaN;
  /** The instant's row (−1 before the first), and the symbol's own row there. */
  row = -1;
  local = 0;
  /** Which finer bar inside the bar this is; one step when there are none. */
  step = 0;
  firstStep = true;
  lastStep = true;
  stepped = false;
  /** A fill changed the queue: it is to be matched again against the same prices. */
  again = false;
  /** How often it has been matched against them before. */
  pass = 0;
  /** The order in hand has worked off what traded at these prices. */
  worked = false;
  /** The post-only order in hand would have taken where its stop or trigger was met. */
  takes = false;
  /** The order in hand came to rest where its stop or trigger was met, and its limit was reached after that. */
  rested = false;
}

/**
 * The price at which a resting order would fill in this bar, before spread and slippage; NaN when it does not.
 * Gaps fill at the open; `inside` says that the order came alive inside this very bar, so that its open is no price for it, but what
 * its entry got there: where that lies beyond a stop, the stop is passed already and gets no better.
 * A post-only order rests in the book and so gets its limit, never better, and `takes` is set where it would not rest. Sets `triggered` on stops. Market orders are priced by the caller.
 */
export function restingPrice(order: WorkingOrder, bar: BarUnderMatch, profile: ExecutionProfile, inside: boolean): number {
  const buys = order.direction > 0;
  const stop = order.stop;
  let reference = inside ? Number.NaN : bar.open;
  let justTriggered = false;
  if (stop === stop && !order.triggered) {
    const upward = buys !== order.touches;
    if (upward ? !(bar.high >= stop) : !(bar.low <= stop)) return Number.NaN;
    order.triggered = true;
    justTriggered = true;
    const market = order.contingent ? bar.open : bar.market;
    if (upward) reference = Math.max(stop, inside ? Math.max(order.bornPrice, bar.low) : market);
    else reference = Math.min(stop, inside ? Math.min(order.bornPrice, bar.high) : market);
  }
  const limit = order.limit;
  if (limit !== limit) return reference === reference ? reference : bar.open;
  if (justTriggered && staysBehind(order, bar, profile, reference)) return Number.NaN;
  if (order.touches) {
    // Whether the limit lies on the way to the trigger or beyond it, the price meets it after the trigger.
    if (justTriggered && (buys ? reference <= limit : reference >= limit)) return reference;
    if (justTriggered) return restsFromHere(order, bar, profile, buys ? bar.low : bar.high);
    return restingLimit(order, bar, profile, order.postOnly ? Number.NaN : reference);
  }
  if (justTriggered || (profile.stopLimitFill === 'close' && stop === stop)) return justTriggeredLimit(order, bar, profile, reference);
  return restingLimit(order, bar, profile, order.postOnly ? Number.NaN : reference);
}

/** A limit order whose stop or trigger was just met but which does not come out of it now. */
function staysBehind(order: WorkingOrder, bar: BarUnderMatch, { stopLimitFill }: ExecutionProfile, reference: number): boolean {
  // LEAN triggers a stop-limit where the price goes beyond its stop, a stop where it reaches it.
  if (stopLimitFill === 'close' && !order.touches && (order.direction > 0 ? bar.high : bar.low) === order.stop) {
    order.triggered = false;
    return true;
  }
  bar.takes = order.postOnly && within(order, reference) === reference;
  return bar.takes;
}

function restingLimit(
  order: WorkingOrder,
  bar: BarUnderMatch,
  profile: ExecutionProfile,
  reference: number,
  extreme = order.direction > 0 ? bar.low : bar.high,
): number {
  const buys = order.direction > 0;
  const { limit } = order;
  const beyond = buys ? extreme < limit : extreme > limit;
  if (!beyond) {
    const touched =
      extreme === limit && profile.limitFill !== 'through' && (profile.limitFill === 'touch' || worksOff(order, bar, profile));
    if (!touched) return Number.NaN;
  } else if (order.ahead === order.ahead) order.ahead = 0;
  const improves = profile.limitImproves && reference === reference && (buys ? reference < limit : reference > limit);
  if (improves) return reference;
  // A bar wholly beyond the limit never traded there: without improvement its worst price is what was to be had.
  if (order.postOnly || !(buys ? bar.high < limit : bar.low > limit)) return limit;
  return buys ? bar.high : bar.low;
}

/** A limit that began to rest inside this bar; `extreme` is the best price that the bar surely had after that. */
function restsFromHere(order: WorkingOrder, bar: BarUnderMatch, profile: ExecutionProfile, extreme: number): number {
  const price = restingLimit(order, bar, profile, Number.NaN, extreme);
  bar.rested = price === price;
  return price;
}

function justTriggeredLimit(order: WorkingOrder, bar: BarUnderMatch, profile: ExecutionProfile, reference: number): number {
  const buys = order.direction > 0;
  const { limit, stop } = order;
  switch (profile.stopLimitFill) {
    case 'reference': {
      if (buys ? reference <= limit : reference >= limit) return reference;
      // All of a bar comes after its open; after a stop inside it, only the way to its close is sure.
      const fromOpen = buys ? bar.open >= stop : bar.open <= stop;
      return restsFromHere(order, bar, profile, !fromOpen ? bar.close : buys ? bar.low : bar.high);
    }
    case 'pessimistic': {
      if (buys ? bar.low > limit : bar.high < limit) return Number.NaN;
      if (buys ? limit <= stop : limit >= stop) return Number.NaN;
      return buys ? Math.min(stop, limit) : Math.max(stop, limit);
    }
    case 'close':
      if (buys ? !(bar.close < limit) : !(bar.close > limit)) return Number.NaN;
      return buys ? Math.min(bar.high, limit) : Math.max(bar.low, limit);
  }
}

/**
 * A touch at the limit works off the queue ahead of us; what traded beyond it is ours. True when that is anything. Without a book the
 * volume at a price is an estimate: a share of the bar's volume at its extreme, all of it in a bar of one price.
 */
function worksOff(order: WorkingOrder, bar: BarUnderMatch, profile: ExecutionProfile): boolean {
  if (bar.worked) return false;
  const traded = bar.volume * (bar.high > bar.low ? profile.queueTouchShare : 1);
  const room = traded - order.ahead;
  order.ahead = Math.max(0, -room);
  bar.room = room;
  return room > 0;
}

/** Moves a trailing stop after a bar: towards the price only, never back. One that sleeps wakes when the bar reached its activation price. */
export function trail(order: WorkingOrder, favourable: number): void {
  const { activation } = order;
  if (activation === activation) {
    if (order.direction > 0 ? favourable > activation : favourable < activation) return;
    order.activation = Number.NaN;
  }
  const next = trailedFrom(order, favourable);
  if (order.stop !== order.stop || (order.direction > 0 ? next < order.stop : next > order.stop)) order.stop = next;
}

/** Where a trailing stop stands at its distance from a price. */
export function trailedFrom(order: WorkingOrder, price: number): number {
  const distance = order.trailPercent === order.trailPercent ? price * order.trailPercent : order.trailAmount;
  return order.direction > 0 ? price + distance : price - distance;
}
