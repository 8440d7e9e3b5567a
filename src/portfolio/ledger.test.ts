import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Trade } from '#domain';
import { Ledger, type LedgerEntry } from './index.ts';

const part = fc.record({
  units: fc.integer({ min: 1, max: 9 }),
  price: fc.integer({ min: 50, max: 150 }),
  fee: fc.integer({ min: 0, max: 3 }),
});
/** Orders in the order in which they fill, each in one part or several. */
const orders = fc.array(fc.record({ buys: fc.boolean(), parts: fc.array(part, { minLength: 1, maxLength: 4 }) }), {
  minLength: 2,
  maxLength: 12,
});
type Orders = typeof orders extends fc.Arbitrary<infer Value> ? Value : never;

interface Pair {
  units: number;
  entry: number;
  exit: number;
  fees: number;
}

/** The same round trips, reckoned one unit at a time. */
function pairs(list: Orders): Map<string, Pair> {
  const open: { order: number; side: number; price: number; fee: number }[] = [];
  const found = new Map<string, Pair>();
  list.forEach(({ buys, parts }, at) => {
    for (const { units, price, fee } of parts) {
      for (let unit = 0; unit < units; unit++) {
        const side = buys ? 1 : -1;
        const lot = open[0];
        if (lot === undefined || lot.side === side) {
          open.push({ order: at + 1, side, price, fee: fee / units });
          continue;
        }
        open.shift();
        const key = `${lot.order}/${at + 1}`;
        const pair = found.get(key) ?? { units: 0, entry: 0, exit: 0, fees: 0 };
        found.set(key, pair);
        pair.units += 1;
        pair.entry += lot.price;
        pair.exit += price;
        pair.fees += lot.fee + fee / units;
      }
    }
  });
  return found;
}

function book(list: Orders, told: Trade[]): Ledger {
  const ledger = new Ledger({
    cash: 1e6,
    symbols: ['X'],
    strategies: ['s'],
    multipliers: [1],
    hedging: false,
    completed: (trade) => told.push(trade),
  });
  let row = 0;
  list.forEach(({ buys, parts }, at) => {
    parts.forEach(({ units, price, fee }, index) => {
      const entry: LedgerEntry = {
        strategy: 0,
        symbol: 0,
        quantity: buys ? units : -units,
        price,
        fee,
        orderId: at + 1,
        time: row,
        row: row++,
        reason: `exit ${at + 1}`,
        closes: 0,
        nets: false,
        complete: index === parts.length - 1,
        tag: '',
      };
      ledger.apply(entry);
    });
  });
  return ledger;
}

test('one trade for each pair of entry and exit order, whatever parts they filled in, each told once', () => {
  fc.assert(
    fc.property(orders, (list) => {
      const told: Trade[] = [];
      const ledger = book(list, told);
      expect(ledger.growing).toBe(0);
      expect(told).toEqual(ledger.trades);
      const expected = [...pairs(list)].map(([key, pair]) => [Number(key.split('/')[1]), pair] as const);
      expect(ledger.trades).toHaveLength(expected.length);
      for (const [exit, { units, entry, exit: exitSum, fees }] of expected) {
        const same = ledger.trades.filter(
          (trade) => trade.exitReason === `exit ${exit}` && trade.quantity === units && Math.abs(trade.entryPrice - entry / units) < 1e-9,
        );
        const trade = same.find((one) => Math.abs(one.exitPrice - exitSum / units) < 1e-9 && Math.abs(one.fees - fees) < 1e-9);
        expect(trade).toBeDefined();
        const sign = trade!.side === 'long' ? 1 : -1;
        expect(trade!.pnl).toBeCloseTo(sign * (exitSum - entry) - fees, 8);
        expect(trade!.returnFraction).toBeCloseTo(trade!.pnl / entry, 10);
        expect(trade!.barsHeld).toBe(trade!.exitTime - trade!.entryTime);
      }
    }),
    { numRuns: 300 },
  );
});

test('a trade waits for its exit order, through a snapshot, and ends when that order works no more', () => {
  const told: Trade[] = [];
  const buy = { buys: true, parts: [{ units: 9, price: 100, fee: 0 }] };
  const ledger = book([buy], told);
  const half = { strategy: 0, symbol: 0, fee: 1, orderId: 2, reason: 'stop', closes: 1, nets: true, complete: false, tag: '' };
  ledger.apply({ ...half, quantity: -3, price: 110, time: 5, row: 5 });
  expect([ledger.growing, told.length]).toEqual([1, 0]);
  const other = book([buy], told);
  other.restore(JSON.parse(JSON.stringify(ledger.snapshot())) as ReturnType<Ledger['snapshot']>);
  other.apply({ ...half, quantity: -3, price: 116, time: 7, row: 7 });
  other.finishTrades((id) => id === 2);
  expect(other.growing).toBe(1);
  other.finishTrades(() => false);
  expect(told).toMatchObject([{ quantity: 6, entryPrice: 100, exitPrice: 113, exitTime: 7, barsHeld: 7, fees: 2, pnl: 76 }]);
});

test('a short that gained nothing has a profit that JSON can hold: never −0', () => {
  const ledger = new Ledger({ cash: 1000, symbols: ['X'], strategies: ['s'], multipliers: [1], hedging: false });
  const entry = { strategy: 0, symbol: 0, price: 10, fee: 0, time: 0, row: 0, reason: '', closes: 0, nets: false, tag: '' };
  ledger.apply({ ...entry, orderId: 1, quantity: -2, complete: true });
  ledger.apply({ ...entry, orderId: 2, quantity: 1, complete: false });
  const saved = ledger.snapshot();
  expect(saved.growing).toHaveLength(1);
  expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  ledger.apply({ ...entry, orderId: 2, quantity: 1, complete: true });
  expect(ledger.trades.map(({ pnl, returnFraction }) => [pnl, returnFraction])).toEqual([[0, 0]]);
});

test('where both sides live side by side each is a position, also where they cancel out', () => {
  const both = new Ledger({ cash: 10_000, symbols: ['X'], strategies: ['s'], multipliers: [1], hedging: true });
  const rest = { strategy: 0, symbol: 0, fee: 0, time: 0, row: 0, reason: '', closes: 0, nets: false, complete: true, tag: '' };
  both.apply({ ...rest, orderId: 1, quantity: 10, price: 100 });
  both.apply({ ...rest, orderId: 2, quantity: -4, price: 110 });
  both.apply({ ...rest, orderId: 3, quantity: -6, price: 120 });
  expect(both.held(0, 0)).toBe(0);
  expect(both.positions()).toEqual([
    { symbol: 'X', strategy: 's', quantity: 10, averagePrice: 100 },
    { symbol: 'X', strategy: 's', quantity: -10, averagePrice: 116 },
  ]);
});
