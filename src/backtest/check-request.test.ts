import { expect, test } from 'vitest';
import { barSeries, instrument, parseTimeframe, type BarSeries } from '#domain';
import { ACCOUNT_WORDS, REQUEST_WORDS } from './check-request.ts';
import { runBacktest, type BacktestAccount, type BacktestRequest } from './run.ts';

function days(prices: readonly number[], at: readonly number[] = prices.map((_, day) => day), timeframe = '1d'): BarSeries {
  const column = Float64Array.from(prices);
  const time = Float64Array.from(at, (day) => Date.UTC(2024, 0, 1) + day * 86_400_000);
  return barSeries('X', parseTimeframe(timeframe), { time, open: column, high: column, low: column, close: column, volume: column });
}

const good: BacktestRequest = {
  bars: [days([10, 11, 12])],
  strategy: { name: 'none', features: {}, onBar: () => undefined },
  account: { cash: 1000 },
};
const { account } = good;
const hourly = { ...days([10], [0], '1h'), symbol: 'Y' };

test('a request as it should be runs', () => {
  expect(runBacktest({ ...good, account: { ...account, financing: { borrow: { default: 0.01, X: 0.02 } } } }).endEquity).toBe(1000);
});

test.each<[object, RegExp]>([
  [{ ...good, profil: 'harsh' }, /a backtest has no "profil".*"profile"/],
  [{ ...good, account: { ...account, levrage: 3 } }, /an account has no "levrage".*"leverage"/],
  [{ ...good, account: { ...account, financing: { borow: { X: 1 } } } }, /the financing of an account has no "borow".*"borrow"/],
  [{ ...good, account: { ...account, financing: { borrow: { Z: 1 } } } }, /there are borrow rates for Z, which is not in this run/],
  [{ ...good, atEnd: 'clos' }, /atEnd cannot be "clos".*"close"/],
  [{ ...good, finer: [hourly] }, /there are finer bars for Y, which is not in this run/],
  [{ ...good, instruments: [instrument('XX', 'crypto')] }, /there are instruments for XX, which is not in this run/],
  [{ ...good, bars: [days([10, 11, 12], [0, 2, 1])] }, /the bars of X are not in order: row 2/],
  [{ ...good, bars: [days([10, 11, 12], [0, 1, 1])] }, /the bars of X are not in order: row 2/],
  [{ ...good, bars: [days([10, Number.POSITIVE_INFINITY])] }, /X has no valid bar at row 1/],
])('%o is refused', (request, says) => {
  let told = '';
  try {
    runBacktest(request as BacktestRequest);
  } catch (cause) {
    const { message, hint } = cause as { message: string; hint?: string };
    told = `${message} ${hint ?? ''}`;
  }
  expect(told).toMatch(says);
});

test('every word of a request and of an account is known', () => {
  type Known<Word extends string, All extends string> = [Exclude<All, Word>] extends [never] ? true : Exclude<All, Word>;
  const request: Known<(typeof REQUEST_WORDS)[number], keyof BacktestRequest> = true;
  const ofAccount: Known<(typeof ACCOUNT_WORDS)[number], keyof BacktestAccount> = true;
  expect(request && ofAccount).toBe(true);
});

test('bars whose closes are not known together do not run together', () => {
  const hour = 1 / 24;
  const named = (symbol: string, series: BarSeries): BarSeries => ({ ...series, symbol });
  const daily = days([10, 11, 12]);
  const hourly = named('H', days([10, 11, 12], [0, hour, 2 * hour], '1h'));
  expect(() => runBacktest({ ...good, bars: [daily, hourly] })).toThrow('X has 1d bars and H 1h bars');
  const [apart, half] = [
    [0, 1, 2],
    [0.5, 1.5, 2.5],
  ].map((at, which) => named(`S${which}`, days([10, 11, 12], at))) as [BarSeries, BarSeries];
  // Each symbol on its own: every fill is on the symbol's own next bar.
  expect(runBacktest({ ...good, bars: [apart, half] }).endEquity).toBe(1000);
  const all = { name: 'all', features: {}, onInstant: () => undefined };
  expect(() => runBacktest({ ...good, bars: [apart, half], strategy: all })).toThrow(
    'one of S0 at 2024-01-01T00:00:00.000Z and one of S1 at 2024-01-01T12:00:00.000Z',
  );
  // Days that begin an hour earlier in summer, and a day that one of them has not.
  const summer = days([10, 11, 12], [0, 1, 2 - hour]);
  expect(runBacktest({ ...good, bars: [summer, named('Y', days([10, 12], [0, 2 - hour]))], strategy: all }).endEquity).toBe(1000);
});
