import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { instrument, type OrderRequest } from '#domain';
import { bars, scripted, type Row } from './scenario.ts';

/** Rules of LEAN that its published runs do not happen to meet. */
function filledRows(rows: readonly Row[], order: OrderRequest): number[] {
  const { fills, equity } = runBacktest({
    bars: [bars(rows)],
    strategy: scripted({ 0: order }),
    account: { cash: 100_000, leverage: 2 },
    profile: 'lean',
    instruments: [instrument('X', 'us_equity', { tickSize: 0 })],
  });
  return fills.map(({ time }) => equity.time.indexOf(time));
}

const START: Row = [100, 101, 99, 100];
const TOUCHED_ABOVE: Row = [101, 105, 100, 104];
const TOUCHED_BELOW: Row = [99, 100, 95, 96];

test('a stop-limit is triggered beyond its stop, a stop at it', () => {
  const buy = { side: 'buy', size: 10, stopPrice: 105 } as const;
  const sell = { side: 'sell', size: 10, stopPrice: 95 } as const;
  expect(filledRows([START, TOUCHED_ABOVE], { ...buy, type: 'stop' })).toEqual([1]);
  expect(filledRows([START, TOUCHED_BELOW], { ...sell, type: 'stop' })).toEqual([1]);
  expect(filledRows([START, TOUCHED_ABOVE, START, [101, 105.5, 100, 104]], { ...buy, type: 'stop_limit', limitPrice: 106 })).toEqual([3]);
  expect(filledRows([START, TOUCHED_BELOW, START, [99, 100, 94.5, 96]], { ...sell, type: 'stop_limit', limitPrice: 94 })).toEqual([3]);
});
