import { barSeries, parseTimeframe } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  close,
  compile,
  fracdiff,
  fracdiffWeights,
  fracdiffWidth,
  garmanKlassVolatility,
  log,
  parkinsonVolatility,
  rogersSatchellVolatility,
  yangZhangVolatility,
} from './index.ts';

const ORACLES = new URL('../../../shared/oracles/', import.meta.url);
const present = existsSync(ORACLES);
interface Vector {
  readonly id: string;
  readonly inputs: { readonly d: number; readonly n: number; readonly threshold: number; readonly limit: number };
  readonly expected: Record<'weights' | 'index' | 'parkinson' | 'garmanKlass', number[]> & {
    readonly n: number;
    readonly nWeights: number;
    readonly values: Record<string, number>;
  };
}
const vectors: Vector[] = present ? JSON.parse(readFileSync(new URL('05_financial_ml.json', ORACLES), 'utf8')).vectors : [];
const vector = (id: string): Vector => vectors.find((candidate) => candidate.id === id)!;

function read(file: string, rows: number): ReturnType<typeof barSeries> {
  const lines = readFileSync(new URL(file, ORACLES), 'utf8')
    .trim()
    .split('\n')
    .slice(0, rows + 1);
  const header = lines[0]!.trim().toLowerCase().split(',');
  const column = (name: string): Float64Array =>
    Float64Array.from(lines.slice(1), (line) => Number(line.split(',')[header.indexOf(name)] ?? 0));
  const time = Float64Array.from({ length: lines.length - 1 }, (_, t) => t);
  return barSeries('X', parseTimeframe('1d'), {
    time,
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: time,
  });
}

describe.skipIf(!present)('published answers (shared/oracles/05_financial_ml.json; skipped when absent)', () => {
  test('fractional differencing', () => {
    for (const id of ['fracdiff-weights-0.5', 'fracdiff-weights-0.9']) {
      const { inputs, expected } = vector(id);
      fracdiffWeights(inputs.d, inputs.n).forEach((weight, k) => expect(Math.abs(weight - expected.weights[k]!)).toBeLessThan(1e-14));
    }
    const { inputs, expected } = vector('fracdiff-ffd-length');
    expect(fracdiffWidth(inputs.d, inputs.threshold, inputs.limit)).toBe(expected.n);
    const dollar = vector('fracdiff-ffd-dollar');
    const { y } = compile({ y: fracdiff(log(close), dollar.inputs.d, dollar.inputs.threshold) }).batch(
      read('data/dollar_bar_sample.csv', 1e6),
    );
    for (const [row, value] of Object.entries(dollar.expected.values)) expect(Math.abs(y[Number(row)]! - value)).toBeLessThan(1e-10);
  });

  test('range volatilities', () => {
    const { expected } = vector('vol-range-goog-20');
    const { parkinson, garmanKlass } = compile({ parkinson: parkinsonVolatility(20), garmanKlass: garmanKlassVolatility(20) }).batch(
      read('data/GOOG.csv', 300),
    );
    expected.index.forEach((row, k) => {
      expect(Math.abs(parkinson[row]! / expected.parkinson[k]! - 1)).toBeLessThan(1e-10);
      expect(Math.abs(garmanKlass[row]! / expected.garmanKlass[k]! - 1)).toBeLessThan(1e-10);
    });
  });
});

/** The textbook formulas written out over plain arrays, to hold the expressions against. */
function textbook(bars: ReturnType<typeof barSeries>, row: number, n: number): { rogersSatchell: number; yangZhang: number } {
  const { open, high, low, close } = bars;
  const rows = Array.from({ length: n }, (_, k) => row - n + 1 + k);
  const spread = (values: readonly number[]): number => {
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  };
  const rs = rows.reduce((sum, t) => {
    const [h, l, c] = [high, low, close].map((column) => Math.log(column[t]!) - Math.log(open[t]!)) as [number, number, number];
    return sum + (h * (h - c) + l * (l - c)) / n;
  }, 0);
  const overnight = spread(rows.map((t) => Math.log(open[t]!) - Math.log(close[t - 1]!)));
  const day = spread(rows.map((t) => Math.log(close[t]!) - Math.log(open[t]!)));
  const k = 0.34 / (1.34 + (n + 1) / (n - 1));
  return { rogersSatchell: Math.sqrt(rs), yangZhang: Math.sqrt(overnight + k * day + (1 - k) * rs) };
}

test.skipIf(!present)('Rogers-Satchell and Yang-Zhang against the textbook, on published bars (skipped when absent)', () => {
  const bars = read('data/GOOG.csv', 300);
  const { rs, yz } = compile({ rs: rogersSatchellVolatility(20), yz: yangZhangVolatility(20) }).batch(bars);
  for (let row = 20; row < 300; row++) {
    const { rogersSatchell, yangZhang } = textbook(bars, row, 20);
    expect(Math.abs(rs[row]! / rogersSatchell - 1)).toBeLessThan(1e-10);
    expect(Math.abs(yz[row]! / yangZhang - 1)).toBeLessThan(1e-10);
  }
});
