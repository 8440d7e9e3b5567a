import { createRng } from '#core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as s from './index.ts';

const box = (size: number, half: number): s.SearchSpace => ({
  dimensions: Object.fromEntries(Array.from({ length: size }, (_, i) => [`x${i}`, { kind: 'float' as const, low: -half, high: half }])),
});
const vectorOf = (p: s.Parameters): number[] => Object.values(p).map(Number);
const sphere = (p: s.Parameters): number => vectorOf(p).reduce((sum, x) => sum + (x - 0.7) ** 2, 0);
const rosenbrock = (p: s.Parameters): number => {
  const x = vectorOf(p);
  return x.slice(1).reduce((sum, next, i) => sum + 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);
};
const rastrigin = (p: s.Parameters): number => vectorOf(p).reduce((sum, x) => sum + 10 + x * x - 10 * Math.cos(2 * Math.PI * x), 0);
const mixed: s.SearchSpace = {
  dimensions: {
    kind: { kind: 'categorical', choices: ['sma', 'ema', 'wma', 'hma', 'kama'] },
    fast: { kind: 'int', low: 2, high: 60 },
    slow: { kind: 'int', low: 10, high: 240, log: true },
    stop: { kind: 'float', low: 0.001, high: 0.2, log: true },
  },
  constraints: [{ name: 'fast < slow', holds: (p) => Number(p['fast']) < Number(p['slow']) }],
};
const mixedLoss = (p: s.Parameters): number =>
  (p['kind'] === 'ema' ? 0 : 1) +
  ((Number(p['fast']) - 20) / 20) ** 2 +
  Math.log(Number(p['slow']) / 100) ** 2 +
  Math.log(Number(p['stop']) / 0.02) ** 2;

const searches = { random: s.randomSearch, tpe: s.tpeSearch, cma: s.cmaEsSearch, nsga2: s.nsga2Search };
const minimize = ['minimize'] as const;

/** The median best loss over five fixed seeds. */
function medianLoss(search: keyof typeof searches, space: s.SearchSpace, loss: (p: s.Parameters) => number, budget: number): number {
  const found = [1, 2, 3, 4, 5].map(
    (seed) => s.optimize(searches[search]({ space, rng: createRng(seed), directions: minimize }), loss, budget)!.values[0]!,
  );
  return found.sort((a, b) => a - b)[2]!;
}

describe('search against random draws, fixed seeds', () => {
  it('CMA-ES solves the sphere, Rosenbrock and, by restarts, beats random on Rastrigin', () => {
    expect(medianLoss('cma', box(4, 3), sphere, 600)).toBeLessThan(1e-8);
    expect(medianLoss('cma', box(4, 2), rosenbrock, 2000)).toBeLessThan(1e-6);
    expect(medianLoss('cma', box(3, 5), rastrigin, 1500)).toBeLessThan(0.5 * medianLoss('random', box(3, 5), rastrigin, 1500));
  });

  it('TPE beats random on the sphere, Rosenbrock, Rastrigin and a constrained mix', () => {
    const rows: [s.SearchSpace, (p: s.Parameters) => number][] = [
      [box(4, 3), sphere],
      [box(3, 2), rosenbrock],
      [box(2, 5), rastrigin],
      [mixed, mixedLoss],
    ];
    for (const [space, loss] of rows)
      expect(medianLoss('tpe', space, loss, 120)).toBeLessThan(0.6 * medianLoss('random', space, loss, 120));
  });

  it('NSGA-II dominates more than random draws do', () => {
    const space = box(6, 2);
    const both = (p: s.Parameters): number[] => {
      const x = vectorOf(p);
      return [x.reduce((sum, v) => sum + (v - 1) ** 2, 0), x.reduce((sum, v) => sum + (v + 1) ** 2, 0)];
    };
    const directions = ['minimize', 'minimize'] as const;
    const volume = (search: keyof typeof searches): number => {
      const optimizer = searches[search]({ space, rng: createRng(3), directions });
      s.optimize(optimizer, both, 480);
      const front = s.paretoFront(optimizer.trials(), directions);
      for (const a of front) for (const b of front) expect(s.dominates(a.values, b.values)).toBe(false);
      return s.hypervolume(
        front.map((trial) => trial.values),
        [24, 24],
      );
    };
    expect(volume('nsga2')).toBeGreaterThan(1.1 * volume('random'));
  });
});

describe('ask and tell', () => {
  it.each(Object.keys(searches) as (keyof typeof searches)[])(
    '%s repeats itself, resumes from JSON, and does not mind the order of results',
    (name) => {
      const build = (trials: readonly s.ToldTrial[] = []): s.Optimizer =>
        searches[name]({ space: mixed, rng: createRng(9), directions: minimize, trials });
      const whole = build();
      s.optimize(whole, mixedLoss, 60);
      const again = build();
      s.optimize(again, mixedLoss, 60);
      expect(again.trials()).toEqual(whole.trials());
      const part = build();
      s.optimize(part, mixedLoss, 33);
      const resumed = build(JSON.parse(JSON.stringify(part.trials())) as s.ToldTrial[]);
      s.optimize(resumed, mixedLoss, 60);
      expect(resumed.trials()).toEqual(whole.trials());
      for (const trial of whole.trials()) expect(Number(trial.parameters['fast'])).toBeLessThan(Number(trial.parameters['slow']));
    },
  );

  it.each(['cma', 'nsga2'] as const)('%s proposes a generation at once, waits for it, and takes its results in any order', (name) => {
    const run = (backwards: boolean): readonly s.ToldTrial[] => {
      const optimizer = searches[name]({ space: box(3, 1), rng: createRng(4), directions: minimize });
      for (let generation = 0; generation < 3; generation++) {
        const open: Extract<s.Ask, { kind: 'trial' }>[] = [];
        let asked = optimizer.ask();
        for (; asked.kind === 'trial'; asked = optimizer.ask()) open.push(asked);
        expect(asked.kind).toBe('wait');
        for (const { id, parameters } of backwards ? open.toReversed() : open) optimizer.tell(id, sphere(parameters));
      }
      return optimizer.trials();
    };
    expect(run(true)).toEqual(run(false));
  });

  it('nsga2 spends its trials on combinations that no generation before had', () => {
    const whole: s.SearchSpace = {
      dimensions: { a: { kind: 'int', low: 1, high: 20 }, b: { kind: 'int', low: 1, high: 20 } },
    };
    const optimizer = s.nsga2Search({ space: whole, rng: createRng(4), directions: minimize });
    s.optimize(optimizer, (p) => (Number(p['a']) - 7) ** 2 + (Number(p['b']) - 12) ** 2, 120);
    const distinct = new Set(optimizer.trials().map(({ parameters }) => JSON.stringify(parameters)));
    expect(distinct.size).toBeGreaterThan(75);
  });

  it('keeps failed trials as failures, also after JSON', () => {
    const setup = { space: mixed, rng: createRng(2), directions: minimize };
    const optimizer = s.tpeSearch(setup);
    s.optimize(optimizer, (p) => (p['kind'] === 'sma' ? Number.NaN : mixedLoss(p)), 40);
    const resumed = s.tpeSearch({ ...setup, trials: JSON.parse(JSON.stringify(optimizer.trials())) as s.ToldTrial[] });
    expect(resumed.best()).toEqual(optimizer.best());
    expect(resumed.ask()).toEqual(optimizer.ask());
    expect(Number.isFinite(optimizer.best()!.values[0])).toBe(true);
  });

  it('walks the grid once, then ends', () => {
    const space: s.SearchSpace = {
      dimensions: {
        a: { kind: 'int', low: 1, high: 3 },
        b: { kind: 'float', low: 0.1, high: 0.5, step: 0.2 },
        c: { kind: 'float', low: 1, high: 100, log: true, points: 3 },
      },
      constraints: [{ name: 'a is not 2', holds: (p) => p['a'] !== 2 }],
    };
    expect(s.gridPoints(space)).toHaveLength(18);
    expect(s.gridPoints(space)[1]).toEqual({ a: 1, b: 0.1, c: 10 });
    const optimizer = s.gridSearch({ space, rng: createRng(1) });
    s.optimize(optimizer, (p) => Number(p['a']), 1000);
    expect(optimizer.trials()).toHaveLength(18);
    expect(optimizer.ask()).toEqual({ kind: 'exhausted' });
  });

  it('encodes and decodes every value of a dimension to itself', () => {
    const dimension = fc.oneof(
      fc.record({
        kind: fc.constant('int' as const),
        low: fc.integer({ min: 1, max: 50 }),
        high: fc.integer({ min: 51, max: 99 }),
        log: fc.boolean(),
      }),
      fc.record({
        kind: fc.constant('float' as const),
        low: fc.constant(0.1),
        high: fc.constant(2.1),
        step: fc.constantFrom(0.1, 0.25, 0.5),
      }),
      fc.record({ kind: fc.constant('categorical' as const), choices: fc.uniqueArray(fc.string(), { minLength: 1 }) }),
    );
    fc.assert(
      fc.property(dimension, fc.double({ min: 0, max: 1, noNaN: true }), (d, unit) => {
        const space = s.compileSpace({ dimensions: { d } });
        const value = s.decode(space, [unit]);
        expect(s.decode(space, s.encode(space, value))).toEqual(value);
        expect(s.gridValues('d', d)).toContain(value['d']);
      }),
    );
  });

  it('says what is wrong with a space', () => {
    const bad =
      (d: unknown): (() => unknown) =>
      () =>
        s.compileSpace({ dimensions: { d: d as s.Dimension } });
    expect(bad({ kind: 'flaot', low: 0, high: 1 })).toThrow('unknown kind');
    expect(bad({ kind: 'float', low: 2, high: 1 })).toThrow('low <= high');
    expect(bad({ kind: 'float', low: 0, high: 1, log: true })).toThrow('log scale');
    const impossible = { ...mixed, constraints: [{ name: 'never', holds: () => false }] };
    expect(() => s.randomSearch({ space: impossible, rng: createRng(1) }).ask()).toThrow('never');
    const optimizer = s.randomSearch({ space: mixed, rng: createRng(1) });
    expect(() => optimizer.tell(0, 1)).toThrow('not asked for');
  });
});

describe('plateaus and walk-forward plans', () => {
  const grid: s.SearchSpace = { dimensions: { x: { kind: 'int', low: 0, high: 20 }, y: { kind: 'int', low: 0, high: 20 } } };
  const hill = (p: s.Parameters): number => Math.exp(-((Number(p['x']) - 14) ** 2 + (Number(p['y']) - 6) ** 2) / 20);

  it('warns of a lonely peak and finds the middle of the hill', () => {
    const spiked = (p: s.Parameters): number => (p['x'] === 3 && p['y'] === 17 ? 2 : hill(p));
    const optimizer = s.gridSearch({ space: grid, rng: createRng(1) });
    s.optimize(optimizer, spiked, 1000);
    const { peak, centre } = s.findPlateau(grid, optimizer.trials())!;
    expect(peak).toMatchObject({ lonely: true, neighbours: 8, value: 2 });
    expect(peak.warning).toContain('lonely peak');
    expect(centre.trial.parameters).toEqual({ x: 14, y: 6 });
    expect(centre).toMatchObject({ lonely: false, warning: '' });
    expect(s.heatMap(optimizer.trials(), 'x', 'y').cells[17]![3]).toBe(2);
  });

  it('does not take a hole among high points for the middle of a plateau', () => {
    const line: s.SearchSpace = { dimensions: { x: { kind: 'int', low: 0, high: 5 } } };
    const trials = [0.2, 1, -1, 1, 0.9, 0.8].map((value, x) => ({ id: x, parameters: { x }, values: [value] }));
    expect(s.findPlateau(line, trials)!.centre.value).toBeGreaterThan(0.8);
  });

  it('says so when it cannot judge', () => {
    const trials = [{ id: 0, parameters: { x: 1, y: 1 }, values: [1] }];
    expect(s.plateauScore(grid, trials, 0).warning).toContain('Only 0 neighbours');
    expect(s.findPlateau(grid, [])).toBeUndefined();
  });

  it('plans windows that follow each other and never let training see a test', () => {
    const plan = fc.record({
      rows: fc.integer({ min: 60, max: 500 }),
      trainRows: fc.integer({ min: 1, max: 40 }),
      testRows: fc.integer({ min: 1, max: 30 }),
      purgeRows: fc.integer({ min: 0, max: 10 }),
      anchored: fc.boolean(),
    });
    fc.assert(
      fc.property(plan, (p) => {
        const windows = s.planWalkForward(p);
        let next = p.trainRows + p.purgeRows;
        for (const w of windows) {
          expect(w.testFrom).toBe(next);
          expect(w.trainTo + p.purgeRows).toBe(w.testFrom);
          expect(w.trainTo - w.trainFrom).toBeGreaterThanOrEqual(p.trainRows);
          next = w.testTo;
        }
        expect(next).toBe(p.rows);
      }),
    );
    expect(s.planWalkForwardByCount(1000, 6)).toHaveLength(6);
    expect(() => s.planWalkForward({ rows: 10, trainRows: 10, testRows: 1 })).toThrow('too few');
  });
});
