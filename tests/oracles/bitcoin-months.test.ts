import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, instrument, parseTimeframe } from '#domain';
import { prepare } from '#strategy';
import reversal from '../../strategies/published/sma-reversal.ts';

/** What the tests of backtesting.py count for millionths of a bitcoin by the month. Months are no timeframe of ours; the bars are told as days, which nothing here looks at. */
const file = new URL('../../../shared/data/backtesting_py/BTCUSD-1mo.csv.gz', import.meta.url);

test.skipIf(!existsSync(file))(
  'backtesting.py: BTCUSD from 2015, averages of 2 and 3, in units of 1e-6 (skipped when ../shared/data is absent)',
  () => {
    const lines = gunzipSync(readFileSync(file)).toString().trim().split('\n').slice(1);
    const rows = lines.map((line) => line.split(',')).filter(([time]) => time! >= '2015');
    const column = (at: number): Float64Array => Float64Array.from(rows, (row) => (at === 0 ? Date.parse(row[0]!) : Number(row[at])));
    const bars = barSeries('BTCUSD', parseTimeframe('1d'), {
      time: column(0),
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
    });
    const trades = (atEnd: 'rerun' | 'mark') =>
      runBacktest({
        bars: [bars],
        strategy: prepare(reversal, { fast: 2, slow: 3 }),
        account: { cash: 100 },
        profile: 'backtesting_py',
        atEnd,
        instruments: [instrument('BTCUSD', 'crypto', { tickSize: 0, lotSize: 1e-6, minQuantity: 1e-6 })],
      }).trades;
    expect([trades('mark').length, trades('rerun').length]).toEqual([41, 42]);
    expect(trades('rerun')[0]!.entryPrice).toBe(236.69);
  },
);
