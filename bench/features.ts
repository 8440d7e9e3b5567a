/** 50 indicators over a million bars, and the HMM filter over 100,000 rows; each as a ratio to a plain loop of the same run. */
import { performance } from 'node:perf_hooks';
import { createRng } from '#core';
import { barSeries, parseTimeframe } from '#domain';
import { compile, filterHmm, indicatorExpressions } from '#features';

const rows = 1_000_000;
const rng = createRng(1);
const column = (): Float64Array => new Float64Array(rows);
const bars = barSeries('X', parseTimeframe('1m'), {
  time: column(),
  open: column(),
  high: column(),
  low: column(),
  close: column(),
  volume: column(),
});
for (let t = 0, price = 100; t < rows; t++) {
  const next = price * Math.exp(0.001 * (rng.uniform() - 0.5));
  bars.time[t] = t * 60_000;
  bars.open[t] = price;
  bars.close[t] = next;
  bars.high[t] = Math.max(price, next) * (1 + 0.0005 * rng.uniform());
  bars.low[t] = Math.min(price, next) * (1 - 0.0005 * rng.uniform());
  bars.volume[t] = 1000 * rng.uniform();
  price = next;
}
function best(work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let k = 0; k < 3; k++) {
    const start = performance.now();
    work();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}
function fusedAverages(): Float64Array {
  const out = new Float64Array(rows);
  for (let n = 10; n < 60; n++) {
    let sum = 0;
    for (let t = 0; t < rows; t++) {
      sum += bars.close[t]! - (t >= n ? bars.close[t - n]! : 0);
      out[t] = sum / n;
    }
  }
  return out;
}
/** Fixed, so that figures of different days are of the same work. */
const names = (
  'SMA EMA WMA DEMA TEMA TRIMA KAMA T3 HMA WILDERS TYPPRICE MEDPRICE WCLPRICE AVGPRICE MIDPOINT MIDPRICE VWAP ANCHORED_VWAP RSI CMO ' +
  'ROC ROCP MOM TRIX CCI WILLR BOP MACD PPO APO STOCH STOCHRSI ULTOSC ADX ADXR DX PLUS_DI MINUS_DI PLUS_DM MINUS_DM AROON AROONOSC ' +
  'LINEARREG LINEARREG_SLOPE RSQ SAR SUPERTREND VORTEX MASS ICHIMOKU'
).split(' ');
const graph = compile(Object.fromEntries(names.map((name) => [name, Object.values(indicatorExpressions(name))[0]!])));
const reference = best(fusedAverages);
const mixed = best(() => graph.batch(bars));
const windows = compile(
  Object.fromEntries(
    Array.from({ length: 50 }, (_, k) => [
      `f${k}`,
      indicatorExpressions(['SMA', 'EMA', 'RSI', 'ATR', 'MAX'][k % 5]!, { timePeriod: 10 + k })['output']!,
    ]),
  ),
);
const usual = best(() => windows.batch(bars));
const hmm = {
  states: 3,
  features: 1,
  start: Float64Array.of(0.4, 0.3, 0.3),
  transition: Float64Array.of(0.9, 0.05, 0.05, 0.05, 0.9, 0.05, 0.05, 0.05, 0.9),
  means: Float64Array.of(0, 0.1, -0.1),
  variances: Float64Array.of(0.1, 1, 4),
};
const returns = Float64Array.from({ length: 100_000 }, () => rng.normal());
const filter = best(() => filterHmm(hmm, returns));
const line = (what: string, ms: number): string => `${what}: ${ms.toFixed(0)} ms, ${(ms / reference).toFixed(2)} x reference\n`;
process.stdout.write(line('reference, 50 plain moving sums x 1M', reference));
process.stdout.write(line(`50 different indicators x 1M (${graph.nodeCount} nodes)`, mixed));
process.stdout.write(line('50 usual indicators (SMA EMA RSI ATR MAX) x 1M', usual));
process.stdout.write(line('HMM-3 filter x 100k', filter));
