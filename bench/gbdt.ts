/**
 * Gradient boosting, 50,000 × 50, 100 trees of 31 leaves, against xgboost `hist` on the same rows in the same run.
 * `node bench/gbdt.ts`; needs python3-xgboost and python3-numpy for the comparison, and runs alone without them.
 */
import { createRng } from '#core';
import { predict, trainGbdt, type GbdtData } from '#ml';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROWS = 50_000;
const FEATURES = 50;

function table(rows: number, seed: string): GbdtData {
  const rng = createRng(seed);
  const columns = Array.from({ length: FEATURES }, () => Float64Array.from({ length: rows }, () => Math.fround(rng.normal())));
  const at = (f: number, i: number) => columns[f]![i]!;
  const labels = Float64Array.from({ length: rows }, (_, i) => {
    const signal = 0.6 * at(0, i) * at(1, i) + 0.5 * Math.sin(2 * at(2, i)) + 0.4 * (at(3, i) > 0.5 ? 1 : -1) * at(4, i) + 0.3 * at(5, i);
    return signal + 1.2 * rng.normal() > 0 ? 1 : 0;
  });
  return { rows, featureNames: columns.map((_, f) => `f${f}`), columns, labels };
}

function auc(labels: Float64Array, scores: Float64Array): number {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[a]! - scores[b]!);
  let ranks = 0;
  let positives = 0;
  order.forEach((row, i) => {
    if (labels[row] === 1) {
      ranks += i + 1;
      positives++;
    }
  });
  return (ranks - (positives * (positives + 1)) / 2) / (positives * (labels.length - positives));
}

const train = table(ROWS, 'train');
const test = table(20_000, 'test');
const params = { rounds: 100, learningRate: 0.1, maxLeaves: 31, lambda: 1, minChildWeight: 1, minSamplesInLeaf: 1 };

function ours(kernel: 'wasm' | 'plain', samples: number): { seconds: number; auc: number } {
  const start = performance.now();
  const model = trainGbdt(train, { ...params, minSamplesInLeaf: samples }, { rng: createRng(1), kernel });
  const seconds = (performance.now() - start) / 1000;
  return { seconds, auc: auc(test.labels, predict(model, test.columns, test.rows)) };
}

const folder = mkdtempSync(join(tmpdir(), 'gbdt-'));
for (const [name, data] of [
  ['train', train],
  ['test', test],
] as const) {
  const all = new Float32Array(data.rows * (FEATURES + 1));
  [...data.columns, data.labels].forEach((column, f) => all.set(column, f * data.rows));
  writeFileSync(join(folder, `${name}.bin`), all);
}
const runs: Record<string, { seconds: number; auc: number }[]> = {};
const note = (name: string, result: { seconds: number; auc: number }) => (runs[name] ??= []).push(result);
for (let repeat = 0; repeat < 3; repeat++) {
  note('ours, WebAssembly', ours('wasm', 1));
  if (repeat === 0) note('ours, WebAssembly, 20 samples a leaf', ours('wasm', 20));
  if (repeat === 0) note('ours, plain TypeScript', ours('plain', 1));
  for (const threads of [1, 2]) {
    const script = new URL('gbdt_xgboost.py', import.meta.url).pathname;
    const { stdout, status } = spawnSync('python3', [script, folder, String(FEATURES), String(threads)], { encoding: 'utf8' });
    if (status === 0)
      note(`xgboost hist, ${threads} thread${threads > 1 ? 's' : ''}`, JSON.parse(stdout) as { seconds: number; auc: number });
  }
}
rmSync(folder, { recursive: true });
for (const [name, results] of Object.entries(runs)) {
  const seconds = results.map((one) => one.seconds).sort((a, b) => a - b);
  console.log(
    `${name}: median ${seconds[Math.floor(seconds.length / 2)]!.toFixed(2)} s, best ${seconds[0]!.toFixed(2)} s, AUC ${results[0]!.auc.toFixed(4)}`,
  );
}
