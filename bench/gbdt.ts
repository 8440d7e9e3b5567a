/**
 * Gradient boosting against xgboost `hist` on the same rows in the same run. `node bench/gbdt.ts [speed] [auc]` (both when none is named).
 * speed: 50,000 × 50, 100 trees of 31 leaves. auc: the difference of the areas under the curve over twelve data sets.
 * The comparison needs a python3 with xgboost and numpy, in the path or as /usr/bin/python3; without one it says so and times ours alone.
 */
import { createFoldTrainer } from '../src/adapters/gbdt/index.ts';
import { createRng } from '#core';
import { predict, rocAuc, trainGbdt, type GbdtData } from '#ml';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const FEATURES = 50;
const KINDS = ['interactions', 'weak signal', 'missing values'] as const;
type Kind = (typeof KINDS)[number];
interface Outcome {
  readonly seconds: number;
  /** Seconds of processor time, which another load on the machine lengthens less. */
  readonly cpuSeconds: number;
  readonly auc: number;
}

function table(rows: number, seed: string, kind: Kind = 'interactions'): GbdtData {
  const rng = createRng(seed);
  const columns = Array.from({ length: FEATURES }, () => Float64Array.from({ length: rows }, () => Math.fround(rng.normal())));
  const at = (f: number, i: number) => columns[f]![i]!;
  const labels = Float64Array.from({ length: rows }, (_, i) => {
    const rich = 0.6 * at(0, i) * at(1, i) + 0.5 * Math.sin(2 * at(2, i)) + 0.4 * (at(3, i) > 0.5 ? 1 : -1) * at(4, i) + 0.3 * at(5, i);
    const signal = kind === 'weak signal' ? 0.15 * at(0, i) + 0.1 * at(1, i) * (at(2, i) > 0 ? 1 : -1) : rich;
    return signal + 1.2 * rng.normal() > 0 ? 1 : 0;
  });
  if (kind === 'missing values')
    for (let f = 0; f < FEATURES; f++) {
      const coarse = f % 2 === 0;
      columns[f] = columns[f]!.map((x) => (rng.uniform() < 0.15 ? Number.NaN : coarse ? Math.round(4 * x) / 4 : x));
    }
  return { rows, featureNames: columns.map((_, f) => `f${f}`), columns, labels };
}

const params = { rounds: 100, learningRate: 0.1, maxLeaves: 31, lambda: 1, minChildWeight: 1, minSamplesInLeaf: 1 };

function ours(train: GbdtData, test: GbdtData, kernel: 'wasm' | 'plain' = 'wasm', minSamplesInLeaf = 1): Outcome {
  const start = performance.now();
  const cpuStart = process.cpuUsage();
  const model = trainGbdt(train, { ...params, minSamplesInLeaf }, { rng: createRng(1), kernel });
  const seconds = (performance.now() - start) / 1000;
  const cpu = process.cpuUsage(cpuStart);
  return { seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6, auc: rocAuc(predict(model, test.columns, test.rows), test.labels) };
}

const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import numpy, xgboost']).status === 0);
if (python === undefined) console.log('xgboost: SKIPPED, found no python3 with xgboost and numpy; nothing below is a comparison');

/** Runs `act` with a function that trains xgboost on the two tables, or null where there is none. */
function withXgboost(train: GbdtData, test: GbdtData, act: (xgboost: ((threads: number) => Outcome) | null) => void): void {
  if (python === undefined) return act(null);
  const folder = mkdtempSync(join(tmpdir(), 'gbdt-'));
  for (const [name, data] of Object.entries({ train, test })) {
    const all = new Float32Array(data.rows * (FEATURES + 1));
    [...data.columns, data.labels].forEach((column, f) => all.set(column, f * data.rows));
    writeFileSync(join(folder, `${name}.bin`), all);
  }
  const script = new URL('gbdt_xgboost.py', import.meta.url).pathname;
  try {
    act((threads) => {
      const { stdout, stderr, status } = spawnSync(python, [script, folder, String(FEATURES), String(threads)], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`xgboost failed: ${stderr}`);
      return JSON.parse(stdout) as Outcome;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The same training on two worker threads: their first, into which the compiling of the program falls, and three more. */
async function oursOnTwo(train: GbdtData, test: GbdtData, note: (name: string, outcome: Outcome) => void): Promise<void> {
  const trainer = createFoldTrainer({ threads: 2 });
  for (let repeat = 0; repeat < 4; repeat++) {
    const start = performance.now();
    const cpuStart = process.cpuUsage();
    const [model] = await trainer.train([{ data: train, params, seed: '1' }]);
    const seconds = (performance.now() - start) / 1000;
    const cpu = process.cpuUsage(cpuStart);
    const outcome = {
      seconds,
      cpuSeconds: (cpu.user + cpu.system) / 1e6,
      auc: rocAuc(predict(model!, test.columns, test.rows), test.labels),
    };
    note(repeat === 0 ? 'ours, WebAssembly, 2 new threads' : 'ours, WebAssembly, 2 threads', outcome);
  }
  await trainer.close();
}

async function speed(): Promise<void> {
  const [train, test] = [table(50_000, 'train'), table(20_000, 'test')];
  const runs: Record<string, Outcome[]> = {};
  const note = (name: string, outcome: Outcome) => (runs[name] ??= []).push(outcome);
  await oursOnTwo(train, test, note);
  withXgboost(train, test, (xgboost) => {
    for (let repeat = 0; repeat < 3; repeat++) {
      note('ours, WebAssembly', ours(train, test));
      note('ours, WebAssembly, 20 samples a leaf', ours(train, test, 'wasm', 20));
      if (repeat === 0) note('ours, plain TypeScript', ours(train, test, 'plain'));
      if (xgboost === null) continue;
      note('xgboost hist, 1 thread', xgboost(1));
      note('xgboost hist, 2 threads', xgboost(2));
    }
  });
  for (const [name, results] of Object.entries(runs)) {
    const [seconds, cpuSeconds] = [results.map((one) => one.seconds), results.map((one) => one.cpuSeconds)];
    console.log(`${name}: ${spread(seconds)}; processor ${spread(cpuSeconds)}; AUC ${results[0]!.auc.toFixed(4)}`);
  }
}

function spread(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  return `median ${sorted[Math.floor(sorted.length / 2)]!.toFixed(2)} s, best ${sorted[0]!.toFixed(2)} s`;
}

/** Pairs on the same rows: our area less xgboost's, by kind of data and over all, with its standard error. */
function areas(): void {
  const differences: number[] = [];
  for (const kind of KINDS) {
    for (let seed = 0; seed < 4; seed++) {
      const [train, test] = [table(20_000, `train-${seed}`, kind), table(20_000, `test-${seed}`, kind)];
      withXgboost(train, test, (xgboost) => {
        const own = ours(train, test).auc;
        if (xgboost === null) return console.log(`${kind}, seed ${seed}: ours ${own.toFixed(4)}`);
        const other = xgboost(2).auc;
        differences.push(own - other);
        console.log(`${kind}, seed ${seed}: ours ${own.toFixed(4)}, xgboost ${other.toFixed(4)}, difference ${(own - other).toFixed(4)}`);
      });
    }
    if (differences.length > 0) console.log(`  ${kind}: ${summary(differences.slice(-4))}`);
  }
  if (differences.length > 0) console.log(`AUC, ours less xgboost, all: ${summary(differences)}`);
}

function summary(values: readonly number[]): string {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1));
  const error = deviation / Math.sqrt(values.length);
  return `mean ${mean.toFixed(4)} ± ${error.toFixed(4)} (standard error), deviation ${deviation.toFixed(4)}, from ${Math.min(...values).toFixed(4)} to ${Math.max(...values).toFixed(4)}, ${values.length} data sets`;
}

const wanted = process.argv.slice(2);
if (wanted.length === 0 || wanted.includes('speed')) await speed();
if (wanted.length === 0 || wanted.includes('auc')) areas();
