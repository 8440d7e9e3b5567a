import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '#core';
import type { BarSeries } from '#domain';
import { InputDrift, ScoreDrift, ShadowOutcomes, type JournalRecord, type SafetySetup } from '#live';
import { close, ret, std, tszscore } from '#features';
import { tripleBarrierLabels } from '#ml';
import { DAY_MS, timestamp } from '#core';
import { hold, long, type Strategy } from '#strategy';
import { backtestOf, barsOfJournal, controlsOf, outputsOfBacktest, outputsOfJournal, tradeOnPaper } from '../parity/journal-replay.ts';
import { crisisMarket } from './crisis.ts';
import { setupFor } from './fixtures.ts';

test('each shadow outcome is the label that the pipeline would give', () => {
  const market = fc.record({
    seed: fc.integer({ min: 1, max: 50 }),
    width: fc.double({ min: 0.002, max: 0.03, noNaN: true }),
    maxBars: fc.integer({ min: 1, max: 12 }),
    side: fc.constantFrom(0, 1, -1),
  });
  fc.assert(
    fc.property(market, ({ seed, width, maxBars, side }) => {
      const [bars] = crisisMarket(['A'], 120, 0, 0, seed);
      const shadows = new ShadowOutcomes(maxBars);
      const events = Int32Array.from({ length: 90 }, (_, at) => at);
      const found: [number, number][] = [];
      for (let row = 0; row < 120; row++) {
        for (const { probability, outcome } of shadows.resolve(bars!, row)) found.push([probability, outcome]);
        if (row < 90) shadows.predict(bars!, row, row, width, side);
      }
      const { t0, label } = tripleBarrierLabels(bars!, {
        events,
        target: new Float64Array(120).fill(width),
        profitTake: 1,
        stopLoss: 1,
        vertical: { kind: 'bars', bars: maxBars },
        anchor: 'signalClose',
        ...(side === 0 ? {} : { side: new Float64Array(120).fill(side) }),
      });
      const expected = Array.from(t0, (row, at) => [row, label[at]! > 0 ? 1 : 0]);
      expect(found.sort(([one], [other]) => one! - other!)).toEqual(expected);
    }),
    { numRuns: 60 },
  );
});

/** Says at every fourth bar what the next bars will do, right with probability `skill` until `until`, then wrong as often. */
function oracle(series: readonly BarSeries[], skill: number, until: number): Strategy {
  const says = (bars: BarSeries): Float64Array => {
    const rng = createRng(bars.symbol.charCodeAt(0));
    return bars.close.map((close, row) => {
      const right = rng.uniform() < (row < until ? skill : 1 - skill);
      if (row % 4 !== 0 || row + 2 >= bars.length) return Number.NaN;
      return bars.close[row + 2]! > close === right ? skill : 1 - skill;
    });
  };
  const columns = new Map(series.map((bars) => [bars.symbol, says(bars)]));
  const told = (bars: BarSeries): Float64Array => columns.get(bars.symbol)!.slice(0, bars.length);
  const only = (value: number) => (bars: BarSeries) => told(bars).map((said) => (Number.isNaN(said) ? Number.NaN : value));
  return {
    name: 'model',
    features: { probability: told, width: only(0.006), side: only(0), score: told },
    acceptsMissing: true,
    onBar(context) {
      const probability = context.f['probability']!;
      if (Number.isNaN(probability) || !context.position.flat) return hold('no signal');
      return long({ stop: { percent: 0.2 }, target: { percent: 0.006 }, units: 10, maxBars: 3, reason: `p ${probability}` });
    },
  };
}

const SERIES = crisisMarket(['AAA', 'BBB'], 900, 0, 0, 8);
const START = SERIES[0]!.time[0]!;

function watched(until: number, settings: Partial<NonNullable<SafetySetup['model']>> = {}) {
  const model = {
    strategy: 'model',
    maxBars: 3,
    reference: { trainedTime: timestamp(START), brierScore: 0.22, hitRate: 0.68 },
    settings: { shrinkAgeMs: 3000 * DAY_MS, demoteAgeMs: 9000 * DAY_MS },
    ...settings,
  };
  const make = () => oracle(SERIES, 0.8, until);
  const setup = setupFor(SERIES, [make()], { safety: { model } });
  return { setup, make, records: tradeOnPaper(setup, SERIES) };
}

const levels = (records: readonly JournalRecord[]) =>
  records.flatMap((record) =>
    record.kind === 'step' ? (record.guards ?? []).map(([, level, reason]) => ({ row: record.row, level, reason })) : [],
  );

test('a model that turns wrong shrinks, then opens nothing more; the reasons stand in the journal; the backtest of the journal agrees', () => {
  const { setup, make, records } = watched(400);
  const found = levels(records);
  expect(found.map(({ level }) => level)).toEqual(expect.arrayContaining(['shrink', 'demoted']));
  expect(found[0]!.row).toBeGreaterThan(400);
  expect(found.find(({ level }) => level === 'demoted')!.reason).toMatch(/hit rate .* when trained/);
  const steps = records.filter((record) => record.kind === 'step');
  const bought = (from: number, to: number) =>
    steps
      .filter(({ row }) => row > from && row <= to)
      .flatMap(({ fills }) => fills.filter(({ side }) => side === 'buy').map(({ quantity }) => quantity));
  const shrink = found.find(({ level }) => level === 'shrink')!.row;
  const demoted = found.find(({ level }) => level === 'demoted')!.row;
  expect(new Set(bought(0, shrink))).toEqual(new Set([10]));
  expect(Math.max(...bought(shrink + 1, demoted))).toBeLessThan(10);
  expect(bought(demoted + 1, 900)).toEqual([]);
  const reasons = steps.flatMap(({ decisions }) => decisions.map(([, , reason]) => reason));
  expect(reasons.some((reason) => /^p 0\.\d+; size × 0\.\d\d \(model staleness, shrink: /.test(reason))).toBe(true);
  expect(reasons.some((reason) => reason.startsWith('denied: model staleness, demoted: '))).toBe(true);
  const wired = backtestOf(setup, barsOfJournal(records, setup), [make()], controlsOf(records));
  expect(outputsOfJournal(records)).toEqual(outputsOfBacktest(wired, setup.tradeFrom));
});

test('a model that stays right is left alone; one that is too old at its signal is not, however right', () => {
  expect(levels(watched(900).records)).toEqual([]);
  const old = levels(watched(900, { settings: { shrinkAgeMs: 10 * DAY_MS, demoteAgeMs: 20 * DAY_MS } }).records);
  expect(old.map(({ level }) => level)).toEqual(['shrink', 'demoted']);
  expect(old.at(-1)!.row).toBeGreaterThanOrEqual(20 * 24);
  expect(old.at(-1)!.row).toBeLessThan(20 * 24 + 8);
  expect(old.at(-1)!.reason).toMatch(/trained 20\.\d days ago/);
});

test('scores that are distributed as at first are no drift, however slowly they move; others are', () => {
  const drifts = (persistence: number, later: (score: number) => number): number[] => {
    const rng = createRng(3);
    const drift = new ScoreDrift();
    let score = 0;
    return Array.from({ length: 900 }, (_, at) => {
      score = persistence * score + Math.sqrt(1 - persistence ** 2) * rng.normal();
      drift.take(at < 400 ? score : later(score));
      return drift.drift;
    });
  };
  expect(
    drifts(0, (score) => score)
      .slice(0, 299)
      .every(Number.isNaN),
  ).toBe(true);
  for (const persistence of [0, 0.5, 0.8]) {
    const usual = drifts(persistence, (score) => score).slice(300);
    expect(usual.filter((drift) => drift < 0.1).length / usual.length).toBeGreaterThan(0.95);
    expect(Math.max(...drifts(persistence, (score) => score + 2.5).slice(300))).toBeGreaterThan(0.5);
  }
});

test('features that are as in training drift little; features of another market do, of one that never saw training nothing is said', () => {
  const [calm] = crisisMarket(['A'], 2400, 0, 0, 5);
  const features = { momentum: ret(close, 5), spread: std(ret(close), 20), place: tszscore(close, 40) };
  const drifts = (bars: BarSeries, trainedRows: number): number[] => {
    const drift = new InputDrift(features, bars.time[trainedRows]!);
    return Array.from(bars.time, (_, row) => {
      drift.step(bars, row);
      return drift.drift;
    });
  };
  const usual = drifts(calm!, 1600);
  expect(usual.slice(0, 1690).every(Number.isNaN)).toBe(true);
  const known = usual.slice(1700).sort((one, other) => one - other);
  expect(known[Math.floor(known.length / 2)]).toBeLessThan(0.1);
  const wild = calm!.close.map((price, row) => (row < 1600 ? price : calm!.close[1600]! + 6 * (price - calm!.close[1600]!)));
  expect(Math.max(...drifts({ ...calm!, close: wild }, 1600).slice(1700))).toBeGreaterThan(0.5);
  expect(drifts(calm!, 100).every(Number.isNaN)).toBe(true);
});
