import type { Rng } from '#core';
import { type Accounts, wasmAccounts } from './wasm.ts';

/** Accounts that take the trades in an order drawn anew each run. `returns` are fractions of equity. */
export function shuffledAccounts(returns: Float64Array, rng: Rng, runs: number, startEquity: number): Accounts {
  return followed(returns, runs, startEquity, (rows) => shuffle(rows, rng));
}

/** Accounts that take as many trades as there are, each run drawn with replacement. */
export function resampledAccounts(returns: Float64Array, rng: Rng, runs: number, startEquity: number): Accounts {
  return wasmAccounts(returns, rng, runs, startEquity) ?? plainAccounts(returns, rng, runs, startEquity);
}

/** The same in plain TypeScript. */
export function plainAccounts(returns: Float64Array, rng: Rng, runs: number, startEquity: number): Accounts {
  return followed(returns, runs, startEquity, (rows) => rng.integers(rows.length, rows));
}

function followed(returns: Float64Array, runs: number, startEquity: number, draw: (rows: Int32Array) => void): Accounts {
  const rows = Int32Array.from(returns, (_, row) => row);
  const falls = new Float64Array(runs);
  const ends = new Float64Array(runs);
  for (let run = 0; run < runs && rows.length > 0; run += 1) {
    draw(rows);
    ends[run] = follow(returns, rows, startEquity, falls.subarray(run, run + 1));
  }
  return { falls, ends };
}

/** Where the account ends after the rows of a column of returns; into `fall` goes the deepest fall from a peak, as a negative fraction. */
function follow(returns: Float64Array, rows: Int32Array, startEquity: number, fall: Float64Array): number {
  let equity = startEquity;
  let peak = equity;
  let worst = 0;
  for (let i = 0; i < rows.length; i += 1) {
    equity = Math.max(0, equity * (1 + returns[rows[i]!]!));
    if (equity > peak) peak = equity;
    else {
      // An account without a value, after an infinite return, has not fallen further than it had.
      const fall = equity / peak - 1;
      if (fall < worst) worst = fall;
    }
  }
  fall[0] = worst;
  return equity;
}

function shuffle(values: Int32Array, rng: Rng): void {
  for (let i = values.length - 1; i > 0; i -= 1) {
    const j = rng.integer(i + 1);
    const held = values[i]!;
    values[i] = values[j]!;
    values[j] = held;
  }
}
