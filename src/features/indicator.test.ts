import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { indicator, institutionalFeatures, listIndicators } from './index.ts';

const ORACLES = new URL('../../../shared/oracles/', import.meta.url);
const present = existsSync(ORACLES);

type Numbers = (number | null)[];
interface Vector {
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>> & { readonly data?: { readonly file: string }; readonly function?: string };
  readonly expected: unknown;
  readonly agreesWithTaLib?: boolean | string;
}

function fromColumns(columns: Readonly<Record<string, ArrayLike<number>>>): BarSeries {
  const length = Object.values(columns)[0]!.length;
  const column = (name: string): Float64Array => Float64Array.from(columns[name] ?? columns['close'] ?? columns['high']!);
  const volume = columns['volume'] === undefined ? new Float64Array(length) : column('volume');
  const time = Float64Array.from({ length }, (_, row) => row * 86_400_000);
  return barSeries('X', parseTimeframe('1d'), {
    time,
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume,
  });
}

function readBars(file: string): BarSeries {
  const lines = readFileSync(new URL(file, ORACLES), 'utf8').trim().split('\n');
  const header = lines[0]!.trim().toLowerCase().split(',');
  const rows = lines.slice(1).map((line) => line.split(','));
  return fromColumns(Object.fromEntries(header.map((name, c) => [name, rows.map((row) => Number(row[c]))])));
}

const vectors: Vector[] = present ? JSON.parse(readFileSync(new URL('02_indicators.json', ORACLES), 'utf8')).vectors : [];
/**
 * Also seeded otherwise: Tulip's DX starts a bar before TA-Lib's, so does the ADX over it; its mass index sits on its own EMA.
 */
const OTHER_SEED = /tulip-(adx|adxr|mass)-/;
/**
 * Tulip seeds averages and directions otherwise than TA-Lib; we follow TA-Lib. What exactly differs, and that nothing else
 * does, is shown vector by vector in tulip.test.ts.
 */
const otherConvention = new Set(vectors.filter((vector) => vector.agreesWithTaLib === false).map((vector) => vector.id));

const POSITIONAL: Record<string, string[]> = {
  MACD: ['fast', 'slow', 'signal'],
  BBANDS: ['timePeriod', 'nbDevUp', 'nbDevDown', 'kind'],
  STOCH: ['fastK', 'slowK', 'slowKMA', 'slowD', 'slowDMA'],
  STOCHRSI: ['timePeriod', 'fastK', 'fastD', 'fastDMA'],
  STDDEV: ['timePeriod', 'nbDev'],
  KELTNER: ['timePeriod', 'multiplier'],
  SAR: ['acceleration', 'maximum'],
};
const named = (name: string, values: readonly number[]): Record<string, number> =>
  Object.fromEntries(values.map((value, k) => [(POSITIONAL[name] ?? ['timePeriod'])[k]!, value]));

/** The options of a TA-Lib vector in our names. */
function optionsOf(name: string, params: unknown): Record<string, number | string> {
  if (typeof params === 'number') return named(name, [params]);
  if (Array.isArray(params)) return named(name, params as number[]);
  const { note, stddev, maType, nbDev, periods, slowKMA, slowDMA, fastDMA, ...rest } = (params ?? {}) as Record<string, never>;
  void [note, stddev, maType, slowKMA, slowDMA, fastDMA];
  if (periods !== undefined) return { short: periods[0]!, middle: periods[1]!, long: periods[2]! };
  if (nbDev === undefined) return rest;
  return name === 'BBANDS' ? { ...rest, nbDevUp: nbDev, nbDevDown: nbDev } : { ...rest, nbDev };
}

function expectColumn(actual: Float64Array, expected: Numbers, relative: number, absolute: number, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let row = 0; row < expected.length; row++) {
    const want = expected[row]!;
    if (want === null) expect(actual[row], `${what}[${row}]`).toBeNaN();
    else if (!(Math.abs(actual[row]! - want) <= absolute + relative * Math.abs(want)))
      expect.fail(`${what}[${row}]: ${actual[row]} is not ${want}`);
  }
}

describe.skipIf(!present)('published indicator answers (shared/oracles/02_indicators.json; skipped when absent)', () => {
  test.each(vectors.filter((vector) => vector.id.startsWith('ta-reg')))('$id', ({ inputs, expected }) => {
    const name = inputs.function!;
    const bars = readBars(inputs.data!.file);
    const columns = indicator(name, bars, named(name, inputs['options'] as number[]));
    for (const { output, absoluteIndex, value } of expected as { output: string; absoluteIndex: number; value: number }[]) {
      const tolerance = Math.abs(value) > 1000 ? 1e-4 * Math.abs(value) : 0.01;
      expect(Math.abs(columns[output]![absoluteIndex]! - value), `${output}[${absoluteIndex}]`).toBeLessThanOrEqual(tolerance);
    }
    const first = Object.values(columns)[0]!;
    expect(first.findIndex((value) => !Number.isNaN(value))).toBe(inputs['firstIndex']);
  });

  test.each(vectors.filter((vector) => /^(ta-vis|ttr|vwap)/.test(vector.id)))('$id', ({ inputs, expected }) => {
    const name = inputs.function ?? 'ANCHORED_VWAP';
    const columns = indicator(name, readBars(inputs.data!.file), inputs.function === undefined ? {} : optionsOf(name, inputs['params']));
    for (const [output, values] of Object.entries(expected as Record<string, Numbers>))
      expectColumn(columns[output]!, values, 1e-9, 1e-9, output);
  });

  const TULIP: Record<string, string> = { di: 'PLUS_DI', wilders: 'WILDERS' };
  test.each(vectors.filter((vector) => vector.id.startsWith('tulip') && !otherConvention.has(vector.id) && !OTHER_SEED.test(vector.id)))(
    '$id',
    ({ id, inputs, expected }) => {
      const key = id.split('-')[1]!;
      const name = TULIP[key] ?? key.toUpperCase();
      const options = inputs['options'] as number[];
      const { options: _, ...series } = inputs as unknown as Record<string, number[]>;
      const bars = fromColumns(series);
      const width = name === 'BBANDS' ? { timePeriod: options[0]!, nbDevUp: options[1]!, nbDevDown: options[1]! } : named(name, options);
      const columns = Object.values(indicator(name, bars, width));
      if (key === 'di') columns.push(...Object.values(indicator('MINUS_DI', bars, named('MINUS_DI', options))));
      if (key === 'bbands') columns.reverse();
      const wanted = (Array.isArray((expected as unknown[])[0]) ? expected : [expected]) as number[][];
      wanted.forEach((values, k) => {
        const tail = columns[k]!.slice(-values.length);
        const from = key === 'di' || key === 'dx' ? 1 : 0;
        expectColumn(tail.slice(from), values.slice(from), 0, 1e-3, `${id}.${k}`);
      });
    },
  );
});

test('the catalogue lists what it computes and suggests near names', () => {
  expect(listIndicators().length).toBeGreaterThanOrEqual(60);
  expect(() => indicator('RSII', fromColumns({ close: [1] }))).toThrow(
    expect.objectContaining({ hint: expect.stringContaining('RSI') as string }),
  );
  expect(() => indicator('RSI', fromColumns({ close: [1] }), { timePerod: 3 })).toThrow(/no parameter/);
});

test('the page on features names every indicator and every feature of the default set, and nothing else', () => {
  const page = readFileSync(new URL('../../docs/features.md', import.meta.url), 'utf8');
  // The building blocks stand before them; tests/package.test.ts holds those.
  const tables = page
    .slice(page.indexOf('## The default set'))
    .split('\n')
    .filter((line) => line.startsWith('|'));
  const named = new Set(tables.flatMap((line) => [...line.matchAll(/`(\w+)`/g)].map((match) => match[1]!)));
  const known = [...listIndicators().map(({ name }) => name), ...Object.keys(institutionalFeatures({ regimeStates: 2 }))];
  expect([...named].toSorted()).toEqual(known.toSorted());
});

/** Values printed in TA-Lib's own regression tables (ta_regtest 0.4) for its 252 bars, beyond those of the oracle file. */
const PRINTED: readonly [name: string, options: Record<string, number | string>, row: number, value: number][] = [
  ['ADOSC', { fast: 3, slow: 10 }, 9, 841_238.32],
  ['ADOSC', { fast: 3, slow: 10 }, 10, 2_255_663.07],
  ['ADOSC', { fast: 3, slow: 10 }, 251, -1_139_932.729],
  ['ADOSC', { fast: 5, slow: 2 }, 4, 585_361.28],
  ['APO', { fast: 26, slow: 12 }, 25, -3.3124],
  ['APO', { fast: 12, slow: 26 }, 251, -0.1667],
  ['PPO', { fast: 3, slow: 2 }, 2, 1.10264],
  ['PPO', { fast: 12, slow: 26 }, 251, -0.15281],
  ['CCI', { timePeriod: 2 }, 1, 66.6667],
  ['CCI', { timePeriod: 2 }, 187, 0],
  ['CCI', { timePeriod: 11 }, 251, -169.65514],
  ['T3', { timePeriod: 5 }, 24, 85.73],
  ['TRIMA', { timePeriod: 9 }, 251, 109.1312],
  ['KAMA', { timePeriod: 10 }, 251, 109.294],
  ['BETA', { timePeriod: 5 }, 6, 0.83604],
  ['CORREL', { timePeriod: 20 }, 251, 0.8866901],
];
test.skipIf(!present).each(PRINTED)(
  'TA-Lib prints %s %o at row %i (skipped when the oracle data are absent)',
  (name, options, row, value) => {
    const { output } = indicator(name, readBars('data/talib_regtest_252.csv'), options);
    expect(Math.abs(output![row]! - value)).toBeLessThanOrEqual(
      Math.abs(value) > 1000 ? 0.01 : 1e-4 * Math.max(1, Math.abs(value)) + 5e-3 * Number(name === 'T3'),
    );
    const first = output!.findIndex((entry) => !Number.isNaN(entry));
    expect(first).toBeLessThanOrEqual(row);
  },
);

test('the ultimate oscillator weighs the shortest window most, in whatever order the windows are given', () => {
  const wave = Array.from({ length: 60 }, (_, row) => 100 + 9 * Math.sin(row) + row / 5);
  const bars = fromColumns({ open: wave, high: wave.map((x) => x + 1), low: wave.map((x) => x - 2), close: wave });
  expect(indicator('ULTOSC', bars, { short: 20, middle: 5, long: 10 })).toEqual(
    indicator('ULTOSC', bars, { short: 5, middle: 10, long: 20 }),
  );
});
