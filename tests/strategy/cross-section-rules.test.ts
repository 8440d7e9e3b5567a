import { describe, expect, test } from 'vitest';
import { UserError } from '#core';
import { builtIn, daily, play, type Row } from './play.ts';

/** Plays a ranking of three symbols and gives what each was told on one bar. */
function told(name: string, parameters: Record<string, number>, rows: Readonly<Record<string, readonly Row[]>>, at: number) {
  const bars = Object.entries(rows).map(([symbol, list]) => daily(symbol, list));
  const played = play(builtIn(name, { every: 1, hold: 1, ...parameters }, bars.length), bars);
  return bars.map(({ symbol }) => played.reasons(symbol)[at]);
}

describe('what ranks first, by hand', () => {
  test('short-reversal: what fell most over two bars (A −20 %, B +10 %, C −10 %)', () => {
    expect(told('short-reversal', { lookback: 2 }, { A: [100, 90, 80], B: [100, 100, 110], C: [100, 95, 90] }, 2)).toEqual([
      'rank 1 of 3, in the top 1',
      'rank 3 of 3, not in the top 1',
      'rank 2 of 3, not in the top 1',
    ]);
  });

  test('low-volatility: the smallest deviation of two returns (A ±10 %, B none, C +1 % and +2 %)', () => {
    expect(told('low-volatility', { lookback: 2 }, { A: [100, 110, 99], B: [100, 100, 100], C: [100, 101, 103.02] }, 2)).toEqual([
      'rank 3 of 3, not in the top 1',
      'rank 1 of 3, in the top 1',
      'rank 2 of 3, not in the top 1',
    ]);
  });

  test('max-effect: the smallest best day (A 5 %, B 2 %, C 3 %), shorts at the other end', () => {
    const rows = { A: [100, 101, 106.05], B: [100, 102, 104.04], C: [100, 103, 100] };
    expect(told('max-effect', { lookback: 2, shorts: 1 }, rows, 2)).toEqual([
      'rank 3 of 3, in the bottom 1: sold short',
      'rank 1 of 3, in the top 1',
      'rank 2 of 3, not in the top 1',
    ]);
  });

  test('overnight-intraday: A gained overnight (+2 %, +2 %) and lost by day, B the reverse', () => {
    const up: Row[] = [100, [102, 102, 100, 100], [102, 102, 100, 100]];
    const down: Row[] = [100, [98, 100, 98, 100], [98, 100, 98, 100]];
    expect(told('overnight-intraday', { lookback: 2 }, { A: up, B: down }, 2)).toEqual([
      'rank 1 of 2, in the top 1',
      'rank 2 of 2, not in the top 1',
    ]);
  });

  test('alpha-101: (12 − 10)/(12 − 10 + .001) = .9995 before (11.5 − 10)/2.001 = .75 before 0 before −.9995', () => {
    const rows: Record<string, Row[]> = {
      A: [100, [10, 12, 10, 11.5]],
      B: [100, [10, 12, 10, 12]],
      C: [100, [12, 12, 10, 10]],
      D: [100, [10, 10, 10, 10]],
    };
    expect(told('alpha-101', {}, rows, 1).map((text) => text?.slice(0, 11))).toEqual([
      'rank 2 of 4',
      'rank 1 of 4',
      'rank 4 of 4',
      'rank 3 of 4',
    ]);
  });

  test('alpha-12: −sign(Δv)·Δc is +2 (fell on rising volume), +1 (rose on falling volume), −3 (rose on rising volume)', () => {
    const rows: Record<string, Row[]> = {
      A: [
        [100, 100, 100, 100, 10],
        [98, 98, 98, 98, 20],
      ],
      B: [
        [100, 100, 100, 100, 20],
        [101, 101, 101, 101, 10],
      ],
      C: [
        [100, 100, 100, 100, 10],
        [103, 103, 103, 103, 20],
      ],
    };
    expect(told('alpha-12', {}, rows, 1).map((text) => text?.slice(0, 11))).toEqual(['rank 1 of 3', 'rank 2 of 3', 'rank 3 of 3']);
  });

  test('residual-momentum: the same market in all, A lately above it, B below', () => {
    const market = [0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01, 0.01, -0.01];
    const walk = (extra: number): number[] =>
      market.reduce((list, move, at) => [...list, list.at(-1)! * (1 + move + (at < 5 ? -extra : extra))], [100]);
    const rows = { A: walk(0.001), B: walk(-0.001), C: walk(0) };
    const answer = told('residual-momentum', { estimation: 10, lookback: 5, skip: 0 }, rows, 10);
    expect(answer).toEqual(['rank 1 of 3, in the top 1', 'rank 3 of 3, not in the top 1', 'rank 2 of 3, not in the top 1']);
    expect(told('residual-momentum', { estimation: 10, lookback: 5, skip: 0 }, rows, 9)).toEqual([
      'warming up',
      'warming up',
      'warming up',
    ]);
  });

  test('carry: the lowest mean funding rate is held; without the series the run is refused', () => {
    const bars = ['A', 'B'].map((symbol) => daily(symbol, [100, 100, 100]));
    const funding = { A: { funding: Float64Array.of(0.01, 0.01, 0.01) }, B: { funding: Float64Array.of(0.02, -0.01, -0.01) } };
    const played = play(builtIn('carry', { lookback: 2, every: 1, hold: 1 }, 2), bars, funding);
    expect(played.reasons('A')).toEqual(['warming up', 'rank 2 of 2, not in the top 1', 'rank 2 of 2, not in the top 1']);
    expect(played.reasons('B').slice(1)).toEqual(['rank 1 of 2, in the top 1', 'rank 1 of 2, in the top 1']);
    expect(() => play(builtIn('carry', {}, 2), bars)).toThrow('strategy carry needs the series "funding", which these data do not have');
  });
});

test('dual-momentum: the best of three while it gained, cash when nothing did; between rankings it says when it last ranked', () => {
  const bars = [
    daily('A', [100, 101, 102, 103, 104, 110, 110, 90, 90, 80]),
    daily('B', [100, 102, 104, 106, 108, 120, 120, 90, 90, 80]),
    daily('C', [100, 99, 98, 97, 96, 95, 95, 90, 90, 80]),
  ];
  const played = play(builtIn('dual-momentum', { lookback: 5, every: 2 }, 3), bars);
  expect(played.reasons('B').slice(4)).toEqual([
    'warming up',
    'rank 1 of 3, in the top 1',
    'not a rebalance day; on 2024-01-06: rank 1 of 3, in the top 1',
    'rank 3 of 3, not in the top 1',
    'not a rebalance day; on 2024-01-08: rank 3 of 3, not in the top 1',
    'rank 3 of 3, not in the top 1',
  ]);
  // Row 7: A −11.8 %, B −13.5 %, C −8.2 %: the best of them lost, too.
  expect(played.reasons('C')[7]).toBe('rank 1 of 3, but its value is not above 0');
  expect(played.fills('B').map(([row, units]) => [row, Math.sign(units)])).toEqual([
    [6, 1],
    [8, -1],
  ]);
  expect(played.fills('B')[0]![1]).toBeCloseTo((0.95 * 100_000) / 120, 6);
});

test('equal-weight: halves at first, and made equal again when it is due', () => {
  const bars = [daily('A', [100, 100, 200, 200]), daily('B', [50, 50, 50, 50])];
  const played = play(builtIn('equal-weight', { every: 2 }, 2), bars);
  expect(played.reasons('A')).toEqual([
    'one of 2 equal parts',
    'not a rebalance day; on 2024-01-01: one of 2 equal parts',
    'one of 2 equal parts',
    'not a rebalance day; on 2024-01-03: one of 2 equal parts',
  ]);
  expect(played.fills('A')[0]).toEqual([1, 475]);
  // Equity is 147,500; half of 95 % of it is 70,062.50, or 350.3125 units of A at 200: 124.6875 are sold.
  expect(played.fills('A')[1]![1]).toBeCloseTo(-124.6875, 6);
});

test('volatility-managed: the part shrinks with the variance', () => {
  // Returns of ±2 %: deviation .02·√(6/5) = .0219089 a bar, .347793 a year; (.16/.347793)² = .211640.
  const closes = [1.02, 0.98, 1.02, 0.98, 1.02, 0.98].reduce((list, move) => [...list, list.at(-1)! * move], [100]);
  const stormy = play(builtIn('volatility-managed', { window: 6, every: 1 }), [daily('A', [...closes, closes.at(-1)!])]);
  expect(stormy.reasons().at(-2)).toBe('stormy: holds 21 % of its part');
  expect(stormy.fills()[0]![1]).toBeCloseTo((0.95 * 0.21164 * 100_000) / closes.at(-1)!, 0);
  const calm = play(builtIn('volatility-managed', { window: 6, every: 1 }), [
    daily(
      'A',
      Array.from({ length: 8 }, () => 100),
    ),
  ]);
  expect(calm.reasons()[6]).toBe('calm: holds its whole part');
});

test('with a stop, what is opened or added carries one, and what is trimmed or closed only reduces', () => {
  const bars = [daily('A', [100, 100, 200, 200, 200, 200]), daily('B', [50, 50, 50, 50, 20, 20])];
  const played = play(builtIn('equal-weight', { every: 2, stop: 0.3 }, 2), bars);
  const asked = played.result.orders.filter(({ parentId }) => parentId === 0);
  expect(asked.map(({ symbol, side, status }) => `${symbol} ${side} ${status}`)).toEqual([
    'A buy filled',
    'B buy filled',
    'A sell filled',
    'B buy filled',
    'A sell filled',
    'B buy filled',
  ]);
  const exits = played.result.orders.filter(({ parentId }) => parentId !== 0);
  expect(exits.map(({ symbol, type, stopPrice }) => `${symbol} ${type} ${stopPrice}`)).toEqual([
    'A stop 70',
    'B stop 35',
    'B stop 35',
    'B stop 14',
  ]);
});

describe('what a run lacks is said at once', () => {
  test.each(['short-reversal', 'dual-momentum', 'pairs-distance', 'pca-residual', 'residual-momentum'])('%s with one symbol', (name) => {
    const run = () => play(builtIn(name), [daily('A', [1, 2, 3])]);
    expect(run).toThrow(UserError);
    expect(run).toThrow(/needs at least \d symbols, this run has 1/);
  });

  test.each(['opening-range', 'last-half-hour'])('%s on daily bars', (name) => {
    expect(() => play(builtIn(name), [daily('A', [1, 2, 3])])).toThrow(`strategy ${name} needs bars of 15m or shorter, these are 1d`);
  });
});
