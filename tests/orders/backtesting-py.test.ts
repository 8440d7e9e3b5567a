import { describe, expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { instrument, type OrderRequest } from '#domain';
import { bars, scripted, type Act, type Row } from './scenario.ts';

/** Rules of backtesting.py that its published runs do not happen to meet. Each fill as `row side quantity @ price`. */
function tape(rows: readonly Row[], script: Readonly<Record<number, Act | OrderRequest>>, atEnd: 'mark' | 'rerun' = 'mark'): string[] {
  const { fills, equity } = runBacktest({
    bars: [bars(rows)],
    strategy: scripted(script),
    account: { cash: 100_000 },
    profile: 'backtesting_py',
    instruments: [instrument('X', 'us_equity', { tickSize: 0 })],
    atEnd,
  });
  return fills.map(({ time, side, quantity, price }) => `${equity.time.indexOf(time)} ${side} ${quantity} @ ${price}`);
}

const buyStop: OrderRequest = { side: 'buy', type: 'stop', size: 10, stopPrice: 102, stopLoss: 90, takeProfit: 104 };
const sellStop: OrderRequest = { side: 'sell', type: 'stop', size: 10, stopPrice: 98, stopLoss: 110, takeProfit: 96 };
const START: Row = [100, 101, 99, 100];

describe('a stop entry and its target in one bar', () => {
  test.each<[string, OrderRequest, Row, string[]]>([
    ['the bar runs to both', buyStop, [101, 105, 100, 103], ['1 buy 10 @ 102', '1 sell 10 @ 104']],
    ['the bar opens beyond both', buyStop, [106, 108, 105, 107], ['1 buy 10 @ 106', '1 sell 10 @ 106']],
    ['the bar meets the stop too', buyStop, [101, 105, 89, 103], ['1 buy 10 @ 102']],
    ['the bar runs down to both', sellStop, [99, 100, 95, 97], ['1 sell 10 @ 98', '1 buy 10 @ 96']],
    ['the bar opens below both', sellStop, [94, 95, 92, 93], ['1 sell 10 @ 94', '1 buy 10 @ 94']],
    ['the bar meets the stop of a short too', sellStop, [99, 111, 95, 97], ['1 sell 10 @ 98']],
  ])('%s', (_, order, row, expected) => expect(tape([START, row], { 0: order })).toEqual(expected));
});

test('the last bar is run again whole: what was sent after it fills in it', () => {
  const script = {
    0: { side: 'buy', type: 'market', size: 10 },
    2: ((at) => {
      at.submit({ side: 'buy', type: 'limit', size: 5, limitPrice: 99.5 });
      at.submit({ side: 'sell', type: 'stop', size: 3, stopPrice: 98 });
    }) as Act,
  } as const;
  const rows: Row[] = [START, START, [100.5, 101, 99, 100]];
  expect(tape(rows, script)).toEqual(['1 buy 10 @ 100']);
  expect(tape(rows, script, 'rerun')).toEqual(['1 buy 10 @ 100', '2 sell 10 @ 100.5', '2 buy 5 @ 99.5']);
});
