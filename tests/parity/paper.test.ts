import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { demoSource, fileSource } from '#adapters/data';
import { conversionSeries } from '#backtest';
import { checkQuality, type DataSource } from '#data';
import { parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import { atr, close, ema } from '#features';
import { localAccount, TradingSession, VenueAccount } from '#live';
import { defineStrategy, hold, type Strategy } from '#strategy';
import { market, named, setupFor } from '../live/fixtures.ts';
import { backtestOf, barsOfJournal, outputsOfBacktest, outputsOfJournal, tradeOnPaper } from './journal-replay.ts';

const REAL = fileURLToPath(new URL('../../../shared/data/', import.meta.url));

/** Orders of every kind that a session takes: resting limits with brackets, trailing stops, partial exits, cancels. */
function everyOrder(): Strategy {
  return defineStrategy({
    name: 'every-order',
    features: { fast: ema(close, 5), slow: ema(close, 20), range: atr(14) },
    decide(context) {
      const { f, position } = context;
      if (!position.flat && position.barsHeld === 3) context.closePosition(0.5);
      if (!position.flat && position.barsHeld === 5)
        context.submit({
          side: position.long ? 'sell' : 'buy',
          type: 'trailing_stop',
          trailAmount: f.range,
          size: Math.abs(position.quantity),
          reduceOnly: true,
        });
      if (context.row % 7 === 0) context.cancelAll();
      if (!position.flat || context.orders().length > 0) return hold('busy');
      const sign = f.fast > f.slow ? 1 : -1;
      context.submit({
        side: sign > 0 ? 'buy' : 'sell',
        type: 'limit',
        limitPrice: context.close - sign * 0.2 * f.range,
        size: { kind: 'margin_fraction', fraction: 0.2 },
        stopLoss: context.close - sign * 2 * f.range,
        takeProfit: context.close + sign * 2 * f.range,
        maxBars: 30,
      });
      context.submit({ side: 'buy', type: 'market', size: 1 });
      return hold('asked');
    },
  });
}

const STRATEGIES: readonly (readonly [string, (symbols: number) => Strategy])[] = [
  ['supertrend', (symbols) => named('supertrend', symbols, { length: 10, multiple: 2 })],
  ['macd', (symbols) => named('macd', symbols)],
  ['every-order', everyOrder],
];

async function load(source: DataSource, symbol: string, timeframe: string, rows: number): Promise<BarSeries> {
  const raw = await source.load({ symbol, timeframe: parseTimeframe(timeframe) });
  const { bars } = checkQuality(raw, { venueHours: source.describe().venueHours });
  return sliceBars(bars, Math.max(0, bars.length - rows), bars.length);
}

const files = (path: string, venueHours: 'always' | 'us_equity'): DataSource => fileSource({ path: `${REAL}${path}`, venueHours });

const SETS: readonly (readonly [string, boolean, () => Promise<readonly BarSeries[]>])[] = [
  ['synthetic, two symbols', true, () => Promise.resolve(market(['AAA', 'BBB'], 900, 5))],
  [
    'synthetic, symbols that come and go',
    true,
    () => {
      const [first, second] = market(['AAA', 'BBB'], 900, 6);
      return Promise.resolve([sliceBars(first!, 0, 700), sliceBars(second!, 150, 900)]);
    },
  ],
  ['demo: AAPL and S&P 500', true, async () => Promise.all(['AAPL', 'SP500'].map((symbol) => load(demoSource(), symbol, '1d', 900)))],
];

function check(title: string, present: boolean, loadSet: () => Promise<readonly BarSeries[]>): void {
  describe.skipIf(!present)(`${title}${present ? '' : ' (the folder of real data is absent)'}`, () => {
    let series: readonly BarSeries[] = [];
    beforeAll(async () => {
      series = await loadSet();
    });
    test.each(STRATEGIES)('%s: the journal through the backtest gives the same orders, fills and equity', (_, make) => {
      const setup = setupFor(series, [make(series.length)], { profile: executionProfile('harsh') });
      const records = tradeOnPaper(setup, series);
      const paper = outputsOfJournal(records);
      const result = backtestOf(setup, barsOfJournal(records, setup), [make(series.length)]);
      expect(paper).toEqual(outputsOfBacktest(result, setup.tradeFrom));
      expect(paper.fills.length).toBeGreaterThan(10);
    });
  });
}

for (const [title, present, loadSet] of SETS) check(title, present, loadSet);

const real = existsSync(REAL);
check('real: hourly crypto', real, () =>
  Promise.all(['BTCUSDT', 'ETHUSDT'].map((symbol) => load(files('crypto_1h_2020_2024', 'always'), symbol, '1h', 900))),
);
check('real: daily US stocks', real, () =>
  Promise.all(['AAPL', 'AMD'].map((symbol) => load(files('us_daily_2013_2018', 'us_equity'), symbol, '1d', 900))),
);
check('real: five-minute crypto', real, () =>
  Promise.all(['BTCUSDT'].map((symbol) => load(files('crypto_5m_2020_2021', 'always'), symbol, '5m', 900))),
);

test('two strategies on one account are as equal as one', () => {
  const series = market(['AAA', 'BBB'], 600, 9);
  const make = () => [named('supertrend', 2), everyOrder()];
  const setup = setupFor(series, make());
  const records = tradeOnPaper(setup, series);
  expect(outputsOfJournal(records)).toEqual(outputsOfBacktest(backtestOf(setup, barsOfJournal(records, setup), make()), setup.tradeFrom));
});

test('the impact veto refuses the same orders in both', () => {
  const series = market(['AAA', 'BBB'], 600, 9);
  const limits = { maxCostToEdge: 0.5, expectedEdgeBps: 400 };
  const setup = setupFor(series, [everyOrder()], { limits });
  const records = tradeOnPaper(setup, series);
  const result = backtestOf(setup, barsOfJournal(records, setup), [everyOrder()]);
  expect(outputsOfJournal(records)).toEqual(outputsOfBacktest(result, setup.tradeFrom));
  expect(result.refusals.impact_eats_edge).toBeGreaterThan(5);
  expect(result.fills.length).toBeGreaterThan(10);
});

test('an account in another currency than its symbols is the same in both, and its venue agrees on the cash', () => {
  const [first, second, rate] = market(['AAA', 'BBB', 'USDEUR'], 600, 9);
  const series = [first!, second!];
  const conversion = conversionSeries('EUR', { USD: rate! }, series);
  const setup = setupFor(series, [everyOrder()], { currency: { currency: 'EUR', conversion, fingerprint: 'EUR, USD=USDEUR' } });
  const records = tradeOnPaper(setup, series);
  const result = backtestOf(setup, barsOfJournal(records, setup), [everyOrder()]);
  expect(outputsOfJournal(records)).toEqual(outputsOfBacktest(result, setup.tradeFrom));
  expect(Object.keys(result.balances ?? {})).toEqual(['EUR', 'USD']);
  const plain = tradeOnPaper(setupFor(series, [everyOrder()]), series);
  expect(outputsOfJournal(plain)).not.toEqual(outputsOfJournal(records));
  const session = new TradingSession(setup);
  for (const record of records) if (record.kind === 'bars') session.take(record);
  expect(session.engine.fills.length).toBeGreaterThan(10);
  expect(new VenueAccount(session, new Map()).snapshot().cash!).toBeCloseTo(localAccount(session).cash!, 6);
});
