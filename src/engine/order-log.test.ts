import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OrderType } from '#domain';
import { WorkingOrder, type OrderHappening } from '#execution';
import { OrderLog } from './order-log.ts';

const ENDS: readonly OrderHappening[] = ['deny', 'fill_all', 'cancel', 'expire', 'reject'];
const asked = fc.record({
  idStep: fc.integer({ min: 1, max: 3 }),
  type: fc.constantFrom<OrderType>('market', 'limit', 'market_on_close', 'no such type' as OrderType),
  buys: fc.boolean(),
  units: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 0, max: 1e6, noNaN: true })),
  limit: fc.oneof(fc.constant(Number.NaN), fc.double({ min: 1, max: 1e4, noNaN: true })),
  fills: fc.double({ min: 0, max: 1, noNaN: true }),
  tag: fc.constantFrom('', 'breakout', 'filled'),
  reason: fc.constantFrom('', 'what it protects is closed', 'market'),
  child: fc.boolean(),
  /** Bars until it ends; beyond the run, it works to the end. */
  lives: fc.oneof(fc.nat(3), fc.nat(400)),
  end: fc.constantFrom(...ENDS),
});

test('orders that have ended are the same from rows of numbers; those that work, or have just come, are objects', () => {
  fc.assert(
    fc.property(fc.array(fc.array(asked, { maxLength: 6 }), { maxLength: 120 }), (bars) => {
      const log = new OrderLog(['A', 'B'], ['one', 'other']);
      const orders: { readonly order: WorkingOrder; readonly until: number; readonly end: OrderHappening }[] = [];
      let id = 0;
      bars.forEach((asking, row) => {
        log.file(row);
        const before = log.lastId;
        for (const { order, until, end } of orders) if (until === row) order.happen(end, end);
        for (const { idStep, type, buys, units, limit, fills, tag, reason, child, lives, end } of asking) {
          id += idStep;
          const [strategy, symbol] = [id % 2, (id >> 1) % 2];
          const names = [['one', 'other'][strategy]!, ['A', 'B'][symbol]!] as const;
          const size = { kind: 'units', units } as const;
          const order = new WorkingOrder(id, strategy, names[0], symbol, names[1], buys ? 1 : -1, type, size, row, row * 60_000, row + 1);
          order.limit = limit;
          order.filled = Number.isNaN(units) ? 0 : units * fills;
          order.paid = order.filled * 100;
          order.isChild = order.reduceOnly = child;
          order.closes = child ? id : 0;
          order.tag = tag;
          order.reason = reason;
          orders.push({ order, until: row + lives, end });
          log.add(order);
          if (lives === 0) order.happen(end);
        }
        expect(log.since(before)).toEqual(orders.filter(({ order }) => order.id > before).map(({ order }) => order));
        expect(log.working()).toEqual(orders.filter(({ order }) => order.open).map(({ order }) => order));
        for (const { order } of orders) if (order.open) expect(log.find(order.id)).toBe(order);
      });
      expect([log.length, log.lastId, log.find(id + 1)]).toEqual([orders.length, id, undefined]);
      const seen: unknown[] = [];
      log.each((order, child) => seen.push([order, child]));
      expect(seen).toEqual(orders.map(({ order }) => [order.record(), order.isChild]));
    }),
    { numRuns: 15 },
  );
});
