import { expect, test } from 'vitest';
import { createRng } from '#core';
import { searchHonesty, type TrialRow } from './ledger.ts';

test('how far a search may be believed does not hang on which of its trials ended first', () => {
  const rng = createRng(7);
  const rows = Array.from({ length: 400 }, (_, at) => ({ trial: `t${at}`, sharpePerDay: 0.1 * rng.normal() }) as TrialRow);
  const best = Float64Array.from({ length: 250 }, () => 0.001 + 0.01 * rng.normal());
  const first = searchHonesty(best, rows, [], 252);
  expect(first.trials).toBe(400);
  for (let at = 1; at < 40; at++) expect(searchHonesty(best, [...rows.slice(at * 9), ...rows.slice(0, at * 9)], [], 252)).toEqual(first);
});
