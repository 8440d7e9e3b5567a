import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { indicator } from './index.ts';
import { SarKernel } from './kernels/directional.ts';

/*
 * Tulip's answers that are not ours, because they are not TA-Lib's either. For each, the one rule that differs is put into an
 * otherwise equal computation, and the answer must be Tulip's: so it is that rule and nothing else.
 */
const ORACLES = new URL('../../../shared/oracles/02_indicators.json', import.meta.url);
const present = existsSync(ORACLES);

interface Vector {
  readonly id: string;
  readonly inputs: Readonly<Record<string, number[]>>;
  readonly expected: number[] | number[][];
}
const vectors: Vector[] = present ? JSON.parse(readFileSync(ORACLES, 'utf8')).vectors : [];

interface Case {
  readonly series: Readonly<Record<string, number[]>>;
  readonly options: readonly number[];
  /** By output. */
  readonly expected: readonly (readonly number[])[];
}
function caseOf(id: string): Case {
  const { inputs, expected } = vectors.find((vector) => vector.id === id)!;
  const { options, ...series } = inputs;
  return { series, options: options!, expected: (Array.isArray(expected[0]) ? expected : [expected]) as number[][] };
}

/** The last values are the published ones, to the digits that are printed. */
function near(ours: ArrayLike<number>, published: readonly number[], tolerance = 1e-3): void {
  const start = ours.length - published.length;
  published.forEach((value, k) => {
    const gap = Math.abs(ours[start + k]! - value);
    if (!(gap < tolerance)) expect.fail(`value ${k}: ${ours[start + k]} against ${value}`);
  });
}

function barsOf(series: Readonly<Record<string, readonly number[]>>): BarSeries {
  const any = Object.values(series)[0]!;
  const column = (name: string): Float64Array => Float64Array.from(series[name] ?? any);
  return barSeries('X', parseTimeframe('1d'), {
    time: Float64Array.from(any, (_, row) => row * 86_400_000),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  });
}

/** An exponential average that starts as the first value, where ours starts as the mean of the first n. */
function fromFirst(values: readonly number[], n: number, factor = 2 / (n + 1)): number[] {
  let now = values[0]!;
  return values.map((value) => (now += (value - now) * factor));
}

const closes = ({ series }: Case): number[] => series['close'] ?? series['real'] ?? Object.values(series)[0]!;

describe.skipIf(!present)('what Tulip does otherwise (shared/oracles/02_indicators.json; skipped when absent)', () => {
  test('ema: its first value is the first price, not the mean of n', () => {
    const ema = caseOf('tulip-ema-12');
    near(fromFirst(closes(ema), ema.options[0]!), ema.expected[0]!);
  });

  test('dema, tema, trix: that average of averages, each from n − 1 rows after the one before', () => {
    const dema = caseOf('tulip-dema-9');
    const one = fromFirst(closes(dema), dema.options[0]!).slice(dema.options[0]! - 1);
    const two = fromFirst(one, dema.options[0]!);
    near(
      one.map((value, k) => 2 * value - two[k]!),
      dema.expected[0]!,
    );
    const chain = (values: readonly number[], n: number): readonly [number[], number[], number[]] => {
      const first = fromFirst(values, n).slice(n - 1);
      const second = fromFirst(first, n).slice(n - 1);
      return [first.slice(n - 1), second, fromFirst(second, n)];
    };
    const tema = caseOf('tulip-tema-22');
    const [first, second, third] = chain(closes(tema), tema.options[0]!);
    near(
      third.map((value, k) => 3 * first[k]! - 3 * second[k]! + value),
      tema.expected[0]!,
    );
    const trix = caseOf('tulip-trix-24');
    const smooth = chain(closes(trix), trix.options[0]!)[2].slice(trix.options[0]! - 1);
    near(
      smooth.slice(1).map((value, k) => (100 * (value - smooth[k]!)) / smooth[k]!),
      trix.expected[0]!,
      1e-4,
    );
  });

  test('macd: averages from the first price, with 0.15 and 0.075 for the 2/13 and 2/27 of 12 and 26', () => {
    const { expected, options, ...rest } = caseOf('tulip-macd-13');
    const real = closes({ expected, options, ...rest });
    expect(options).toEqual([12, 26, 9]);
    const [fast, slow] = [fromFirst(real, 12, 0.15), fromFirst(real, 26, 0.075)];
    const line = fast.map((value, k) => value - slow[k]!).slice(25);
    const signal = fromFirst(line, 9);
    near(line, expected[0]!, 1e-8);
    near(signal, expected[1]!, 1e-8);
    near(
      line.map((value, k) => value - signal[k]!),
      expected[2]!,
      1e-8,
    );
  });

  test('cmo: plain sums of the last n rises and falls, not Wilder averages', () => {
    const cmo = caseOf('tulip-cmo-8');
    const n = cmo.options[0]!;
    const changes = closes(cmo)
      .slice(1)
      .map((value, k) => value - closes(cmo)[k]!);
    const ours = cmo.expected[0]!.map((_, k) => {
      const window = changes.slice(k, k + n);
      const total = window.reduce((sum, change) => sum + Math.abs(change), 0);
      return (100 * window.reduce((sum, change) => sum + change, 0)) / total;
    });
    near(ours, cmo.expected[0]!);
  });

  test('obv: it starts at nothing, ours at the first volume', () => {
    const obv = caseOf('tulip-obv-16');
    const ours = indicator('OBV', barsOf(obv.series))['output']!;
    near(
      ours.map((value) => value - ours[0]!),
      obv.expected[0]!,
      1e-9,
    );
  });

  test('psar: its first extreme is that of bar 0, ours that of bar 1; all later bars by our own step', () => {
    const { series, options, expected } = caseOf('tulip-psar-17');
    const [high, low] = [Float64Array.from(series['high']!), Float64Array.from(series['low']!)];
    const kernel = new SarKernel(options[0]!, options[1]!);
    const rising = high[1]! + low[1]! >= high[0]! + low[0]!;
    kernel.seen = 2;
    kernel.long = rising ? 1 : 0;
    kernel.extreme = rising ? high[0]! : low[0]!;
    kernel.sar = rising ? low[0]! : high[0]!;
    [kernel.high, kernel.low] = [high[0]!, low[0]!];
    const level = new Float64Array(high.length - 1);
    kernel.run([high.subarray(1), low.subarray(1)], [level], level.length);
    near(level, expected[0]!, 1e-7);
  });

  test('adx, adxr: ours from the bar on where the sums of movement are first full, one before TA-Lib', () => {
    const { series, expected } = caseOf('tulip-adx-2');
    const [plus, minus] = ['PLUS_DM', 'MINUS_DM'].map((name) => indicator(name, barsOf(series), { timePeriod: 14 })['output']!);
    const index = Array.from(plus!, (up, row) => (100 * Math.abs(up - minus![row]!)) / (up + minus![row]!));
    const average = indicator('WILDERS', barsOf({ close: index }), { timePeriod: 14 })['output']!;
    expect(average.findIndex((value) => !Number.isNaN(value))).toBe(26);
    near(average, expected[0]!);
    near(average.map((value, row) => (value + average[row - 13]!) / 2).slice(39), caseOf('tulip-adxr-3').expected[0]!);
  });

  test('mass: over averages that start as the first range', () => {
    const { series, expected } = caseOf('tulip-mass-14');
    const ranges = series['high']!.map((value, row) => value - series['low']![row]!);
    const once = fromFirst(ranges, 9).slice(8);
    const twice = fromFirst(once, 9);
    const ratios = once.map((value, k) => value / twice[k]!).slice(8);
    near(
      expected[0]!.map((_, k) => ratios[k]! + ratios[k + 1]! + ratios[k + 2]!),
      expected[0]!,
    );
  });
});
