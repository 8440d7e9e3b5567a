import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { invariant } from '#core';
import type { CrossingSweep, CrossingSweepResult } from '#backtest';
import { openWorkerPool } from './worker-pool.ts';

export interface CrossingSweeps {
  /** The same numbers as `sweepCrossings`, on all threads. */
  run(sweep: CrossingSweep): Promise<CrossingSweepResult>;
  close(): Promise<void>;
}

/** Starts threads and waits until they are ready, so that a sweep costs no start. */
export async function openCrossingSweeps(threads: number): Promise<CrossingSweeps> {
  const entry = ['./crossing-worker.ts', './crossing-worker.js']
    .map((name) => new URL(name, import.meta.url))
    .find((url) => existsSync(fileURLToPath(url)));
  invariant(entry !== undefined, 'the code of the sweep threads is missing');
  const pool = openWorkerPool<CrossingSweep, CrossingSweepResult>(entry, threads, undefined);
  const warm = new Float64Array(16).fill(1);
  const first: CrossingSweep = {
    openTicks: warm,
    closeTicks: warm,
    tickSize: 1,
    feeFraction: 0,
    cash: 1,
    fast: Int32Array.of(1),
    slow: Int32Array.of(2),
  };
  await pool.run(
    Array.from({ length: threads }, () => first),
    () => undefined,
  );
  return {
    async run(sweep) {
      const pairs = sweep.fast.length;
      const shares = Array.from({ length: Math.min(threads, pairs) }, (_, share) => indicesOf(pairs, share, threads));
      const entries = new Float64Array(pairs);
      const endEquity = new Float64Array(pairs);
      const open = new Uint8Array(pairs);
      const tasks = shares.map((share) => ({
        ...sweep,
        fast: share.map((at) => sweep.fast[at]!),
        slow: share.map((at) => sweep.slow[at]!),
      }));
      await pool.run(tasks, (answer, index) => {
        shares[index]!.forEach((pair, at) => {
          entries[pair] = answer.entries[at]!;
          endEquity[pair] = answer.endEquity[at]!;
          open[pair] = answer.open[at]!;
        });
      });
      return { entries, endEquity, open };
    },
    close: () => pool.close(),
  };
}

/** Runs of neighbouring pairs share their windows. */
function indicesOf(pairs: number, share: number, shares: number): Int32Array {
  const from = Math.floor((pairs * share) / shares);
  const to = Math.floor((pairs * (share + 1)) / shares);
  return Int32Array.from({ length: to - from }, (_, at) => from + at);
}
