import { expect, test } from 'vitest';
import { feeFunction } from './fees.ts';
import { executionProfile, scaleCosts } from './profile.ts';

test('fees are billed in whole steps: yen, cents, quarters; a step of nothing is refused', () => {
  const billed = (step: number) => feeFunction({ kind: 'rounded', step, of: { kind: 'proportional', makerBps: 0, takerBps: 0.2 } });
  const taker = (step: number, notional: number): number => billed(step)(1, notional, false, false, 0);
  expect([taker(1, 9_000_500), taker(1, 4_500_250)]).toEqual([180, 90]);
  expect([taker(0.01, 1_500), taker(0.01, 1_749), taker(0.01, 1_750)]).toEqual([0.03, 0.03, 0.04]);
  // 1.005 as a double is less than half a cent above 1.
  expect(feeFunction({ kind: 'rounded', step: 0.01, of: { kind: 'fixed_plus', fixed: 1.005, fraction: 0 } })(1, 1, false, false, 0)).toBe(
    1.01,
  );
  expect([taker(0.25, 18_749), taker(2.5, 18_749)]).toEqual([0.25, 0]);
  expect(() => billed(0)).toThrow('cannot be rounded to 0');
});

test('the cost ladder scales what is billed, not its steps', () => {
  const fees = { kind: 'rounded', step: 0.01, of: { kind: 'fixed_plus', fixed: 0.3, fraction: 0 } } as const;
  expect(scaleCosts(executionProfile('base', { fees }), 2).fees).toEqual({ ...fees, of: { ...fees.of, fixed: 0.6 } });
});
