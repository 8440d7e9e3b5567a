import { momentOf } from './order-rules.ts';
import type { WorkingOrder } from './working-order.ts';

/**
 * The orders of a queue as a bar meets them: those for its open, those inside it, those for its close. Of those inside, a rise or a fall
 * meets the nearest first, in whatever order they were sent: else the farthest of a ladder, sent first, would fill at the best price that
 * the bar had, and an entry would get no volume just where the bar went on to a stop behind it. For the rest the queue's order stands,
 * stops in front: which of two moves came first is not known. Gives the queue itself where it stands so already.
 */
export function metFirst(queue: readonly WorkingOrder[]): readonly WorkingOrder[] {
  if (queue.length < 2 || isNearestFirst(queue)) return queue;
  const sameMoment = queue.every((order) => momentOf(order) === 0);
  return nearestFirst(sameMoment ? queue : queue.toSorted((one, other) => momentOf(one) - momentOf(other)));
}

function waitsForStop({ stop, triggered }: WorkingOrder): boolean {
  return stop === stop && !triggered;
}

/** The price at which something happens to a resting order next; NaN when that is no matter of price. */
export function priceAwaited(order: WorkingOrder): number {
  return waitsForStop(order) ? order.stop : order.limit;
}

export function comesAtARise(order: WorkingOrder): boolean {
  return (waitsForStop(order) && !order.touches) === order.direction > 0;
}

/** Kinds by side and by the move that they wait for: sales at a fall and at a rise, purchases at a fall and at a rise. */
const SELLS_AT_FALL = 0;
const SELLS_AT_RISE = 1;
const BUYS_AT_FALL = 2;
const BUYS_AT_RISE = 3;

/** The kind of an order that a move inside the bar brings about; −1 of others. */
function kindOf(order: WorkingOrder): number {
  if (momentOf(order) !== 0) return -1;
  const price = priceAwaited(order);
  if (price !== price) return -1;
  if (order.direction > 0) return comesAtARise(order) ? BUYS_AT_RISE : BUYS_AT_FALL;
  return comesAtARise(order) ? SELLS_AT_RISE : SELLS_AT_FALL;
}

/** Whether it is a move inside the bar that brings an order about. */
export function isMetInside(order: WorkingOrder): boolean {
  return kindOf(order) >= 0;
}

/** How far the move has to go to an order's fill, from an end that is the same for all that wait for that move; a limit behind its trigger is farther than that. */
function wayTo(order: WorkingOrder, kind: number): number {
  const { limit } = order;
  const price = priceAwaited(order);
  const way = kind === SELLS_AT_RISE || kind === BUYS_AT_RISE ? price : -price;
  if (!order.touches || order.triggered || limit !== limit) return way;
  return Math.max(way, kind === SELLS_AT_RISE ? limit : -limit);
}

function isNearestFirst(orders: readonly WorkingOrder[]): boolean {
  const last = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let moment = -1;
  for (let at = 0; at < orders.length; at++) {
    const order = orders[at]!;
    const kind = kindOf(order);
    const own = kind >= 0 ? 0 : momentOf(order);
    if (own < moment) return false;
    moment = own;
    if (kind < 0) continue;
    const way = wayTo(order, kind);
    // The last of a kind is the farthest so far.
    if (way < last[kind]! || way < last[stopsOf(kind)]!) return false;
    last[kind] = way;
  }
  return true;
}

/** The kind of the stops that the same move meets; of stops their own. */
function stopsOf(kind: number): number {
  if (kind === BUYS_AT_FALL) return SELLS_AT_FALL;
  return kind === SELLS_AT_RISE ? BUYS_AT_RISE : kind;
}

/** Each kind keeps its places in the queue and takes them nearest first; what the move meets on its way to a stop comes before it. */
function nearestFirst(orders: readonly WorkingOrder[]): WorkingOrder[] {
  const placed = orders.slice();
  const kinds = orders.map(kindOf);
  const ways = orders.map((order, at) => wayTo(order, kinds[at]!));
  for (let at = 1; at < placed.length; at++) {
    const [order, kind, way] = [placed[at]!, kinds[at]!, ways[at]!];
    let place = at;
    for (let before = at - 1; kind >= 0 && before >= 0; before--) {
      if (kinds[before] !== kind) continue;
      if (ways[before]! <= way) break;
      placed[place] = placed[before]!;
      ways[place] = ways[before]!;
      place = before;
    }
    placed[place] = order;
    ways[place] = way;
  }
  return isNearestFirst(placed) ? placed : beforeTheirStops(placed);
}

/** A stop waits for what is nearer on its move, and so stands behind the stops that need not wait: no limit passes a stop of the other move. */
function beforeTheirStops(orders: readonly WorkingOrder[]): WorkingOrder[] {
  const met = new Set<WorkingOrder>();
  let waiting: WorkingOrder[] = [];
  orders.forEach((order, at) => {
    const kind = kindOf(order);
    const nearer = orders.slice(at + 1).filter((other) => isBefore(other, order, kind));
    if (nearer.length > 0) {
      // Where both moves have a stop that waits, a bracket's target would else pass the stop of its own.
      for (const one of nearer) waiting.push(...orders.filter((other) => isStopOfTarget(other, one)), one);
      waiting.push(order);
      return;
    }
    if (stopsOf(kind) !== kind) {
      for (const one of waiting) met.add(one);
      waiting = [];
    }
    met.add(order);
  });
  return [...met];
}

function isStopOfTarget(order: WorkingOrder, target: WorkingOrder): boolean {
  return target.purpose === 'target' && order.closes === target.closes && waitsForStop(order);
}

function isBefore(other: WorkingOrder, stop: WorkingOrder, kind: number): boolean {
  const theirs = kindOf(other);
  return theirs !== kind && stopsOf(theirs) === kind && wayTo(other, theirs) < wayTo(stop, kind);
}
