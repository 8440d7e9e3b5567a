import { createRng } from '#core';
import { barSeries, parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { expect, test } from 'vitest';
import { compile, institutionalFeatures, indicatorExpressions, listIndicators, type Expression } from './index.ts';

function randomBars(length: number, scale = 1): BarSeries {
  const rng = createRng(11);
  const column = (): Float64Array => new Float64Array(length);
  const bars = barSeries('X', parseTimeframe('1h'), {
    time: column(),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
  });
  let price = 100;
  for (let t = 0; t < length; t++) {
    const next = price * Math.exp(0.01 * rng.normal());
    bars.time[t] = 1.6e12 + t * 3_600_000;
    bars.open[t] = scale * price;
    bars.close[t] = scale * next;
    bars.high[t] = scale * Math.max(price, next) * (1 + 0.004 * rng.uniform());
    bars.low[t] = scale * Math.min(price, next) * (1 - 0.004 * rng.uniform());
    bars.volume[t] = 1000 * Math.exp(rng.normal());
    price = next;
  }
  return bars;
}

const indicators: Record<string, Expression> = Object.fromEntries(
  listIndicators().flatMap(({ name }) =>
    Object.entries(indicatorExpressions(name)).map(([output, expression]) => [`${name}.${output}`, expression]),
  ),
);
const everything = compile({ ...institutionalFeatures(), ...indicators });
const bars = randomBars(1500);
const whole = everything.batch(bars);

test('batch is stream, bit for bit, also through a snapshot', () => {
  let stream = everything.stream();
  const out = new Float64Array(everything.names.length);
  for (let t = 0; t < bars.length; t++) {
    if (t === 700) {
      const saved = stream.snapshot();
      stream = everything.stream();
      stream.restore(saved);
    }
    stream.stepRow(bars, t, out);
    for (let k = 0; k < out.length; k++)
      if (!Object.is(out[k], whole[everything.names[k]!]![t])) expect.fail(`${everything.names[k]} row ${t}: ${out[k]}`);
  }
});

test.each([Number.NaN, 1e300])('no row depends on later ones (%s after row 900, and a cut series)', (poison) => {
  const cut = everything.batch(sliceBars(bars, 0, 900));
  const poisoned = everything.batch(
    barSeries('X', bars.timeframe, {
      time: bars.time,
      ...(Object.fromEntries(
        (['open', 'high', 'low', 'close', 'volume'] as const).map((name) => [name, bars[name].map((v, t) => (t < 900 ? v : poison))]),
      ) as Pick<BarSeries, 'open' | 'high' | 'low' | 'close' | 'volume'>),
    }),
  );
  for (const name of everything.names) {
    expect(cut[name], name).toEqual(whole[name]!.slice(0, 900));
    expect(poisoned[name]!.slice(0, 900), name).toEqual(cut[name]);
  }
});

test('the default set is complete after its warm-up, scale-free, and of unique names', () => {
  const features = institutionalFeatures();
  const graph = compile(features);
  const [one, ten] = [graph.batch(bars), graph.batch(randomBars(1500, 10))];
  expect(graph.names.length).toBeGreaterThanOrEqual(50);
  for (const name of graph.names) {
    expect(features[name]!.isScaleFree, name).toBe(true);
    for (let t = graph.warmupBars; t < bars.length; t++) {
      const gap = Math.abs(one[name]![t]! - ten[name]![t]!);
      if (!(gap <= 1e-6 * (1 + Math.abs(one[name]![t]!)))) expect.fail(`${name} row ${t}: ${one[name]![t]} against ${ten[name]![t]}`);
    }
  }
});

test('a later start gives the same values after the warm-up where memory is finite', () => {
  const late = everything.batch(sliceBars(bars, 333, bars.length));
  const all: Record<string, Expression> = { ...institutionalFeatures(), ...indicators };
  for (const name of everything.names.filter((candidate) => all[candidate]!.memory === 'finite')) {
    for (let t = all[name]!.lookback; t < late[name]!.length; t++) {
      const [a, b] = [late[name]![t]!, whole[name]![t + 333]!];
      if (!Object.is(a, b) && !(Math.abs(a - b) <= 1e-6 * (1 + Math.abs(b)))) expect.fail(`${name} row ${t}: ${a} against ${b}`);
    }
  }
});
