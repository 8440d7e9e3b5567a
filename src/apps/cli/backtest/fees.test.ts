import { expect, test } from 'vitest';
import { parseFees } from './fees.ts';

test('a schedule of fees, and one that is billed in whole steps', () => {
  expect(parseFees('2/5 bps')).toEqual({ kind: 'proportional', makerBps: 2, takerBps: 5 });
  expect(parseFees('1+0.1% to 0.01')).toEqual({ kind: 'rounded', step: 0.01, of: { kind: 'fixed_plus', fixed: 1, fraction: 0.001 } });
  for (const text of ['5bps to', '5bps to much', 'to 0.01', '5bps to 0.0.1']) expect(() => parseFees(text)).toThrow(/is not a fee/);
});
