import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { instrument, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import { bars, QUIET, scripted, tape, type Row } from './scenario.ts';

/** One day bar after the signal's, and the six 4-hour bars inside it. */
function run(request: OrderRequest, day: Row, inside: readonly Row[]): string[] {
  const quietDay: Row[] = Array.from({ length: 6 }, () => QUIET);
  const strategy = scripted({ 0: request });
  const profile = executionProfile('frictionless');
  const account = { cash: 10_000 };
  const instruments = [instrument('X', 'synthetic', { tickSize: 0.01 })];
  const finer = inside.length === 0 ? {} : { finer: [bars([...quietDay, ...inside], '4h')] };
  return tape(runBacktest({ bars: [bars([QUIET, day])], strategy, account, profile, instruments, ...finer }));
}

const day: Row = [100, 112, 88, 100];
const up: Row = [100, 112, 99, 110];
const down: Row = [110, 110, 88, 90];
const rest: Row[] = Array.from({ length: 4 }, () => [90, 91, 89, 90] as const);
const bracket: OrderRequest = { side: 'buy', type: 'market', size: 1, stopLoss: 90, takeProfit: 110 };

test('without finer bars the stop comes first; with them, what really came first', () => {
  expect(run(bracket, day, [])).toEqual(['1 buy 1 @ 100', '1 sell 1 @ 90']);
  expect(run(bracket, day, [up, down, ...rest])).toEqual(['1 buy 1 @ 100', '1 sell 1 @ 110']);
  expect(run(bracket, day, [[100, 101, 88, 90], [90, 112, 90, 110], ...rest])).toEqual(['1 buy 1 @ 100', '1 sell 1 @ 90']);
});

test('a limit entry may reach its target later in the same bar, never in the step that filled it', () => {
  const entry: OrderRequest = { side: 'buy', type: 'limit', size: 1, limitPrice: 95, stopLoss: 80, takeProfit: 105 };
  expect(run(entry, day, [])).toEqual(['1 buy 1 @ 95']);
  expect(run(entry, day, [[100, 112, 88, 100], ...rest])).toEqual(['1 buy 1 @ 95']);
  expect(run(entry, day, [[100, 101, 88, 96], [96, 106, 95, 104], ...rest])).toEqual(['1 buy 1 @ 95', '1 sell 1 @ 105']);
});

test('finer bars must be finer', () => {
  const request = { bars: [bars([QUIET])], strategy: scripted({}), account: { cash: 1 }, finer: [bars([QUIET])] };
  expect(() => runBacktest(request)).toThrow(/finer bars of X are 1d, the run's are 1d/);
});
