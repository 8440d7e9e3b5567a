import { expect, test } from 'vitest';
import { sScore } from '../../src/strategy/built-in/principal-components.ts';
import { builtIn, daily, play } from './play.ts';

/**
 * Formation of four bars: A/100 − B/100 is 0, .01, 0, .01, with a sample deviation of .0057735; C and D lie far off. From row 3 prices
 * count from A 102 and B 101.
 */
const FORMED = { A: [100, 102, 100, 102], B: [100, 101, 100, 101], C: [100, 150, 80, 200], D: [100, 60, 130, 50] };

function pairs(after: Readonly<Record<'A' | 'B' | 'C' | 'D', readonly number[]>>, parameters = {}) {
  const bars = Object.entries(FORMED).map(([symbol, closes]) => daily(symbol, [...closes, ...after[symbol as 'A']]));
  return play(builtIn('pairs-distance', { formation: 4, trading: 10, pairs: 1, ...parameters }, 4), bars);
}

test('pairs-distance: the closest two are a pair; opened beyond two deviations, closed when the prices cross', () => {
  const rest = [200, 200, 200, 200];
  // d = 105/102 − 1 = .0294 > .0115; then .0196; then 101/102 − 1 = −.0098, crossed; then the same, within two deviations.
  const played = pairs({ A: [105, 104, 101, 101], B: [101, 101, 101, 101], C: rest, D: rest });
  expect(played.reasons('A')).toEqual([
    'warming up: the formation period is not over',
    'warming up: the formation period is not over',
    'warming up: the formation period is not over',
    'new formation: pair with B',
    'pair with B: apart by more than 2 deviations, sold short as the dear one',
    'pair with B: open; waits for the prices to cross',
    'pair with B: closed, the prices crossed',
    'pair with B: closer than 2 deviations',
  ]);
  expect(played.reasons('B')[4]).toBe('pair with A: apart by more than 2 deviations, bought as the cheap one');
  expect(played.reasons('C').slice(3)).toEqual(['new formation: no pair', 'in no pair', 'in no pair', 'in no pair', 'in no pair']);
  // 95 % of 100,000 over two legs: 47,500 each, at 104 and 101.
  const [short, cover] = played.fills('A');
  expect(short).toEqual([5, expect.closeTo(-47_500 / 104, 6)]);
  expect(cover).toEqual([7, expect.closeTo(47_500 / 104, 6)]);
  expect(played.fills('B')[0]).toEqual([5, expect.closeTo(47_500 / 101, 6)]);
});

test('pairs-distance: a stopped leg takes the other with it, and the period’s end closes what is open', () => {
  const rest = [200, 200, 200, 200];
  // Sold at 105 with the stop at 105 · 1.25 = 131.25.
  const stopped = pairs({ A: [105, 105, 140, 100], B: [101, 101, 101, 101], C: rest, D: rest });
  expect(stopped.fills('A').map(([row, units]) => [row, Math.sign(units)])).toEqual([
    [5, -1],
    [6, 1],
  ]);
  expect(stopped.reasons('B').slice(6)).toEqual([
    'pair with A: closed, a leg was stopped or never filled, so the other goes too',
    'pair with A: broken; waits for the next formation',
  ]);
  expect(stopped.result.positions).toEqual([]);
  const ended = pairs({ A: [105, 105, 105, 105], B: [101, 101, 101, 101], C: rest, D: rest }, { trading: 3 });
  expect(ended.reasons('A')[6]).toMatch(/^(pair with B: closed, the trading period is over|new formation)/);
  expect(ended.result.positions).toEqual([]);
});

test('s-score: the fit of a hand-made process', () => {
  // Residuals 2, −1, −.5, .25, −.75 sum to X = 2, 1, .5, .75, 0. Regressing (1, .5, .75, 0) on (2, 1, .5, .75): b = .373494,
  // a = .165663; noise (.087349, −.039157, .397590, −.445783), Σ² = .365964; −(a/(1 − b)) / √(.182982/(1 − b²)) = −.264423/.461134.
  expect(sScore(Float64Array.of(2, -1, -0.5, 0.25, -0.75))).toBeCloseTo(-0.573418, 6);
  // A process that trends does not revert.
  expect(sScore(Float64Array.of(1, 1, 1, 1, 1))).toBeNaN();
});

test('pca-residual: buys what fell away from the others, sells short what rose away, leaves when it is back', () => {
  const rows = 60;
  const wave = (at: number): number => 0.01 * Math.sin(at * 1.7) + 0.006 * Math.cos(at * 0.9);
  /** Common moves, and each symbol's own small noise, which always returns; A falls away at row 50 and comes back by 53. */
  const closes = (phase: number, shock: (at: number) => number): number[] => {
    const list = [100];
    for (let at = 1; at < rows; at++) list.push(list.at(-1)! * (1 + wave(at)));
    return list.map((close, at) => close * (1 + 0.003 * Math.sin(at * 2.1 + phase) + shock(at)));
  };
  const dip = (at: number): number => ({ 50: -0.04, 51: -0.03, 52: -0.015 })[at] ?? 0;
  const bars = ['A', 'B', 'C', 'D'].map((symbol, at) => daily(symbol, closes(at * 1.5, symbol === 'A' ? dip : () => 0)));
  const played = play(builtIn('pca-residual', { window: 30, regression: 30, every: 1 }, 4), bars);
  const reasons = played.reasons('A');
  expect(reasons.slice(0, 30)).toEqual(Array.from({ length: 30 }, () => 'warming up'));
  expect(reasons[50]).toBe('s-score below -1.25: bought');
  expect(reasons.slice(51, 55)).toContain('s-score above -0.5: the long is closed');
});
