import { expect, test } from 'vitest';
import { createRng } from '#core';
import { barSeries, parseTimeframe, type BarSeries, type Trade } from '#domain';
import { withExcursions } from './excursions.ts';
import { tradeStatistics } from './trades.ts';

function bars(rows: readonly (readonly [open: number, high: number, low: number, close: number])[]): BarSeries {
  const column = (at: number): Float64Array => Float64Array.from(rows, (row) => row[at]!);
  const time = Float64Array.from(rows, (_, row) => row * 60_000);
  return barSeries('X', parseTimeframe('1m'), {
    time,
    open: column(0),
    high: column(1),
    low: column(2),
    close: column(3),
    volume: column(0),
  });
}

const trade = (
  side: 'long' | 'short',
  entry: readonly [row: number, price: number],
  exit: readonly [row: number, price: number],
  exitReason = 'signal',
) =>
  ({
    symbol: 'X',
    side,
    entryTime: entry[0] * 60_000,
    entryPrice: entry[1],
    exitTime: exit[0] * 60_000,
    exitPrice: exit[1],
    exitReason,
    pnl: 1,
  }) as Trade;

test('by hand: the bars before the exit count whole, of its own bar the open and the exit', () => {
  const series = bars([
    [99, 150, 50, 100],
    [100, 104, 95, 98],
    [98, 103, 90, 101],
    [101, 160, 40, 100],
  ]);
  const known = (one: Trade) => {
    const { maxAdverseExcursion, maxFavourableExcursion } = withExcursions([one], [series])[0]!;
    return [maxAdverseExcursion, maxFavourableExcursion];
  };
  expect(known(trade('long', [1, 100], [3, 101]))).toEqual([-0.1, 0.04]);
  expect(known(trade('short', [1, 100], [3, 101]))).toEqual([-0.04, 0.1]);
  // A stop at 92 inside the last bar: its low of 40 came after, or never for this trade.
  expect(known(trade('long', [2, 100], [3, 92], 'stop'))).toEqual([-0.1, 0.03]);
  // In and out within one bar: the two prices are all that is known.
  expect(known(trade('long', [1, 100], [1, 97], 'stop'))).toEqual([-0.03, 0]);
  // Closed at the last close, it lived through the whole bar.
  expect(known(trade('long', [3, 101], [3, 100], 'end_of_data'))).toEqual([(40 - 101) / 101, (160 - 101) / 101]);
  expect(withExcursions([trade('long', [1, 100], [3, 101])], [])[0]).not.toHaveProperty('maxAdverseExcursion');
});

test('blocks change nothing, and the figures of the trades have them', () => {
  const rng = createRng(3);
  const rows = Array.from({ length: 1500 }, () => {
    const price = 100 + 20 * rng.uniform();
    return [price, price + rng.uniform() * 5, price - rng.uniform() * 5, price] as const;
  });
  const series = bars(rows);
  const trades = Array.from({ length: 50 }, () => {
    const from = rng.integer(1400);
    const to = from + 1 + rng.integer(1499 - from);
    return trade('long', [from, rows[from]![0]], [to, rows[to]![0]]);
  });
  const told = withExcursions(trades, [series]);
  told.forEach((one) => {
    const held = rows.slice(one.entryTime / 60_000, one.exitTime / 60_000);
    const low = Math.min(one.exitPrice, ...held.map((row) => row[2]));
    const high = Math.max(one.exitPrice, ...held.map((row) => row[1]));
    expect(one.maxAdverseExcursion).toBe((low - one.entryPrice) / one.entryPrice);
    expect(one.maxFavourableExcursion).toBe((high - one.entryPrice) / one.entryPrice);
  });
  const { worstAdverseExcursion, bestFavourableExcursion } = tradeStatistics(told);
  expect(worstAdverseExcursion).toBe(Math.min(...told.map((one) => one.maxAdverseExcursion!)));
  expect(bestFavourableExcursion).toBe(Math.max(...told.map((one) => one.maxFavourableExcursion!)));
});
