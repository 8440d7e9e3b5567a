import { expect, test } from 'vitest';
import { Ledger, type LedgerEntry } from './ledger.ts';

const setup = { cash: 10_000, symbols: ['X'], strategies: ['one'], multipliers: [1], hedging: false } as const;
const entry = (quantity: number, price: number, fee: number, orderId: number): LedgerEntry => ({
  strategy: 0,
  symbol: 0,
  quantity,
  price,
  fee,
  orderId,
  time: 0,
  row: 0,
  reason: 'signal',
  closes: 0,
  nets: false,
  complete: true,
  tag: '',
});

test('valued by its trades an account has the same cash and trades, and its equity rounds as a running sum does', () => {
  const [exact, running] = [new Ledger(setup), new Ledger({ ...setup, valuation: 'trades' })];
  const marks = Float64Array.of(0.3);
  let sum = 10_000;
  for (let round = 0; round < 500; round++) {
    const [bought, sold] = [0.1 + round / 1000, 0.2 + round / 700];
    for (const ledger of [exact, running]) {
      ledger.apply(entry(3, bought, 0.01, 2 * round + 1));
      ledger.apply(entry(-3, sold, 0.02, 2 * round + 2));
    }
    sum -= 0.01;
    sum += 3 * (sold - bought) - 0.02;
  }
  expect(running.equity(marks)).toBe(sum);
  expect([running.cash, running.trades]).toEqual([exact.cash, exact.trades]);
  expect(running.equity(marks)).not.toBe(exact.equity(marks));
  expect(running.equity(marks)).toBeCloseTo(exact.equity(marks), 9);

  running.apply(entry(-7, 0.25, 0.01, 2000));
  running.credit(5);
  const again = new Ledger({ ...setup, valuation: 'trades' });
  again.restore(JSON.parse(JSON.stringify(running.snapshot())) as ReturnType<Ledger['snapshot']>);
  expect(again.equity(marks)).toBe(running.equity(marks));
  expect(running.equity(marks)).toBe(sum - 0.01 + 5 + -7 * (0.3 - 0.25));
});
