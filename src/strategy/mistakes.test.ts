import { describe, expect, test } from 'vitest';
import { UserError } from '#core';
import { bbands, close, sma } from '#features';
import type { EntryPlan, StrategyRecipe } from './index.ts';
import { defineCrossSection, defineStrategy, hold, long, prepare, short, tunable, whole, type StrategyDefinition } from './index.ts';

/** What a file that no compiler saw may hold. */
function fault(run: () => unknown): readonly [message: string, hint: string] {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return [error.message, error.hint];
    throw error;
  }
  return ['nothing was wrong', ''];
}

const plan = (given: object): EntryPlan => given as EntryPlan;
const define = (given: object) =>
  defineStrategy({ name: 'mine', features: {}, decide: () => hold('waits'), ...given } as StrategyDefinition<string>);
const recipe = (given: object) =>
  tunable({
    name: 'mine',
    summary: '',
    source: '',
    parameters: { length: whole(5, 2, 50, 'bars') },
    make: () => define({}),
    ...given,
  } as Omit<StrategyRecipe, 'kind'>);

describe('an author’s slips are told in one line, with what was meant', () => {
  test.each<[string, () => unknown, string, string]>([
    ['no stop', () => long(plan({ size: 0.5 })), 'long() has no stop', 'Every entry needs one'],
    ['a key of another library', () => long(plan({ stop: 90, stopLoss: 90 })), 'long() has no "stopLoss"', 'Known: stop'],
    ['a misspelt key', () => short(plan({ stop: 90, taget: 80 })), 'short() has no "taget"', 'Did you mean "target"?'],
    ['5 for 5 %', () => long({ stop: { percent: 5 } }), 'long() has a stop of {"percent":5}', '{ percent: 0.05 } is 5 %'],
    ['units as size', () => long({ stop: 90, size: 100 }), 'long() has size 100', 'for units write units: 100'],
    ['size and units', () => long({ stop: 90, size: 0.5, units: 3 }), 'long() has a size and units', 'Give one'],
    ['a level that is none', () => long(plan({ stop: 'low' })), 'long() has a stop that is no price', '{ away: distance }'],
    [
      'a number as feature',
      () => define({ features: { fast: 20 } }),
      'feature "fast" of strategy "mine" is the number 20',
      'sma(close, 20)',
    ],
    [
      'all bands as one',
      () => define({ features: { bands: bbands(close, 20) } }),
      'feature "bands" of strategy "mine" is an object',
      'one feature an output',
    ],
    ['no features', () => define({ features: undefined }), 'strategy "mine" has no features', 'an empty one'],
    ['no decide', () => define({ decide: undefined }), 'strategy "mine" has no decide function', 'Add decide'],
    ['a misspelt part', () => define({ feature: {} }), 'a strategy has no "feature"', 'Did you mean "features"?'],
    [
      'a misspelt parameter',
      () => prepare(recipe({ make: ({ lenght }: Record<string, number>) => define({ features: { mean: sma(close, lenght!) } }) })),
      'strategy mine has no parameter "lenght"',
      'Did you mean "length"?',
    ],
    [
      'braces without return',
      () => prepare(recipe({ make: () => undefined })),
      'make of mine gave no strategy',
      'return one when there are braces',
    ],
    [
      'a parameter of no kind',
      () => recipe({ parameters: { length: { default: 5 } } }),
      'mine: length is no parameter',
      "length: whole(20, 2, 250, 'bars of the average')",
    ],
    [
      'a range in the wrong order',
      () => recipe({ parameters: { length: whole(2, 5, 50, 'bars') } }),
      'mine: the usual length is 2, outside its range of 5 to 50',
      'whole(usual, low, high, text)',
    ],
    ['a misspelt key of tunable', () => recipe({ parameter: {} }), 'tunable() has no "parameter"', 'Did you mean "parameters"?'],
  ])('%s', (_, run, message, hint) => {
    const [said, how] = fault(run);
    expect(said).toContain(message);
    expect(how).toContain(hint);
  });

  test('a cross-section that answers instead of acting', () => {
    const strategy = defineCrossSection({ name: 'mine', features: {}, decide: (() => new Map([['A', 1]])) as () => void });
    expect(fault(() => strategy.onInstant!({} as never))[0]).toContain('answered with a value, which nobody reads');
  });

  test('what the market makes of a plan is no slip: NaN, zero and the wrong side go on to be denied with a reason', () => {
    expect(long({ stop: Number.NaN }).kind).toBe('long');
    expect(long({ stop: { away: -2 } }).kind).toBe('long');
    expect(short({ stop: { away: 0 }, units: Number.NaN }).kind).toBe('short');
    expect(long({ stop: { away: Number.NaN }, size: 0 }).kind).toBe('long');
  });
});
