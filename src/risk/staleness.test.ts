import { DAY_MS, timestamp } from '#core';
import { describe, expect, it } from 'vitest';
import { assessStaleness, createStaleness, noteOutcome, type StalenessState } from './index.ts';

const trained = timestamp(Date.UTC(2024, 0, 1));
const day = (days: number) => timestamp(trained + days * DAY_MS);
const reference = { trainedTime: trained, brierScore: 0.21, hitRate: 0.7 };

/** Outcomes of a model that says 0.7 and is right in the given share of each hundred, spread evenly. */
function feed(state: StalenessState, share: number, count: number): StalenessState {
  for (let i = 0; i < count; i++) state = noteOutcome(state, 0.7, (i * 37) % 100 < share * 100 ? 1 : 0);
  return state;
}

describe('staleness', () => {
  it('leaves an honest model alone', () => {
    const state = feed(createStaleness(reference), 0.7, 100);
    expect(assessStaleness(state, { time: day(10), featureDrift: 0.05, predictionDrift: 0.02 }).verdict).toEqual({ kind: 'fresh' });
  });

  it('shrinks and then demotes a model whose predictions fail, and lets it earn its way back', () => {
    let state = feed(createStaleness(reference), 0.6, 100);
    const first = assessStaleness(state, { time: day(10) });
    expect(first.verdict.kind).toBe('shrink');
    state = feed(first.state, 0.35, 100);
    let assessed = assessStaleness(state, { time: day(11) });
    expect(assessed.verdict).toMatchObject({ kind: 'demoted' });
    state = feed(assessed.state, 0.72, 100);
    const kinds: string[] = [];
    for (let i = 0; i < 10; i++) {
      assessed = assessStaleness(state, { time: day(12) });
      state = assessed.state;
      kinds.push(assessed.verdict.kind);
    }
    expect(kinds).toEqual([...Array<string>(4).fill('demoted'), ...Array<string>(5).fill('shrink'), 'fresh']);
  });

  it('judges age and drift, says nothing on few outcomes, and shrinks more the worse it is', () => {
    const state = createStaleness(reference);
    const factor = (days: number, drift = 0): number => {
      const { verdict } = assessStaleness(state, { time: day(days), featureDrift: drift });
      return verdict.kind === 'fresh' ? 1 : verdict.kind === 'demoted' ? 0 : verdict.factor;
    };
    expect([factor(29), factor(90), factor(1, 0.09), factor(1, 0.5)]).toEqual([1, 0, 1, 0]);
    expect(factor(60)).toBeCloseTo(0.625, 12);
    expect(factor(80)).toBeLessThan(factor(60));
    expect(factor(1, 0.3)).toBeLessThan(1);
    expect(factor(1, Number.NaN)).toBeLessThan(1);
    expect(assessStaleness(feed(state, 0, 10), { time: day(1) }).verdict.kind).toBe('fresh');
  });

  it('keeps a window of outcomes and survives JSON', () => {
    const state = feed(createStaleness(reference, { windowOutcomes: 30 }), 0.5, 80);
    expect(state.hits).toHaveLength(30);
    expect(assessStaleness(JSON.parse(JSON.stringify(state)) as StalenessState, { time: day(1) })).toEqual(
      assessStaleness(state, { time: day(1) }),
    );
    expect(() => createStaleness(reference, { shrinkAge: 1 } as never)).toThrow('Unknown staleness setting');
  });
});
