import { expect, test } from 'vitest';
import { createRiskGate } from '#risk';
import { riskConfigSchema } from './config.ts';
import { limitsFor } from './risk-limits.ts';

test('the defaults are limits that the gate takes, exposure at the leverage of the account', () => {
  const { limits } = createRiskGate(limitsFor(riskConfigSchema.parse({}), 2));
  expect(limits.maxGrossExposure).toBeCloseTo(2, 6);
  expect(limits.maxConcentration).toBeCloseTo(2, 6);
  expect(limits.priceCollarFraction).toBe(0.5);
  expect(limits.maxDrawdownFraction).toBe(Number.POSITIVE_INFINITY);
  expect(limits.maxDailyLossFraction).toBe(Number.POSITIVE_INFINITY);
  expect(limits.refuseSelfCross).toBe(false);
});

test('a number wins over the leverage, and an account without one has no limit of exposure', () => {
  expect(limitsFor(riskConfigSchema.parse({ maxGrossExposure: 0.5 }), 2).maxGrossExposure).toBe(0.5);
  expect(limitsFor(riskConfigSchema.parse({}), Number.POSITIVE_INFINITY)).not.toHaveProperty('maxGrossExposure');
});

test('every key of the section is a limit of the gate', () => {
  const all = Object.fromEntries(Object.keys(riskConfigSchema.unwrap().shape).map((key) => [key, key === 'refuseSelfCross' ? true : 1]));
  expect(() => createRiskGate(limitsFor(riskConfigSchema.parse(all), 1))).not.toThrow();
  expect(Object.keys(limitsFor(riskConfigSchema.parse(all), 1))).toHaveLength(Object.keys(all).length);
});
