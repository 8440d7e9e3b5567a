import { expect, test } from 'vitest';
import * as s from './index.ts';

/*
 * Figures of quantstats 0.0.81 and empyrical 0.5.5 beyond those of the oracle file. The numbers were worked out apart, in numpy, from
 * the libraries' formulas; the fragilities are those empyrical's own tests expect.
 */
const returns = [0.012, -0.008, 0, 0.02, -0.015, 0.003, 0.007, -0.004, 0, 0.011, -0.02, 0.009];
const benchmark = [0.01, -0.01, 0.002, 0.015, -0.005, -0.001, 0.004, -0.006, 0.001, 0.008, -0.012, 0.003];
const near = (got: number, wanted: number) => expect(Math.abs(got - wanted)).toBeLessThanOrEqual(1e-12 * Math.max(1, Math.abs(wanted)));

test('quantstats: exposure, returns over it, profit ratio, outliers, two more Sortino ratios', () => {
  near(s.averageActiveReturn(returns), 0.0015);
  near(s.exposureOfReturns(returns), 10 / 12);
  near(s.exposureOfReturns(returns, 'percent'), 0.84);
  near(s.exposureOfReturns([Number.NaN, 0.01, 0, -0.01]), 0.5);
  near(s.returnOverExposure(returns), 0.4151408514721532);
  near(s.profitRatio(returns), 0.32978723404255317);
  near(s.outlierWinRatio(returns), 2.467096774193549);
  near(s.outlierLossRatio(returns), 1.6553191489361703);
  near(s.sortinoRatio(returns, { convention: 'smart' }), 1.3924349516594374);
  near(s.sortinoRatio(returns, { convention: 'adjusted' }), 1.830591114855317);
});

test('quantstats: months, quarters and years up to the end, and the lengths of drawdowns', () => {
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`);
  const curve: [string, number][] = [
    ['2020-01-01', 100],
    ['2020-06-30', 110],
    ['2020-12-31', 99],
    ['2021-11-30', 120],
    ['2022-05-31', 96],
    ['2022-08-31', 108],
    ['2022-11-15', 130],
    ['2022-11-29', 117],
    ['2022-11-30', 126],
  ];
  const got = s.quantstatsMetrics({ time: curve.map(([date]) => day(date)), equity: curve.map(([, value]) => value) });
  const percent = (name: string, end: number, start: number) => near(got[name]! / 100, end / start - 1);
  percent('Cumulative Return %', 126, 100);
  percent('MTD %', 126, 108);
  // The return that ended on the day itself counts: 30 August, three months back, is before that of 31 August.
  percent('3M %', 126, 96);
  percent('6M %', 126, 120);
  percent('YTD %', 126, 120);
  percent('1Y %', 126, 99);
  near(got['All-time (ann.) %']! / 100, 1.26 ** (252 / 8) - 1);
  percent('Best Month %', 120, 99);
  percent('Best Year %', 120, 99);
  percent('Worst Year %', 99, 100);
  near(got['Win Quarter %']!, 400 / 6);
  near(got['Win Year %']!, 200 / 3);
  // Below 110 to the end of 2020; below 120 in May and August 2022; below 130 for two days in November.
  expect(got['Longest DD Days']).toBe(93);
  near(got['Avg. Drawdown Days']!, (1 + 93 + 2) / 3);
  near(got['Avg. Drawdown %']! / 100, (99 / 110 - 1 + (96 / 120 - 1) + (117 / 130 - 1)) / 3);
  expect(got['Beta']).toBeUndefined();
});

test('empyrical: capture, alpha and beta by side, batting averages; quantstats: Treynor of the total return', () => {
  const sides = s.benchmarkSides(returns, benchmark, { riskFreeTotal: 0.01 });
  near(sides.capture, 1.7532772891727586);
  near(sides.upDownCapture, 1.8171034182999473);
  near(sides.upBeta, 1.2952029520295205);
  near(sides.upAlpha, 0.12636736107693425);
  near(sides.downBeta, 1.5614973262032084);
  near(sides.downAlpha, 0.5805387871766776);
  near(sides.battingAverage, 2 / 3);
  near(sides.upBattingAverage, 5 / 7);
  near(sides.downBattingAverage, 3 / 5);
  near(sides.treynorOfTotalReturn, 0.003226587719023272);
  const gaps = s.benchmarkSides([...returns, 0.5, Number.NaN], [...benchmark, Number.NaN, 0.5], { riskFreeTotal: 0.01 });
  expect(gaps).toEqual(sides);
  expect(s.benchmarkSides([0.01, 0.02], [0.01, 0.03]).downBeta).toBeNaN();
});

test("beta fragility: the values of empyrical's own tests", () => {
  const percent = (...values: number[]) => values.map((value) => value / 100);
  const flat = percent(0, 1, 0, 1, 0, 1, 0, 1, 0);
  near(s.betaFragility(percent(1, 2, 1, 1, 1, 1, 1, 1, 1), flat), 0);
  near(s.betaFragility(percent(Number.NaN, 1, 10, -4, 2, 3, 2, 1, -10), flat), 0.09);
  near(s.betaFragility(percent(0, -6, -7, -1, -9, -2, -6, -8, -5), flat), -0.03);
  expect(s.betaFragility([0.01, 0.02], [0.01, 0.03])).toBeNaN();
});

test('moments pass over what is missing', () => {
  const gaps = [Number.NaN, ...returns, Number.NaN];
  expect([s.skewness(gaps), s.kurtosis(gaps, 'sample')]).toEqual([s.skewness(returns), s.kurtosis(returns, 'sample')]);
});

test('figures without what they divide by are missing', () => {
  expect(s.profitRatio([0.01, 0.02])).toBeNaN();
  expect(s.outlierLossRatio([0.01, 0.02])).toBeNaN();
  expect(s.outlierWinRatio([])).toBeNaN();
  expect(s.returnOverExposure([0, 0])).toBeNaN();
  expect(s.exposureOfReturns([])).toBeNaN();
  for (const none of [[], [0, 0, 0]]) expect(s.riskOfRuin(none)).toBeNaN();
  expect(s.ulcerPerformanceIndex([0.01, 0.02, 0.01])).toBeNaN();
});

test("backtesting.py: durations are rounded up to the unit of the bars, the year follows the bars' distance", () => {
  const hour = 3_600_000;
  const figures = (hours: readonly number[]) =>
    s.backtestingPyStatistics({
      time: hours.map((at) => Date.UTC(2024, 0, 5) + at * hour),
      equity: [100, 90, 100, 95, 90, 100, 101],
      trades: [1, 2].map((row) => ({
        entryRow: 0,
        exitRow: row,
        entryTime: hours[0]! * hour,
        exitTime: hours[row]! * hour,
        pnl: row,
        returnFraction: row / 100,
      })),
    });
  // A weekend lies before the last bar: the bars are of an hour all the same.
  const hourly = figures([0, 1, 2, 3, 4, 5, 72]);
  expect([hourly['Avg. Trade Duration'], hourly['Max. Trade Duration']]).toEqual([2 * hour, 2 * hour]);
  // Falls of two and of three hours, two and a half on average.
  expect([hourly['Avg. Drawdown Duration'], hourly['Max. Drawdown Duration']]).toEqual([3 * hour, 3 * hour]);
  const annual = (days: number): number => figures(Array.from({ length: 7 }, (_, row) => row * 24 * days))['Return (Ann.) [%]']!;
  near(annual(1), (1.01 ** (365 / 6) - 1) * 100);
  near(annual(7), (1.01 ** (52 / 6) - 1) * 100);
  near(annual(31), (1.01 ** (12 / 6) - 1) * 100);
});

test('backtesting.py: a fall that only the last row has begun is in no average, unless it is the only one', () => {
  const day = 86_400_000;
  const figures = (equity: readonly number[]) =>
    s.backtestingPyStatistics({ time: equity.map((_, row) => Date.UTC(2024, 0, 1 + row)), equity, trades: [] });
  const two = figures([100, 90, 100, 60]);
  near(two['Avg. Drawdown [%]']!, -10);
  expect([two['Avg. Drawdown Duration'], two['Max. Drawdown Duration']]).toEqual([2 * day, 2 * day]);
  near(two['Max. Drawdown [%]']!, -40);
  const one = figures([100, 100, 80]);
  near(one['Avg. Drawdown [%]']!, -20);
  expect([one['Avg. Drawdown Duration'], one['Max. Drawdown Duration']]).toEqual([Number.NaN, Number.NaN]);
  near(figures([100, 100, 80, 90])['Avg. Drawdown [%]']!, -20);
});
