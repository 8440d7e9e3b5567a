import { existsSync, readFileSync } from 'node:fs';
import { barSeries, parseTimeframe } from '#domain';
import { createRng } from '#core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { betSizeFromProbability, calibrateBetWidth, dynamicBet, metaLabels } from './bet-size.ts';
import { calibrateBarriers } from './calibrate-barriers.ts';
import { cusumEvents } from './cusum.ts';
import { returnAttributionWeights, timeDecayWeights } from './sample-weights.ts';
import { trendScanLabels } from './trend-scan.ts';
import { tripleBarrierLabels, type TripleBarrierOptions } from './triple-barrier.ts';
import {
  averageUniqueness,
  concurrency,
  indicatorMatrix,
  matrixUniqueness,
  sequentialBootstrap,
  sequentialBootstrapStep,
} from './uniqueness.ts';
import { barVolatility, dailyVolatility } from './volatility.ts';

const folder = new URL('../../../../shared/oracles/', import.meta.url);
const present = existsSync(new URL('05_financial_ml.json', folder));

// oxlint-disable-next-line typescript/no-explicit-any
type Vector = { id: string; inputs: any; expected: any };
const vectors: Vector[] = present ? JSON.parse(readFileSync(new URL('05_financial_ml.json', folder), 'utf8')).vectors : [];
const named = (start: string) => vectors.filter((vector) => vector.id.startsWith(start));
const near = (actual: ArrayLike<number>, expected: number[], tolerance: number) => {
  expect(actual.length).toBe(expected.length);
  expected.forEach((value, index) => expect(Math.abs(actual[index]! - value), `at ${index}`).toBeLessThanOrEqual(tolerance));
};

interface Source {
  file: string;
  column: string;
  timeColumn?: string;
  rows?: [number, number];
}
function column(data: Source, name = data.column): string[] {
  const [head, ...lines] = readFileSync(new URL(data.file, folder), 'utf8').trim().split('\n');
  const at = head!.split(',').indexOf(name);
  const all = lines.map((line) => line.split(',')[at]!);
  return data.rows === undefined ? all : all.slice(...data.rows);
}
const prices = (data: Source) => Float64Array.from(column(data), Number);
const flat = (close: Float64Array, time = close.map((_, row) => row * 60_000)) =>
  barSeries('T', parseTimeframe('1m'), { time, open: close, high: close, low: close, close, volume: close });

test.skipIf(!present)('oracle: CUSUM (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('cusum-')) {
    const close = prices(inputs.data);
    const factor = inputs.thresholdRule === undefined ? undefined : Number(/^close\[t\]\*(.*)$/.exec(inputs.thresholdRule)![1]);
    const threshold = factor === undefined ? inputs.threshold : close.map((price) => price * factor);
    expect([...cusumEvents(close, threshold)]).toEqual(expected.eventIndex);
  }
});

test.skipIf(!present)('oracle: daily volatility (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('dailyvol-')) {
    const close = prices(inputs.data);
    const time = Float64Array.from(column(inputs.data, inputs.data.timeColumn), (text) => Date.parse(`${text.replace(' ', 'T')}Z`));
    const volatility = dailyVolatility(flat(close, time), { span: inputs.span });
    for (const [row, value] of Object.entries(expected.values))
      expect(Math.abs(volatility[Number(row)]! - (value as number))).toBeLessThan(1e-10);
    expect(Math.abs(volatility.at(-1)! - expected.last)).toBeLessThan(1e-10);
    expect(volatility.findIndex((value) => !Number.isNaN(value))).toBe(expected.firstIndex + 1);
  }
});

test.skipIf(!present)('oracle: triple barrier, book convention (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('triple-barrier-')) {
    const close = prices(inputs.data);
    const events = Int32Array.from(inputs.eventIndex as number[]);
    const target = new Float64Array(close.length).fill(Number.NaN);
    const side = new Float64Array(close.length);
    events.forEach((row, index) => {
      target[row] = inputs.target[index] ?? Number.NaN;
      side[row] = inputs.sideAtEvents?.[index] ?? 0;
    });
    const labels = tripleBarrierLabels(flat(close), {
      events,
      target,
      profitTake: inputs.ptSl[0],
      stopLoss: inputs.ptSl[1],
      minReturn: inputs.minRet,
      ...(inputs.sideAtEvents === null ? {} : { side }),
      vertical: { kind: 'rows', rows: events.map((row) => inputs.verticalBarrierIndex?.[row] ?? -1) },
      entry: 'close',
      touch: 'close',
      labelRule: 'exceeds',
      returnKind: 'geometric',
    });
    expect(labels.count).toBe(expected.n);
    expect([...labels.t0]).toEqual(expected.events.map((event: { t0: number }) => event.t0));
    expect([...labels.t1]).toEqual(expected.events.map((event: { t1: number }) => event.t1));
    expect([...labels.label]).toEqual(expected.events.map((event: { bin: number }) => event.bin));
    near(
      labels.return,
      expected.events.map((event: { ret: number }) => event.ret),
      1e-10,
    );
  }
});

test.skipIf(!present)('oracle: uniqueness, indicator matrix, sequential bootstrap (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('uniqueness-')) {
    const spans = { t0: Int32Array.from(inputs.labelStart as number[]), t1: Int32Array.from(inputs.labelEnd as number[]) };
    const length = Math.max(...spans.t1) + 1;
    const counts = concurrency(spans, length);
    for (const [row, value] of Object.entries(expected.concurrency)) expect(counts[Number(row)]).toBe(value);
    near(averageUniqueness(spans, length), expected.avgUniqueness, 1e-12);
    const matrix = indicatorMatrix(spans);
    expect([matrix.rows, matrix.columns]).toEqual(expected.indicatorMatrixShape);
    expect(Math.abs(matrixUniqueness(matrix) - expected.avgUniquenessOfMatrix)).toBeLessThan(1e-12);
  }
  const matrixOf = (rows: number[][]) => ({ rows: rows.length, columns: rows[0]!.length, cells: Uint8Array.from(rows.flat()) });
  for (const { inputs, expected } of named('ind-matrix')) {
    expect(Math.abs(matrixUniqueness(matrixOf(inputs.indicatorMatrix)) - expected.averageUniqueness)).toBeLessThan(1e-4);
  }
  for (const { inputs, expected } of named('seq-bootstrap')) {
    expected.steps.forEach((step: { avgUniqueness: number[]; prob: number[] }, index: number) => {
      const { uniqueness, probability } = sequentialBootstrapStep(matrixOf(inputs.indicatorMatrix), inputs.phi.slice(0, index));
      near(uniqueness, step.avgUniqueness, 1e-12);
      near(probability, step.prob, 1e-12);
    });
  }
});

test.skipIf(!present)('oracle: sample weights (skipped where the oracle folder is absent)', () => {
  for (const { id, inputs, expected } of named('weights-')) {
    const close = prices(inputs.data);
    const spans = { t0: Int32Array.from(inputs.t0 as number[]), t1: Int32Array.from(inputs.t1 as number[]) };
    if (id.startsWith('weights-return')) near(returnAttributionWeights(close, spans), expected.weights, 1e-9);
    else near(timeDecayWeights(averageUniqueness(spans, close.length), inputs.decay), expected.weights, 1e-10);
  }
});

test.skipIf(!present)('oracle: trend scanning (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('trendscan-')) {
    const labels = trendScanLabels(prices(inputs.data), Int32Array.from(inputs.eventIndex as number[]), {
      lookForward: inputs.lookForward,
      minSample: inputs.minSample,
    });
    expect([...labels.t1]).toEqual(expected.t1Index);
    expect([...labels.label]).toEqual(expected.bin);
    expected.tValue.forEach((value: number, index: number) => expect(Math.abs(labels.tValue[index]! / value - 1)).toBeLessThan(1e-6));
    near(labels.return, expected.ret, 1e-12);
  }
});

test.skipIf(!present)('oracle: bet sizes (skipped where the oracle folder is absent)', () => {
  for (const { inputs, expected } of named('betsize-prob')) {
    near(
      inputs.prob.map((p: number, i: number) => betSizeFromProbability(p, inputs.side[i], { classes: inputs.numClasses })),
      expected.signal,
      1e-12,
    );
    near(
      inputs.prob.map((p: number, i: number) =>
        betSizeFromProbability(p, inputs.side[i], { classes: inputs.numClasses, step: inputs.step }),
      ),
      expected.discrete,
      1e-12,
    );
  }
  for (const { inputs, expected } of named('betsize-dynamic')) {
    const width = calibrateBetWidth(inputs.calibDivergence, inputs.calibSize);
    const bet = dynamicBet({ width, position: inputs.pos, maxPosition: inputs.maxPos, price: inputs.market, forecast: inputs.forecast });
    near([width, bet.targetPosition, bet.limitPrice], [expected.w, expected.targetPos, expected.limitPrice], 1e-8);
  }
});

function walk(seed: number, length: number) {
  const rng = createRng(seed);
  const open = new Float64Array(length);
  const high = new Float64Array(length);
  const low = new Float64Array(length);
  const close = new Float64Array(length);
  let price = 100;
  for (let row = 0; row < length; row++) {
    open[row] = price * (1 + 0.002 * rng.normal());
    close[row] = open[row]! * (1 + 0.01 * rng.normal());
    high[row] = Math.max(open[row]!, close[row]!) * (1 + 0.004 * rng.uniform());
    low[row] = Math.min(open[row]!, close[row]!) * (1 - 0.004 * rng.uniform());
    price = close[row]!;
  }
  return barSeries('R', parseTimeframe('1m'), { time: close.map((_, row) => row * 60_000), open, high, low, close, volume: close });
}

/** Plain twin: looks at every bar, in words. */
function naive(series: ReturnType<typeof walk>, options: TripleBarrierOptions, bars: number) {
  const rows: { t0: number; t1: number; barrier: number; exit: number }[] = [];
  for (const t0 of options.events) {
    const width = options.target[t0]!;
    const side = options.side === undefined ? 0 : options.side[t0]!;
    const atOpen = options.entry !== 'close';
    const entryRow = atOpen ? t0 + 1 : t0;
    const last = entryRow + bars;
    if (!(width > 0) || last >= series.length) continue;
    const entry = atOpen ? series.open[entryRow]! : series.close[t0]!;
    const long = side >= 0;
    const profit = entry * (1 + (long ? 1 : -1) * options.profitTake * width);
    const stop = entry * (1 - (long ? 1 : -1) * (side === 0 ? options.profitTake : options.stopLoss) * width);
    let found = { t0, t1: last, barrier: 0, exit: atOpen ? series.open[last]! : series.close[last]! };
    for (let row = atOpen ? entryRow : t0 + 1; row < (atOpen ? last : last + 1); row++) {
      const inRange = options.touch !== 'close';
      const hit = (level: number, above: boolean) =>
        inRange
          ? above
            ? series.high[row]! >= level
            : series.low[row]! <= level
          : above
            ? series.close[row]! > level
            : series.close[row]! < level;
      const barrier = hit(stop, !long) ? -1 : hit(profit, long) ? 1 : 0;
      if (barrier === 0) continue;
      const level = barrier === 1 ? profit : stop;
      const above = (barrier === 1) === long;
      const gapped = above ? Math.max(level, series.open[row]!) : Math.min(level, series.open[row]!);
      found = inRange
        ? { t0, t1: row, barrier, exit: gapped }
        : { t0, t1: atOpen ? row + 1 : row, barrier, exit: atOpen ? series.open[row + 1]! : series.close[row]! };
      break;
    }
    rows.push(found);
  }
  return rows;
}

describe('triple barrier', () => {
  const setting = fc.record({
    seed: fc.integer({ min: 0, max: 1e6 }),
    bars: fc.integer({ min: 1, max: 12 }),
    profitTake: fc.double({ min: 0.3, max: 3, noNaN: true }),
    stopLoss: fc.double({ min: 0.3, max: 3, noNaN: true }),
    side: fc.constantFrom(undefined, 1, -1),
    entry: fc.constantFrom('nextOpen', 'close'),
    touch: fc.constantFrom('highLow', 'close'),
  });
  const build = (s: typeof setting extends fc.Arbitrary<infer T> ? T : never) => {
    const series = walk(s.seed, 80);
    const options: TripleBarrierOptions = {
      events: Int32Array.from({ length: 40 }, (_, index) => index * 2),
      target: barVolatility(series.close, 10),
      profitTake: s.profitTake,
      stopLoss: s.stopLoss,
      vertical: { kind: 'bars', bars: s.bars },
      entry: s.entry as 'close',
      touch: s.touch as 'close',
      ...(s.side === undefined ? {} : { side: new Int8Array(80).fill(s.side) }),
    };
    return { series, options };
  };

  test('agrees with the plain twin', () => {
    fc.assert(
      fc.property(setting, (s) => {
        const { series, options } = build(s);
        const labels = tripleBarrierLabels(series, options);
        const rows = Array.from({ length: labels.count }, (_, i) => ({
          t0: labels.t0[i],
          t1: labels.t1[i],
          barrier: labels.barrier[i],
          exit: labels.exitPrice[i],
        }));
        expect(rows).toEqual(naive(series, options, s.bars));
      }),
      { numRuns: 150 },
    );
  });

  test('bars after t1 change no label that ended before', () => {
    fc.assert(
      fc.property(setting, fc.integer({ min: 30, max: 70 }), (s, cut) => {
        const { series, options } = build(s);
        const before = tripleBarrierLabels(series, options);
        const other = walk(s.seed + 1, 80);
        for (const name of ['open', 'high', 'low', 'close'] as const) series[name].set(other[name].subarray(cut), cut);
        const after = tripleBarrierLabels(series, options);
        for (let i = 0; i < before.count; i++) {
          if (before.t1[i]! >= cut) continue;
          expect([after.t0[i], after.t1[i], after.label[i], after.return[i]]).toEqual([
            before.t0[i],
            before.t1[i],
            before.label[i],
            before.return[i],
          ]);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('a time barrier equals the same number of bars on a regular clock', () => {
    const { series, options } = build({
      seed: 5,
      bars: 7,
      profitTake: 1,
      stopLoss: 1,
      side: undefined,
      entry: 'nextOpen',
      touch: 'highLow',
    });
    expect(tripleBarrierLabels(series, { ...options, vertical: { kind: 'time', ms: 7 * 60_000 } })).toEqual(
      tripleBarrierLabels(series, options),
    );
  });

  test('the published rule measures a fall against the stop multiple, also without a side', () => {
    const label = (closes: number[], profitTake: number, stopLoss: number) => {
      const labels = tripleBarrierLabels(flat(Float64Array.from(closes)), {
        events: Int32Array.of(0),
        target: new Float64Array(closes.length).fill(0.01),
        profitTake,
        stopLoss,
        vertical: { kind: 'rows', rows: Int32Array.of(closes.length - 1) },
        entry: 'close',
        touch: 'close',
        labelRule: 'exceeds',
      });
      return [labels.t1[0], labels.label[0]];
    };
    // Touched at 98.9, but ln 0.989 = -0.0111 is above -2 ln 1.01 = -0.0199.
    expect(label([100, 98.9, 98, 97], 1, 2)).toEqual([1, 0]);
    // Not touched at 2 %, but ln 0.985 = -0.0151 is below -ln 1.01 = -0.00995.
    expect(label([100, 99, 98.5], 2, 1)).toEqual([2, -1]);
    expect(label([100, 102.1, 103], 2, 1)).toEqual([1, 1]);
  });

  test('meta-labels need a side', () => {
    const { series, options } = build({
      seed: 5,
      bars: 7,
      profitTake: 1,
      stopLoss: 1,
      side: undefined,
      entry: 'nextOpen',
      touch: 'highLow',
    });
    expect(() => metaLabels(tripleBarrierLabels(series, options))).toThrow(/side/);
    const labels = tripleBarrierLabels(series, { ...options, side: new Int8Array(80).fill(1) });
    expect([...metaLabels(labels, 0.001)]).toEqual([...labels.return].map((value) => (value > 0.001 ? 1 : 0)));
  });
});

test('barrier calibration sees only the training rows', () => {
  const series = walk(7, 1200);
  const events = cusumEvents(series.close, 0.01);
  const target = barVolatility(series.close, 50);
  const options = {
    events,
    target,
    trainEndRow: 900,
    roundTripCost: 0.001,
    grid: { profitTakes: [0.5, 1, 2], stopLosses: [1], horizonBars: [5, 20] },
  };
  const first = calibrateBarriers(series, options);
  expect(first.table).toHaveLength(6);
  for (const name of ['open', 'high', 'low', 'close'] as const) series[name].fill(1, 900);
  target.fill(9, 900);
  expect(calibrateBarriers(series, options)).toEqual(first);
});

test('the sequential bootstrap prefers labels that stand alone', () => {
  const spans = { t0: Int32Array.from([0, 0, 0, 0, 50]), t1: Int32Array.from([9, 9, 9, 9, 59]) };
  const drawn = sequentialBootstrap(spans, 400, createRng(1));
  expect(drawn.filter((label) => label === 4).length).toBeGreaterThan(115);
});
