import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { DAY_MS } from '#core';
import { barSeries, instrument, parseTimeframe } from '#domain';
import { executionProfile, type ExecutionProfile } from '#execution';
import { exit, hold, long, type BarContext, type Decision, type Strategy } from '#strategy';

/*
 * A market order in a thin market works for many bars, and the strategy is asked on each of them: what it wants once more is not wanted twice.
 */

type Rule = (context: BarContext) => Decision | undefined;

/** Bars of one price; `volumes` by row, of which a tenth may be traded. */
function thin(volumes: readonly number[], rule: Rule, more: Partial<ExecutionProfile> = {}): BacktestResult {
  const flat = (value: number): Float64Array => new Float64Array(volumes.length).fill(value);
  const bars = barSeries('X', parseTimeframe('1d'), {
    time: Float64Array.from(volumes, (_, row) => row * DAY_MS),
    open: flat(100),
    high: flat(100),
    low: flat(100),
    close: flat(100),
    volume: Float64Array.from(volumes),
  });
  const strategy: Strategy = { name: 'script', features: {}, onBar: rule };
  return runBacktest({
    bars: [bars],
    strategy,
    account: { cash: 100_000 },
    instruments: [instrument('X', 'synthetic', { lotSize: 1, minQuantity: 1, tickSize: 0 })],
    profile: executionProfile('frictionless', { volumeCap: 0.1, ...more }),
  });
}

const brief = ({ orders }: BacktestResult): readonly string[] =>
  orders.map(({ side, type, status, quantity, filledQuantity }) => `${side} ${type} ${filledQuantity}/${quantity} ${status}`);

const enter = long({ stop: 50, units: 100 });

test('an exit that works is not ordered again on every bar', () => {
  // 100 units at once in, then 10 a bar out.
  const result = thin([1e6, 1e6, ...Array.from({ length: 14 }, () => 100)], ({ row, position }) =>
    row === 0 ? enter : position.long && row > 0 ? exit('out') : hold('flat'),
  );
  expect(brief(result).filter((line) => line.startsWith('sell market'))).toEqual(['sell market 100/100 filled']);
  expect(result.trades).toHaveLength(1);
  expect(result.why('script', 'X', 3 * DAY_MS)).toBe('out');
});

test('an exit takes back what is not filled of the entry: nothing is bought after it', () => {
  const result = thin(
    Array.from({ length: 12 }, () => 100),
    ({ row, position }) => (row === 0 ? enter : row < 4 ? hold('wait') : position.flat ? hold('flat') : exit('out')),
  );
  // Filled at the opens of rows 1 to 4; the exit is decided at the close of row 4.
  expect(result.orders[0]).toMatchObject({ status: 'canceled', filledQuantity: 40, reason: 'the strategy wants to be out' });
  expect(result.fills.map(({ side, quantity }) => `${side} ${quantity}`)).toEqual([
    ...Array.from({ length: 4 }, () => 'buy 10'),
    ...Array.from({ length: 4 }, () => 'sell 10'),
  ]);
  expect(result.positions).toEqual([]);
});

test('an entry that nothing has filled yet is not doubled, and why says so', () => {
  const result = thin([1e6, 0, 0, 0, 1e6, 1e6], ({ position }) => (position.flat ? enter : hold('in')));
  expect(brief(result).filter((line) => line.includes('market'))).toEqual(['buy market 100/100 filled']);
  expect(result.why('script', 'X', 2 * DAY_MS)).toBe('long; its entry is still on the way');
});

test('nor is one that travels for some bars', () => {
  const volumes = Array.from({ length: 10 }, () => 1e6);
  const rule: Rule = ({ row, position }) => (row > 5 ? (position.flat ? hold('flat') : exit('out')) : position.flat ? enter : hold('in'));
  expect(brief(thin(volumes, rule, { latencyBars: 2 })).filter((line) => line.includes('market'))).toEqual([
    'buy market 100/100 filled',
    'sell market 100/100 filled',
  ]);
});

test('a bracket that closes by its age does not keep an earlier exit from being ordered', () => {
  const result = thin(
    Array.from({ length: 12 }, () => 1e6),
    ({ row, position }) => (row === 0 ? long({ stop: 50, units: 100, maxBars: 9 }) : row === 3 && position.long ? exit('out') : hold('')),
  );
  expect(result.trades).toMatchObject([{ quantity: 100, exitTime: 4 * DAY_MS }]);
});

test('more is closed only by what is not closing already, of the position as of one lot', () => {
  const volumes = [1e6, 1e6, ...Array.from({ length: 14 }, () => 100)];
  const halves = thin(volumes, (context) => {
    if (context.row === 0) return enter;
    // Half of 100, then half of the 90 that are left, of which 40 are closing already: 45 of the other 50.
    if (context.row === 1 || context.row === 2) context.closePosition(0.5);
    return hold('');
  });
  expect(brief(halves).filter((line) => line.startsWith('sell market'))).toEqual(['sell market 50/50 filled', 'sell market 45/45 filled']);
  let lot = 0;
  const lots = thin(volumes, (context) => {
    if (context.row === 0) lot = context.submit({ side: 'buy', type: 'market', size: 100 });
    else context.closeLot(lot);
    return hold('');
  });
  expect(brief(lots)).toEqual(['buy market 100/100 filled', 'sell market 100/100 filled']);
});

test('what closes one lot keeps no other lot from being closed', () => {
  const result = thin([1e6, 1e6, 1e6, 100, 100, 1e6, 1e6], (context) => {
    const buy = { side: 'buy', type: 'market', size: 50 } as const;
    if (context.row === 0) [buy, buy].forEach((one) => context.submit(one));
    if (context.row === 2) context.closeLot(1);
    // 10 of the 50 units of the first lot are closed, and 40 on their way.
    if (context.row === 3) context.closePosition();
    return hold('');
  });
  expect(brief(result).slice(2)).toEqual(['sell market 50/50 filled', 'sell market 50/50 filled']);
  expect(result.positions).toEqual([]);
});

test('nor does an order that learns its units only at its fill', () => {
  const volumes = Array.from({ length: 7 }, () => 1e6);
  const result = thin(
    volumes,
    (context) => {
      if (context.row === 0) context.submit({ side: 'buy', type: 'market', size: 50 });
      if (context.row === 3) context.submit({ side: 'sell', type: 'market', size: { kind: 'notional', notional: 1000 }, reduceOnly: true });
      if (context.row === 4) context.closePosition();
      return hold('');
    },
    { latencyBars: 2 },
  );
  expect(result.fills.map(({ side, quantity }) => `${side} ${quantity}`)).toEqual(['buy 50', 'sell 10', 'sell 40']);
});
