/**
 * Triple-barrier labels on 1M bars, an event at every row, against the plain textbook loop in the same process.
 * Run: `node bench/labels.ts [rows]`. Prints seconds (best of 5) and the ratio to the reference.
 */
import { createRng } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { barVolatility, tripleBarrierLabels, type TripleBarrierOptions } from '#ml';

const rows = Number(process.argv[2] ?? 1_000_000);
const HORIZON_BARS = 50;

function walk(length: number): BarSeries {
  const rng = createRng(1);
  const columns = Array.from({ length: 6 }, () => new Float64Array(length));
  const [time, open, high, low, close, volume] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  let price = 100;
  for (let row = 0; row < length; row++) {
    time[row] = row * 60_000;
    open[row] = price;
    close[row] = price * Math.exp(0.001 * rng.normal());
    high[row] = Math.max(price, close[row]!) * (1 + 0.0003 * rng.uniform());
    low[row] = Math.min(price, close[row]!) * (1 - 0.0003 * rng.uniform());
    volume[row] = 1;
    price = close[row]!;
  }
  return barSeries('WALK', parseTimeframe('1m'), { time, open, high, low, close, volume });
}

/** The same labels by the plain rule: one loop an event, no shared work. Returns touches and the sum of labels. */
function reference(series: BarSeries, target: Float64Array, multiple: number): string {
  const { open, high, low, length } = series;
  let count = 0;
  let sum = 0;
  let span = 0;
  for (let t0 = 0; t0 + 1 + HORIZON_BARS < length; t0++) {
    if (!(target[t0]! > 0)) continue;
    const entry = open[t0 + 1]!;
    const upper = entry * (1 + multiple * target[t0]!);
    const lower = entry * (1 - multiple * target[t0]!);
    let row = t0 + 1;
    const end = row + HORIZON_BARS;
    while (row < end && high[row]! < upper && low[row]! > lower) row++;
    sum += row === end ? Math.sign(open[end]! / entry - 1) : low[row]! <= lower ? -1 : 1;
    span += row - t0;
    count++;
  }
  return `${count} ${sum} ${span}`;
}

function best(work: () => string): { seconds: number; answer: string } {
  let seconds = Number.POSITIVE_INFINITY;
  let answer = '';
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    answer = work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { seconds, answer };
}

const series = walk(rows);
const target = barVolatility(series.close, 100);
const events = Int32Array.from({ length: rows }, (_, row) => row);
const options: TripleBarrierOptions = { events, target, profitTake: 2, stopLoss: 2, vertical: { kind: 'bars', bars: HORIZON_BARS } };
const plain = best(() => reference(series, target, 2));
const ours = best(() => {
  const labels = tripleBarrierLabels(series, options);
  let sum = 0;
  let span = 0;
  for (let index = 0; index < labels.count; index++) {
    sum += labels.label[index]!;
    span += labels.t1[index]! - labels.t0[index]!;
  }
  return `${labels.count} ${sum} ${span}`;
});
console.log(
  `reference ${plain.seconds.toFixed(3)} s   labels ${ours.seconds.toFixed(3)} s   ratio ${(ours.seconds / plain.seconds).toFixed(2)}`,
);
console.log(plain.answer === ours.answer ? `same answer: ${ours.answer}` : `DIFFERENT: ${plain.answer} against ${ours.answer}`);
process.exitCode = plain.answer === ours.answer ? 0 : 1;
