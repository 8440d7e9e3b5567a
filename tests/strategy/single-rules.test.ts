import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DAY_MS } from '#core';
import { BUILT_IN_STRATEGIES, prepare, type StrategyRecipe } from '#strategy';
import { builtIn, daily, MONDAY, play, type Row } from './play.ts';

const flat = (count: number, close = 100): number[] => Array.from({ length: count }, () => close);
/** Flat closes in bars ten wide, so that stops counted in ranges lie far off. */
const wide = (count: number): Row[] => Array.from({ length: count }, () => [100, 105, 95, 100]);
const ramp = (from: number, step: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + step * at);

/** What a strategy says on the last bars of hand-written closes. */
function said(name: string, parameters: Record<string, number>, rows: readonly Row[], last: number): readonly string[] {
  return play(builtIn(name, parameters), [daily('A', rows)])
    .reasons()
    .slice(-last);
}

describe('the rule of each, by hand', () => {
  test('sma200: 12 > mean(10, 10, 10, 10, 12) = 10.4; then 9 < 10.2', () => {
    expect(said('sma200', { length: 5, stop: 0.9 }, [10, 10, 10, 10, 10, 12, 9], 3)).toEqual([
      'not above the average',
      'above the average',
      'below the average',
    ]);
  });

  test('sma200, monthly: only the first bar of a month is looked at', () => {
    const rows = [...flat(30, 10), 12, 12, 12];
    expect(said('sma200', { length: 5, monthly: 1 }, rows, 3)).toEqual([
      'not the first bar of a month',
      'above the average',
      'not the first bar of a month',
    ]);
  });

  test('ma-band: 102 > 100.4 · 1.01; 101 is inside; 90 < 98.6 · .99; 98 is inside', () => {
    expect(said('ma-band', { slow: 5 }, [...flat(5), 102, 101, 90, 98], 5)).toEqual([
      'inside the band',
      'above the band',
      'no longer above the band',
      'below the band',
      'no longer below the band',
    ]);
  });

  test('ts-momentum: the sign of five bars’ return; a share of target / yearly volatility', () => {
    // Ten returns of +10 % and 0 in turn: deviation √(10 · .0025/9) = .0527046 a bar, .836660 a year; .95 · .4/.836660 = .454187.
    const closes = ramp(0, 1, 11).reduce<number[]>((list, at) => [...list, at === 0 ? 100 : list.at(-1)! * (at % 2 === 1 ? 1.1 : 1)], []);
    const played = play(
      builtIn('ts-momentum', { lookback: 5, window: 10, shorts: 1 }),
      [daily('A', [...closes, closes.at(-1)!])],
      undefined,
      1,
    );
    expect(played.reasons()[10]).toBe('a gain over the look-back');
    expect(played.fills()[0]![1]).toBeCloseTo((0.454187 * 100_000) / closes.at(-1)!, 2);
    expect(said('ts-momentum', { lookback: 5, window: 10, shorts: 1 }, ramp(100, -1, 11), 1)).toEqual(['a loss over the look-back']);
  });

  test('macd: above its signal on the first rise after a flat, below it on the fall', () => {
    expect(said('macd', { fast: 3, slow: 6, signal: 3, stop: 5 }, [...wide(20), 110, 112, 80], 4)).toEqual([
      'MACD is below its signal',
      'MACD rose above its signal',
      'MACD is above its signal',
      'MACD fell below its signal',
    ]);
  });

  test('supertrend: the line turns with the crash', () => {
    const reasons = said('supertrend', { length: 3 }, [...ramp(100, 1, 20), 60, 60], 2);
    expect(reasons).toEqual(['the line turned down', 'below the line']);
  });

  test('donchian: 12 > max(10, 11, 10); 11.4 < min(12, 11.5); the stop is the exit channel', () => {
    const played = play(builtIn('donchian', { entry: 3, exit: 2 }), [daily('A', [10, 11, 10, 12, 11.5, 11.4, 11.4])]);
    expect(played.reasons().slice(2)).toEqual([
      'warming up',
      'new high of the entry channel',
      'no new low',
      'new low of the exit channel',
      'inside the channel',
    ]);
    expect(played.result.orders.find(({ parentId }) => parentId !== 0)?.stopPrice).toBe(10);
  });

  test('parabolic-sar: below the price while it rises, turned by the crash', () => {
    expect(said('parabolic-sar', {}, [...ramp(100, 1, 10)], 1)).toEqual(['above the SAR']);
    expect(said('parabolic-sar', {}, [...ramp(100, -1, 10)], 1)).toEqual(['below the SAR']);
  });

  test('adx-di: only +DM in a rise, so +DI leads and ADX is 100', () => {
    expect(said('adx-di', { length: 3, stop: 20 }, [...ramp(100, 1, 20), 119, 90], 3)).toEqual([
      '+DI leads',
      '+DI leads',
      '−DI rose above +DI',
    ]);
    expect(said('adx-di', { length: 3, shorts: 0 }, ramp(100, -1, 20), 1)).toEqual(['−DI leads; no short sales']);
  });

  test('aroon: the high of now (100) against the low of one bar ago (80), then the low of now', () => {
    expect(said('aroon', { length: 5, stop: 20 }, [...ramp(130, -1, 16), 140, 90], 3)).toEqual([
      'no fresh high',
      'a fresh high',
      'the last low is younger',
    ]);
  });

  test('keltner: 110 above 103.33 + 2 · 2; back below the middle', () => {
    // The average moves by (110 − 100)·2/6 and Wilder’s range by 10/5.
    expect(said('keltner', { length: 5, stop: 20 }, [...flat(12), 110, 100], 3)).toEqual([
      'not above the channel',
      'above the channel',
      'back at the middle',
    ]);
  });

  test('year-high: at the high; then 80 % of it', () => {
    expect(said('year-high', { length: 20, stop: 0.9 }, [...flat(20), 96, 80], 3)).toEqual([
      'near its high',
      'near enough to its high',
      'far from its high',
    ]);
  });

  test('rsi14: of two bars, 0 while it falls, 66.7 after +2, 88.9 after +3', () => {
    expect(said('rsi14', { length: 2, stop: 20 }, [...ramp(40, -1, 20), 23, 26], 3)).toEqual([
      'has not left the oversold zone',
      'left the oversold zone',
      'overbought',
    ]);
  });

  test('turn-of-month: bought with one weekday left (30 January 2024), sold on the third of the next (5 February)', () => {
    const played = play(builtIn('turn-of-month'), [daily('A', flat(40))]);
    const reason = (day: number): string => played.reasons()[(Date.UTC(2024, 0, day) - MONDAY) / DAY_MS]!;
    expect([29, 30, 31, 31 + 2, 31 + 5, 31 + 6].map(reason)).toEqual([
      'not the turn of the month',
      'turn of the month',
      'holds over the turn of the month',
      'holds over the turn of the month',
      'the turn is over',
      'not the turn of the month',
    ]);
  });

  test('buy-and-hold: buys once', () => {
    expect(said('buy-and-hold', {}, flat(4), 4)).toEqual(['buys once', 'holds', 'holds', 'holds']);
  });

  test('crossing: mean of two against mean of four, one unit', () => {
    const played = play(builtIn('crossing', { fast: 2, slow: 4 }), [daily('A', [...flat(5), 104, 104, 90, 90])]);
    expect(played.reasons().slice(4, 8)).toEqual([
      'the fast average is not above the slow one',
      'the fast average is above the slow one',
      'the fast average is above the slow one',
      'the fast average is not above the slow one',
    ]);
    expect(played.fills()).toEqual([
      [6, 1],
      [8, -1],
    ]);
  });

  test('random-entry: always with chance 1, out by its target', () => {
    const rows = flat(30).map((close, at): Row => [close, close + 1, close - 1, close + (at % 2)]);
    const reasons = said('random-entry', { chance: 1, target: 0.1, stop: 20 }, rows, 16);
    expect(new Set(reasons.filter((reason) => !reason.startsWith('waits')))).toEqual(new Set(['heads', 'tails']));
  });
});

const folder = new URL('../../strategies/', import.meta.url);
const examples = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map(async (file) => ((await import(new URL(file, folder).href)) as { default: StrategyRecipe }).default),
);

function example(name: string, parameters: Record<string, number>, rows: readonly Row[], last: number): readonly string[] {
  const recipe = examples.find((one) => one.name === name)!;
  return play(prepare(recipe, parameters), [daily('A', rows)])
    .reasons()
    .slice(-last);
}

describe('the examples, by hand', () => {
  test('sma-cross: mean of two against mean of four', () => {
    expect(example('sma-cross', { fast: 2, slow: 4, stop: 5 }, [...wide(16), 104, 104, 90], 4)).toEqual([
      'fast average is below the slow one',
      'fast average rose above the slow one',
      'trend holds',
      'fast average fell below the slow one',
    ]);
  });

  test('donchian-breakout: a new high of five bars in, a new low of two out', () => {
    expect(example('donchian-breakout', { entry: 5, exit: 2, stop: 5 }, [...wide(25), 106, 107, 94], 4)).toEqual([
      'inside the channel',
      'new high of the entry channel',
      'trend up holds',
      'new low of the exit channel',
    ]);
  });

  test('rsi2-reversion: a fall above the long average, out above the short one', () => {
    // Wilder's means of gains and losses: 1 and 4 (RSI 20), .5 and 4 (11.1), .25 and 3.5 (6.7); 143 is above the mean of 20, 142.65.
    expect(example('rsi2-reversion', { trend: 20, recovery: 2, stop: 20 }, [...ramp(100, 2, 30), 150, 146, 143, 150], 4)).toEqual([
      'not oversold',
      'not oversold',
      'oversold in a rising market',
      'recovered',
    ]);
  });

  test('bollinger-reversion: below mean − 2σ, out at the mean', () => {
    const rows = [...flat(20).map((close, at) => close + (at % 2)), 95, 101];
    expect(example('bollinger-reversion', { stop: 20 }, rows, 3)).toEqual([
      'inside the bands',
      'below the lower band',
      'back at the average',
    ]);
  });
});

test('every built-in strategy has its rule in one of these files', () => {
  const elsewhere = ['carry', 'short-reversal', 'low-volatility', 'max-effect', 'overnight-intraday', 'alpha-101', 'alpha-12'];
  const more = ['dual-momentum', 'residual-momentum', 'equal-weight', 'volatility-managed', 'pairs-distance', 'pca-residual'];
  const here = [
    'buy-and-hold',
    'crossing',
    'random-entry',
    'sma200',
    'ma-band',
    'ts-momentum',
    'macd',
    'supertrend',
    'donchian',
    'parabolic-sar',
  ];
  const others = ['adx-di', 'aroon', 'keltner', 'year-high', 'rsi14', 'turn-of-month', 'opening-range', 'last-half-hour'];
  expect(BUILT_IN_STRATEGIES.map(({ name }) => name).sort()).toEqual([...elsewhere, ...more, ...here, ...others].sort());
});
