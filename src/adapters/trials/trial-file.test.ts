import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { trialRow } from '#research';
import { openTrialLedger } from './index.ts';

const study = { strategy: 's', symbols: ['A'], setup: 'x' };
const rowOf = (fast: number) => {
  const returns = Float64Array.of(0.01 * fast, -0.02, 0.005);
  return { returns, row: trialRow(study, 'grid', { fast }, { returns, trades: 1 }, 252) };
};

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'edgewright-trials-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('rows and streams come back; a torn or damaged line counts for nothing and spoils no other', () => {
  const folder = scratch();
  const first = openTrialLedger(folder);
  for (const fast of [1, 2]) first.append(rowOf(fast).row, rowOf(fast).returns);
  first.close();
  const path = join(folder, 'ledger.jsonl');
  const whole = readFileSync(path, 'utf8');
  appendFileSync(path, whole.slice(0, 60));
  const second = openTrialLedger(folder);
  expect(second.rows.length).toBe(2);
  expect(second.unreadable).toBe(1);
  expect(second.returnsOf(second.rows[1]!)).toEqual(rowOf(2).returns);
  second.append(rowOf(3).row, rowOf(3).returns);
  second.close();
  expect(openTrialLedger(folder).rows.map((row) => row.parameters['fast'])).toEqual([1, 2, 3]);
  expect(readFileSync(path, 'utf8').startsWith(whole)).toBe(true);
});

test('a stream that is not what its row says is not given out', () => {
  const folder = scratch();
  const ledger = openTrialLedger(folder);
  const { row, returns } = rowOf(5);
  ledger.append(row, returns);
  writeFileSync(join(folder, 'streams', `${row.returnsHash}.f64`), Buffer.alloc(24));
  expect(ledger.returnsOf(row)).toBeUndefined();
});
