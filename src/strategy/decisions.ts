import { didYouMean, UserError } from '#core';
import type { Decision, EntryPlan, PriceLevel } from './contract.ts';

/** Buys at the next open. Throws `UserError` for a plan that can only be a slip of the pen. */
export function long(plan: EntryPlan): Decision {
  return { kind: 'long', plan: checked('long', plan) };
}

/** Sells short at the next open. Throws `UserError` for a plan that can only be a slip of the pen. */
export function short(plan: EntryPlan): Decision {
  return { kind: 'short', plan: checked('short', plan) };
}

/** Closes the position at the next open, and takes back what is not filled of its entries. */
export function exit(reason = 'exit'): Decision {
  return { kind: 'exit', reason };
}

/** Does nothing, and says why. */
export function hold(reason: string): Decision {
  return { kind: 'hold', reason };
}

const KEYS = ['stop', 'target', 'maxBars', 'size', 'units', 'expectedEdgeBps', 'reason'];

/**
 * The types ask for a stop, but a strategy file runs unchecked. What depends on the market (a range of nothing or on the wrong side,
 * a size that comes out as 0 or NaN) is no slip: such an order is denied with its reason, and the run goes on.
 */
function checked(direction: 'long' | 'short', plan: EntryPlan): EntryPlan {
  const given = plan as Partial<EntryPlan> | undefined;
  for (const key in given) {
    if (!KEYS.includes(key)) throw new UserError(`${direction}() has no "${key}"`, didYouMean(key, KEYS) || `Known: ${KEYS.join(', ')}.`);
  }
  if (given?.stop === undefined)
    throw new UserError(`${direction}() has no stop`, `Every entry needs one: ${direction}({ stop: { percent: 0.05 } }).`);
  checkLevel(direction, 'stop', given.stop);
  if (given.target !== undefined) checkLevel(direction, 'target', given.target);
  if (given.size !== undefined && given.units !== undefined)
    throw new UserError(`${direction}() has a size and units`, 'Give one: size is a part of the margin in (0, 1], units are units.');
  if (given.size !== undefined && given.size > 1)
    throw new UserError(
      `${direction}() has size ${given.size}`,
      `A size is a part of the margin in (0, 1]; for units write units: ${given.size}.`,
    );
  return plan;
}

function checkLevel(direction: 'long' | 'short', name: 'stop' | 'target', level: PriceLevel): void {
  if (typeof level === 'number') return;
  if (typeof level !== 'object' || level === null || !('away' in level || 'percent' in level))
    throw new UserError(`${direction}() has a ${name} that is no price`, `Give a price, { away: distance } or { percent: 0.05 }.`);
  if (!('percent' in level) || level.percent < (name === 'stop' && direction === 'long' ? 1 : 10)) return;
  throw new UserError(
    `${direction}() has a ${name} of ${JSON.stringify(level)}`,
    `It is a fraction of the price: { percent: ${level.percent / 100} } is ${level.percent} %.`,
  );
}
