import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AccountSnapshot } from '#execution';
import { Degradation, DEGRADATION_LEVELS, type Component } from './degradation.ts';
import { Reconciliation } from './reconciliation.ts';

const EMPTY: AccountSnapshot = { positions: [], orders: [] };
const HELD: AccountSnapshot = { positions: [{ symbol: 'A', quantity: 1 }], orders: [] };
const fails = (): AccountSnapshot => {
  throw new Error('connection refused');
};

test('reconciliation refuses entries until the last comparison found nothing; an exception is never "synced"', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('agrees', 'differs', 'venue fails', 'own state fails'), { minLength: 1, maxLength: 12 }),
      (days) => {
        const reconciliation = new Reconciliation(30_000);
        expect(reconciliation.refusal).not.toBe('');
        days.forEach((day, at) => {
          const state = reconciliation.run(
            at * 30_000,
            day === 'own state fails' ? fails : () => EMPTY,
            day === 'venue fails' ? fails : () => (day === 'differs' ? HELD : EMPTY),
          );
          expect(state.kind).toBe(day === 'agrees' ? 'synced' : day === 'differs' ? 'differs' : 'failed');
          expect(reconciliation.refusal === '').toBe(day === 'agrees');
        });
      },
    ),
  );
});

test('a comparison is due at start, each 30 s, and at once when the clock went back', () => {
  const reconciliation = new Reconciliation(30_000);
  expect(reconciliation.due(0)).toBe(true);
  reconciliation.run(
    100_000,
    () => EMPTY,
    () => EMPTY,
  );
  expect([129_999, 130_000, 99_999].map((now) => reconciliation.due(now))).toEqual([false, true, true]);
});

test('the worst failing component decides the level at once; levels fall one step at a time; each is reached and left', () => {
  const degradation = new Degradation(2);
  let failing: Component['failsTo'] | undefined;
  const fallbacks: string[] = [];
  for (const failsTo of ['degraded', 'reduce_only', 'halted'] as const)
    degradation.register({
      name: failsTo,
      failsTo,
      check: () => {
        if (failing === failsTo) throw new Error('gone');
        return { kind: 'healthy' };
      },
      fallback: (reason) => fallbacks.push(`${failsTo}: ${reason}`),
    });
  const seen: string[] = [];
  for (failing of ['degraded', 'reduce_only', 'halted'] as const) {
    seen.push(degradation.assess());
    expect(degradation.isTradingAllowed()).toBe(failing !== 'halted');
    expect(degradation.entriesAllowed()).toBe(failing === 'degraded');
    expect(degradation.reason).toBe(`${failing}: gone`);
  }
  failing = undefined;
  for (let calm = 0; calm < 6; calm++) seen.push(degradation.assess());
  expect(seen).toEqual(['degraded', 'reduce_only', 'halted', 'halted', 'reduce_only', 'reduce_only', 'degraded', 'degraded', 'normal']);
  expect(fallbacks).toEqual(['degraded: gone', 'reduce_only: gone', 'halted: gone']);
});

test('whatever fails in whatever order, the level is never below what fails now, and a latched failure stays', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.boolean()), { maxLength: 20 }), (days) => {
      const degradation = new Degradation();
      let [soft, hard] = [false, false];
      let everHard = false;
      degradation.register({
        name: 'soft',
        failsTo: 'reduce_only',
        check: () => (soft ? { kind: 'unhealthy', reason: 'soft' } : { kind: 'healthy' }),
      });
      degradation.register({
        name: 'hard',
        failsTo: 'halted',
        latched: true,
        check: () => (hard ? { kind: 'unhealthy', reason: 'hard' } : { kind: 'healthy' }),
      });
      for ([soft, hard] of days) {
        everHard ||= hard;
        const least = everHard ? 'halted' : soft ? 'reduce_only' : 'normal';
        expect(DEGRADATION_LEVELS.indexOf(degradation.assess())).toBeGreaterThanOrEqual(DEGRADATION_LEVELS.indexOf(least));
      }
    }),
  );
});
