import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseTimeframe, type BarColumns } from '#domain';
import type { QualityOptions } from './quality-report.ts';
import { checkQuality } from './quality-gate.ts';
import { surveyRows, type RowSurvey } from './row-survey.ts';

const MINUTE = 60_000;
const timeframe = parseTimeframe('1m');
/** Half an hour before a session of New York begins. */
const START = Date.UTC(2024, 0, 3, 14);

/** Says of any rows that every check has to look. */
const anythingAmiss = (columns: BarColumns): RowSurvey => ({
  ...surveyRows(columns),
  misplaced: true,
  unusable: true,
  outsideRange: true,
  still: true,
  mostStep: Number.POSITIVE_INFINITY,
});

function outcomeOf(columns: BarColumns, options: QualityOptions, survey?: (columns: BarColumns) => RowSurvey): unknown {
  try {
    return checkQuality({ symbol: 'S', timeframe, columns }, options, survey);
  } catch (error) {
    return String(error);
  }
}

test('a check that a survey leaves out would have found nothing', () => {
  const odd = fc.constantFrom(0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e16, 1e-16, 1e31, 98, 100, 103);
  const columns = ['open', 'high', 'low', 'close', 'volume'] as const;
  const defects = fc.array(fc.record({ row: fc.nat(59), column: fc.constantFrom(...columns), value: odd }), { maxLength: 3 });
  const steps = fc.array(fc.record({ row: fc.nat(59), by: fc.constantFrom(-MINUTE, -90_000, MINUTE, 40_000, 5 * MINUTE, Number.NaN) }), {
    maxLength: 2,
  });
  const repeats = fc.array(fc.record({ row: fc.integer({ min: 1, max: 50 }), count: fc.integer({ min: 1, max: 8 }) }), { maxLength: 1 });
  const choice: fc.Arbitrary<QualityOptions> = fc.record(
    {
      venueHours: fc.constantFrom('always' as const, 'us_equity' as const),
      highLow: fc.constantFrom('repair' as const, 'drop' as const, 'keep' as const),
      outsideSession: fc.constantFrom('keep' as const, 'drop' as const),
      now: fc.constantFrom(START + 56 * MINUTE, START + 60 * MINUTE, START + 61 * MINUTE),
      staleRun: fc.constantFrom(1, 2, 5),
      zeroVolumeRun: fc.constantFrom(0, 1, 5),
    },
    { requiredKeys: ['venueHours'] },
  );
  fc.assert(
    fc.property(defects, steps, repeats, choice, fc.constantFrom(MINUTE, MINUTE / 4, 3 * MINUTE), (bad, moved, still, options, spacing) => {
      const rows = Array.from({ length: 60 }, (_, row) => row);
      const price = (row: number): number => 100 + Math.sin(row);
      const bars = {
        time: Float64Array.from(rows, (row) => START + row * spacing),
        open: Float64Array.from(rows, price),
        high: Float64Array.from(rows, (row) => price(row) + 1),
        low: Float64Array.from(rows, (row) => price(row) - 1),
        close: Float64Array.from(rows, (row) => price(row) + 0.5),
        volume: Float64Array.from(rows, (row) => 5 + row),
      };
      for (const { row, count } of still)
        for (let at = row; at < row + count; at++) for (const name of columns) bars[name][at] = bars[name][row - 1]!;
      for (const { row, column, value } of bad) bars[column][row] = value;
      for (const { row, by } of moved) for (let at = row; at < 60; at++) bars.time[at]! += by;
      expect(outcomeOf(bars, options)).toEqual(outcomeOf(bars, options, anythingAmiss));
    }),
    { numRuns: 2000 },
  );
});

test('rows without a fault have no sign of one', () => {
  const column = (value: (row: number) => number): Float64Array => Float64Array.from({ length: 30 }, (_, row) => value(row));
  const clean = {
    time: column((row) => row * MINUTE),
    open: column((row) => 100 + row),
    high: column((row) => 102 + row),
    low: column((row) => 99 + row),
    close: column((row) => 101 + row),
    volume: column(() => 5),
  };
  const survey = { misplaced: false, unusable: false, outsideRange: false, still: false, leastStep: MINUTE, mostStep: MINUTE };
  expect(surveyRows(clean)).toEqual(survey);
});

test('with outliers switched off by an infinite z, a split in prices that never else move is still found', () => {
  const close = Float64Array.from({ length: 30 }, (_, row) => (row < 15 ? 100 : 50));
  const columns = { time: close.map((_, row) => START + row * MINUTE), open: close, high: close, low: close, close, volume: close };
  const { report } = checkQuality(
    { symbol: 'S', timeframe, columns },
    { venueHours: 'always', outlierZ: Number.POSITIVE_INFINITY, staleRun: 100 },
  );
  expect(report.findings.map(({ check }) => check)).toEqual(['unadjusted_split']);
});
