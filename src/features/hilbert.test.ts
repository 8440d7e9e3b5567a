import { barSeries, parseTimeframe } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  compile,
  cyclePhasor,
  cycleSine,
  dominantCyclePeriod,
  dominantCyclePhase,
  instantaneousTrend,
  mama,
  medianPrice,
  trendMode,
} from './index.ts';

const DATA = new URL('../../../shared/oracles/data/talib_regtest_252.csv', import.meta.url);
const present = existsSync(DATA);

/** By column: [row, value] as TA-Lib's own regression test (ta_regtest, test_1in_1out and test_1in_2out) prints them, for the middle of the bar. */
const PUBLISHED: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  period: [
    [32, 15.5527],
    [251, 18.614],
  ],
  phase: [
    [63, 22.1495],
    [249, -31.182],
    [250, 23.2691],
    [251, 47.2765],
  ],
  trendline: [
    [63, 88.257],
    [249, 109.69],
    [250, 110.18],
    [251, 110.46],
  ],
  inPhase: [
    [32, 0.9456],
    [33, 2.7539],
    [41, -0.7235],
    [250, 0.8386],
    [251, 0.3258],
  ],
  quadrature: [
    [32, 5.2143],
    [33, 2.4129],
    [41, -5.9336],
    [250, -0.8913],
    [251, -0.9447],
  ],
  sine: [
    [63, 0.38],
    [64, 0.77],
    [68, 0.65],
    [248, -0.94],
    [249, -0.52],
    [251, 0.73],
  ],
  leadSine: [
    [63, 0.92],
    [64, 1],
    [68, -0.08],
    [248, -0.44],
    [249, 0.24],
    [251, 1],
  ],
  mode: [[63, 1]],
};

test.skipIf(!present)('cycle measures are those that TA-Lib publishes (shared/oracles/data; skipped when absent)', () => {
  const [header, ...rows] = readFileSync(DATA, 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim().toLowerCase().split(','));
  const column = (name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[header!.indexOf(name)]));
  const bars = barSeries('X', parseTimeframe('1d'), {
    time: Float64Array.from(rows, (_, row) => row * 86_400_000),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('close'),
  });
  const columns: Readonly<Record<string, Float64Array>> = compile({
    period: dominantCyclePeriod(medianPrice),
    phase: dominantCyclePhase(medianPrice),
    trendline: instantaneousTrend(medianPrice),
    mode: trendMode(medianPrice),
    ...cyclePhasor(medianPrice),
    ...cycleSine(medianPrice),
  }).batch(bars);
  for (const [name, values] of Object.entries(PUBLISHED)) {
    const first = columns[name]!.findIndex((value) => !Number.isNaN(value));
    expect(first, name).toBe(values[0]![0]);
    // To 0.01, as their test and the other vectors of that file.
    for (const [row, value] of values) expect(Math.abs(columns[name]![row]! - value), `${name} ${row}`).toBeLessThanOrEqual(0.01);
  }
});

test('a steady cycle is found: its period, its phase and that it is no trend; a straight line is a trend', () => {
  const length = 400;
  const flat = new Float64Array(length).fill(1);
  const barsOf = (close: Float64Array): ReturnType<typeof barSeries> =>
    barSeries('X', parseTimeframe('1d'), { time: flat, open: close, high: close, low: close, close, volume: flat });
  const wave = barsOf(Float64Array.from({ length }, (_, t) => 100 + 0.5 * Math.sin((2 * Math.PI * t) / 20)));
  const graph = compile({
    period: dominantCyclePeriod(medianPrice),
    phase: dominantCyclePhase(medianPrice),
    mode: trendMode(medianPrice),
    ...mama(medianPrice),
  });
  const found = graph.batch(wave);
  for (let t = 200; t < length; t++) {
    expect(Math.abs(found.period[t]! - 20)).toBeLessThan(1);
    expect(found.mode[t]).toBe(0);
  }
  let turned = 0;
  for (let t = 201; t <= 300; t++) turned += (((found.phase[t]! - found.phase[t - 1]!) % 360) + 360) % 360;
  expect(Math.abs(turned - 5 * 360)).toBeLessThan(20);
  const rising = graph.batch(barsOf(Float64Array.from({ length }, (_, t) => 100 + t)));
  for (let t = 200; t < length; t++) {
    expect(rising.mode[t]).toBe(1);
    expect(rising.mama[t]).toBeGreaterThan(rising.fama[t]!);
  }
  expect(() => mama(medianPrice, 0.5, 0)).toThrow(/limits/);
});
