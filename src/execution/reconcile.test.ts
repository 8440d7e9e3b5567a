import fc from 'fast-check';
import { expect, test } from 'vitest';
import { differenceText, reconcile, type AccountSnapshot, type SnapshotOrder } from './reconcile.ts';

const symbol = fc.constantFrom('A', 'B', 'C');
const order = fc.record({
  id: fc.string({ minLength: 1, maxLength: 4 }),
  symbol,
  side: fc.constantFrom('buy' as const, 'sell' as const),
  remaining: fc.oneof(fc.integer({ min: 1, max: 1000 }), fc.constant(Number.NaN)),
  protective: fc.boolean(),
});
const snapshot = fc.record({
  positions: fc.array(fc.record({ symbol, quantity: fc.integer({ min: -50, max: 50 }) }), { maxLength: 5 }),
  orders: fc.uniqueArray(order, { selector: ({ id }) => id, maxLength: 6 }),
  cash: fc.integer({ min: -1e6, max: 1e6 }),
});
const stopFor = (at: AccountSnapshot): SnapshotOrder[] =>
  ['A', 'B', 'C']
    .flatMap((name) =>
      (['buy', 'sell'] as const).map((side) => ({
        id: `stop-${name}-${side}`,
        symbol: name,
        side,
        remaining: Number.NaN,
        protective: true,
      })),
    )
    .filter(({ id }) => !at.orders.some((other) => other.id === id));

test('an account agrees with itself, however its lots and orders are listed, once every position has a stop', () => {
  fc.assert(
    fc.property(snapshot, (one) => {
      const safe = { ...one, orders: [...one.orders, ...stopFor(one)] };
      const turned = { ...safe, positions: safe.positions.toReversed(), orders: safe.orders.toReversed() };
      expect(reconcile(safe, turned)).toEqual([]);
    }),
  );
});

test('every single change of a position, an order or cash is found', () => {
  fc.assert(
    fc.property(snapshot, fc.nat(), fc.constantFrom('position', 'drop', 'add', 'cash'), (one, pick, change) => {
      const safe = { ...one, orders: [...one.orders, ...stopFor(one)] };
      const at = pick % safe.orders.length;
      const other: AccountSnapshot =
        change === 'position'
          ? { ...safe, positions: [...safe.positions, { symbol: 'A', quantity: 1 }] }
          : change === 'drop'
            ? { ...safe, orders: safe.orders.filter((_, index) => index !== at) }
            : change === 'add'
              ? { ...safe, orders: [...safe.orders, { id: 'stranger', symbol: 'B', side: 'buy', remaining: 1, protective: false }] }
              : { ...safe, cash: safe.cash + 1 };
      const found = reconcile(safe, other);
      const expected = { position: 'position', drop: 'order_missing_there', add: 'order_unknown_here', cash: 'cash' }[change];
      expect(found.map(({ kind }) => kind)).toContain(expected);
      for (const difference of found) expect(differenceText(difference)).not.toContain('undefined');
    }),
  );
});

test('the two sides are symmetric: swapping them swaps the words only', () => {
  fc.assert(
    fc.property(snapshot, snapshot, (one, other) => {
      const count = (kind: string, list: ReturnType<typeof reconcile>) => list.filter((item) => item.kind === kind).length;
      const forth = reconcile(one, other);
      const back = reconcile(other, one);
      expect(count('position', forth)).toBe(count('position', back));
      expect(count('order_missing_there', forth)).toBe(count('order_unknown_here', back));
      expect(count('order_differs', forth)).toBe(count('order_differs', back));
    }),
  );
});

test('NaN is never agreement about a position, and a position without a stop at the venue is told', () => {
  const held = (quantity: number): AccountSnapshot => ({ positions: [{ symbol: 'A', quantity }], orders: [] });
  expect(reconcile(held(Number.NaN), held(1)).map(({ kind }) => kind)).toEqual(['position', 'unprotected']);
  expect(reconcile(held(2), held(2))).toEqual([{ kind: 'unprotected', symbol: 'A', quantity: 2 }]);
});
