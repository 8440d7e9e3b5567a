/**
 * W2: every pair of two moving averages on 100k bars, beside a plain fused loop in the same run.
 * `node bench/sweep.ts [folder with bars_100k.f64]`; without a folder a seeded walk of the same shape is made.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openCrossingSweeps } from '#adapters/sweep';
import { crossingPairs, sweepCrossings, toTicks, type CrossingSweep, type CrossingSweepResult } from '#backtest';
import { seededWalk } from './engine.ts';

const ROWS = 100_000;
const folder = process.argv[2] ?? process.env['BENCH_DATA'] ?? '';
const path = join(folder, 'bars_100k.f64');
const { open, close } = existsSync(path) ? columns(path) : seededWalk('WALK', ROWS);
const range = (from: number, to: number, step: number): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
const pairs = crossingPairs(range(5, 50, 1), range(20, 200, 5));

const sweep = (): CrossingSweep => ({
  openTicks: toTicks(open, 1e-6),
  closeTicks: toTicks(close, 1e-6),
  tickSize: 1e-6,
  ...pairs,
  feeFraction: 0.001,
  cash: 100_000,
});

function columns(file: string): { readonly open: Float64Array; readonly close: Float64Array } {
  const bytes = readFileSync(file);
  const all = new Float64Array(Uint8Array.from(bytes).buffer);
  return { open: all.subarray(ROWS, 2 * ROWS), close: all.subarray(4 * ROWS, 5 * ROWS) };
}

/** What one writes by hand: prefix sums, one pass a pair. */
function fused(): CrossingSweepResult {
  const prefix = new Float64Array(ROWS + 1);
  for (let row = 0; row < ROWS; row++) prefix[row + 1] = prefix[row]! + Math.round(close[row]! * 1e6);
  const entries = new Float64Array(pairs.fast.length);
  const endEquity = new Float64Array(pairs.fast.length);
  const stillHeld = new Uint8Array(pairs.fast.length);
  for (let pair = 0; pair < entries.length; pair++) {
    const [f, s] = [pairs.fast[pair]!, pairs.slow[pair]!];
    let cash = 100_000;
    let held = 0;
    for (let row = s - 1; row < ROWS - 1; row++) {
      const end = prefix[row + 1]!;
      const wanted = s * (end - prefix[row + 1 - f]!) > f * (end - prefix[row + 1 - s]!) ? 1 : 0;
      if (wanted === held) continue;
      const price = open[row + 1]!;
      cash += (wanted === 1 ? -price : price) - 0.001 * price;
      entries[pair] = entries[pair]! + wanted;
      held = wanted;
    }
    endEquity[pair] = cash + held * close[ROWS - 1]!;
    stillHeld[pair] = held;
  }
  return { entries, endEquity, open: stillHeld };
}

function report(name: string, seconds: number[], cpuSeconds: number[], { entries, endEquity, open: held }: CrossingSweepResult): void {
  const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);
  const best = endEquity.reduce((top, value, at) => (value > endEquity[top]! ? at : top), 0);
  const sorted = seconds.toSorted((a, b) => a - b);
  const trades = total(entries) - held.reduce((sum, one) => sum + one, 0);
  console.log(
    `${name.padEnd(22)} best ${sorted[0]!.toFixed(3)} s  median ${sorted[sorted.length >> 1]!.toFixed(3)} s  least CPU ${Math.min(...cpuSeconds).toFixed(3)} s  ${entries.length} pairs  ${trades} trades  Σ ${total(endEquity).toFixed(4)}  best ${pairs.fast[best]}/${pairs.slow[best]} ${endEquity[best]!.toFixed(4)}`,
  );
}

const repetitions = 7;
async function measure(name: string, run: () => CrossingSweepResult | Promise<CrossingSweepResult>): Promise<void> {
  const seconds: number[] = [];
  const cpuSeconds: number[] = [];
  let result: CrossingSweepResult | undefined;
  for (let at = 0; at < repetitions; at++) {
    const start = performance.now();
    const before = process.cpuUsage();
    result = await run();
    seconds.push((performance.now() - start) / 1000);
    const { user, system } = process.cpuUsage(before);
    cpuSeconds.push((user + system) / 1e6);
  }
  report(name, seconds, cpuSeconds, result!);
}

await measure('fused loop', fused);
await measure('sweep, plain, 1 core', () => sweepCrossings(sweep(), 'plain'));
await measure('sweep, wasm, 1 core', () => sweepCrossings(sweep()));
const sweeps = await openCrossingSweeps(2);
await measure('sweep, wasm, 2 cores', () => sweeps.run(sweep()));
await sweeps.close();
