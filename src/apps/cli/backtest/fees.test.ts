import { expect, test } from 'vitest';
import { feeFunction, US_EQUITY_FEES } from '#execution';
import { parseFees } from './fees.ts';

test('a schedule of fees, and one that is billed in whole steps', () => {
  expect(parseFees('2/5 bps')).toEqual({ kind: 'proportional', makerBps: 2, takerBps: 5 });
  expect(parseFees('1+0.1% to 0.01')).toEqual({ kind: 'rounded', step: 0.01, of: { kind: 'fixed_plus', fixed: 1, fraction: 0.001 } });
  for (const text of ['5bps to', '5bps to much', 'to 0.01', '5bps to 0.0.1']) expect(() => parseFees(text)).toThrow(/is not a fee/);
});

/** The fee of a sale of 1,000 units at 10 as a taker, after so much was traded. */
const ofSale = (text: string, turnover = 0): number => feeFunction(parseFees(text))(1000, 10_000, false, true, turnover);

test.each([
  ['none', 0],
  ['5bps', 5],
  ['2/5bps', 5],
  ['0.1%', 10],
  ['1+0.1%', 11],
  ['0.005/share', 5],
  ['0.0001/share', 1],
  ['0.0001/share:min=0.35', 0.35],
  ['0.2/share', 100],
  ['0.2/share:min=1:max=0.5%', 50],
  // 10,000 · 0.0000278 + 1,000 · 0.000166.
  ['us-equity', 0.278 + 0.166],
  ['0.005/share, us-equity', 5 + 0.278 + 0.166],
  ['5bps,5bps', 10],
  ['10/20bps,8/15bps@1e6', 20],
  ['10/20bps,8/15bps@1e6,us-equity', 20 + 0.278 + 0.166],
])('%s', (text, fee) => {
  expect(ofSale(text)).toBeCloseTo(fee, 10);
});

test('a tier begins with what was traded before', () => {
  expect(ofSale('10/20bps,8/15bps@50000', 49_999)).toBe(20);
  expect(ofSale('10/20bps,8/15bps@50000', 50_000)).toBe(15);
  expect(parseFees('us-equity')).toBe(US_EQUITY_FEES);
});

test.each(['5', '-1bps', '10bsp', '', 'none,', '0.1%/0.2%', '5bps@', '0.005/share:max=1', '1.2.3bps'])('"%s" is no fee', (text) => {
  expect(() => parseFees(text)).toThrow('is not a fee');
});

test.each(['20bps@1000', '20bps,15bps@2000,10bps@1000'])('"%s" does not go up from nothing', (text) => {
  expect(() => parseFees(text)).toThrow('do not go up from nothing traded');
});
