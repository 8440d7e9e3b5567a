import { createRng } from '#core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createBreaker,
  restingMachine,
  stepBreaker,
  stepMachine,
  type BreakerLevel,
  type BreakerMachine,
  type BreakerState,
  type CrisisSeverity,
} from './index.ts';

const timing = { confirmRows: 2, calmRows: 3, recoveryRows: 3, maxFlattenRows: 5 };
const severities: readonly CrisisSeverity[] = [0, 1, 2, 3];
const key = (machine: BreakerMachine): string => JSON.stringify(machine);

/** Counters that no longer matter are cut, so that the walk ends. */
function cut(machine: BreakerMachine): BreakerMachine {
  return { ...machine, rowsInLevel: Math.min(machine.rowsInLevel, 6) };
}

describe('the breaker machine, walked exhaustively', () => {
  const seen = new Map<string, BreakerMachine>([[key(restingMachine), restingMachine]]);
  const edges = new Set<string>();
  const pending = [restingMachine];
  while (pending.length > 0) {
    const machine = pending.pop()!;
    for (const severity of severities) {
      for (const flat of [true, false]) {
        const next = cut(stepMachine(machine, severity, flat, timing));
        if (next.level !== machine.level) edges.add(`${machine.level}>${next.level}`);
        if (seen.has(key(next))) continue;
        seen.set(key(next), next);
        pending.push(next);
      }
    }
  }

  it('reaches every level, and has exactly the edges it should', () => {
    expect(new Set([...seen.values()].map((machine) => machine.level))).toEqual(
      new Set<BreakerLevel>(['normal', 'caution', 'restrict', 'flatten', 'recovery']),
    );
    expect([...edges].sort()).toEqual([
      'caution>flatten',
      'caution>normal',
      'caution>restrict',
      'flatten>recovery',
      'normal>caution',
      'normal>flatten',
      'normal>restrict',
      'recovery>flatten',
      'recovery>normal',
      'recovery>restrict',
      'restrict>caution',
      'restrict>flatten',
    ]);
  });

  it('comes back to normal from every reachable state when calm returns, and leaves flatten even when it does not', () => {
    for (const machine of seen.values()) {
      let calm = machine;
      for (let i = 0; i < 20; i++) calm = stepMachine(calm, 0, true, timing);
      expect(calm.level).toBe('normal');
      if (machine.level !== 'flatten') continue;
      const levels = new Set<BreakerLevel>();
      let stormy = machine;
      for (let i = 0; i < 8; i++) {
        stormy = stepMachine(stormy, 3, true, timing);
        levels.add(stormy.level);
      }
      expect(levels.has('recovery')).toBe(true);
    }
  });

  it('never leaves flatten while positions are open', () => {
    for (const machine of seen.values()) {
      if (machine.level !== 'flatten') continue;
      for (const severity of severities) expect(stepMachine(machine, severity, false, timing).level).toBe('flatten');
    }
  });
});

/** Rows of returns with a common factor of the given strength. */
function rows(seed: number, assets: number, count: number, strength: number): number[][] {
  const rng = createRng(seed);
  return Array.from({ length: count }, () => {
    const market = rng.normal();
    return Array.from({ length: assets }, () => 0.01 * (Math.sqrt(strength) * market + Math.sqrt(1 - strength) * rng.normal()));
  });
}

function run(state: BreakerState, data: readonly number[][]): { state: BreakerState; levels: BreakerLevel[] } {
  const levels: BreakerLevel[] = [];
  for (const row of data) {
    const step = stepBreaker(state, row);
    state = step.state;
    levels.push(step.decision.level);
  }
  return { state, levels };
}

describe('the correlation breaker', () => {
  it('walks normal, flatten, recovery, normal through a crisis of eight assets', () => {
    const calm = run(createBreaker(8), rows(1, 8, 500, 0.2));
    expect(calm.levels.filter((level) => level === 'flatten')).toHaveLength(0);
    const crisis = run(calm.state, rows(2, 8, 80, 0.95));
    expect(crisis.levels).toContain('flatten');
    const after = run(crisis.state, rows(3, 8, 300, 0.2));
    expect([...crisis.levels, ...after.levels]).toContain('recovery');
    expect(after.levels.at(-1)).toBe('normal');
  });

  it('is never correlated with one asset', () => {
    const { levels } = run(createBreaker(1), rows(4, 1, 300, 1));
    expect(new Set(levels)).toEqual(new Set(['normal']));
  });

  it('does not call two assets correlated that always were, and does when they become so', () => {
    const steady = run(createBreaker(2), rows(5, 2, 800, 0.9));
    expect(steady.levels.filter((level) => level === 'flatten' || level === 'restrict')).toHaveLength(0);
    const calm = run(createBreaker(2), rows(6, 2, 500, 0));
    expect(calm.levels.filter((level) => level === 'normal').length).toBeGreaterThan(400);
    expect(run(calm.state, rows(7, 2, 120, 0.97)).levels).toContain('flatten');
  });

  it('accepts a lasting change in the end', () => {
    const calm = run(createBreaker(4), rows(8, 4, 500, 0.1));
    const changed = run(calm.state, rows(9, 4, 1500, 0.9));
    expect(changed.levels).toContain('flatten');
    expect(changed.levels.slice(-100)).toContain('normal');
  });

  it('gives the same after JSON, whatever is missing', () => {
    const value = fc.oneof(fc.constant(Number.NaN), fc.double({ min: -0.2, max: 0.2, noNaN: true }));
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value, value), { maxLength: 40 }), (data) => {
        let state = createBreaker(3, { warmUpRows: 5, currentHalfLife: 3, baselineHalfLife: 10, confirmRows: 1 });
        for (const row of data) {
          const plain = stepBreaker(state, row);
          expect(stepBreaker(JSON.parse(JSON.stringify(state)) as BreakerState, row)).toEqual(plain);
          expect(Number.isFinite(plain.decision.score)).toBe(true);
          state = plain.state;
        }
      }),
    );
  });

  it('refuses rows of another width and unknown settings', () => {
    expect(() => stepBreaker(createBreaker(2), [0.1])).toThrow('watches 2 assets');
    expect(() => createBreaker(2, { calmrows: 3 } as never)).toThrow('Unknown breaker setting');
  });
});
