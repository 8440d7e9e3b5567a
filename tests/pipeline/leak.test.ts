import { describe, expect, test } from 'vitest';
import { createRng } from '#core';
import { syntheticMarket } from '#data';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';
import { chooseCalibrator, predict, trainGbdt } from '#ml';
import {
  backtestOutOfSample,
  buildFeatures,
  calibrateAsYouGo,
  fitBarriers,
  labelEvents,
  payoffOf,
  pipelineConfigSchema,
  seamTime,
  splitAtSeam,
  stackSamples,
  takeSamples,
  trainAll,
  type TrainJobs,
} from '#research';

const config = pipelineConfigSchema.parse({ model: { trees: 40, shuffledControls: 1, folds: 3 } });
const trainHere: TrainJobs = async (jobs) =>
  jobs.map((job) =>
    trainGbdt(job.data, job.params, { rng: createRng(job.seed), ...(job.validation === undefined ? {} : { validation: job.validation }) }),
  );

/** The whole pipeline in memory; the seam is given, since a real run fixes it once. */
async function pipeline(series: readonly BarSeries[], seam: number) {
  const features = series.map((bars) => buildFeatures(bars, seam, config.features));
  const barriers = fitBarriers(series, seam, 0.001, config);
  const events = series.map((bars) => labelEvents(bars, barriers, seam, config));
  const samples = stackSamples(features, events);
  const split = splitAtSeam(samples, seam);
  const train = takeSamples(samples, split.train);
  const validation = takeSamples(samples, split.validation);
  const trained = await trainAll(train, validation, config, trainHere, () => undefined);
  const raw = predict(trained.model, validation.columns, validation.count);
  const gone = calibrateAsYouGo(
    validation,
    raw,
    { probability: trained.outOfFold, label: train.label },
    (p, y) => chooseCalibrator(p, y).calibrator,
  );
  const plan = { maxBars: barriers.maxBars, payoff: payoffOf(train) };
  const runs = backtestOutOfSample(series, validation, gone.calibrated, seam, plan, 'synthetic', config);
  return { features, barriers, events, validation, raw, calibrated: gone.calibrated, fills: runs.map((run) => run.result.fills) };
}

/** Every bar that was not complete at `time` is replaced by another market's. */
function rewritten(bars: BarSeries, time: number): BarSeries {
  const rng = createRng('other').stream(bars.symbol);
  const { open, high, low, close, volume } = bars;
  const columns = {
    time: bars.time,
    open: open.slice(),
    high: high.slice(),
    low: low.slice(),
    close: close.slice(),
    volume: volume.slice(),
  };
  for (let row = 0; row < bars.length; row++) {
    if (bars.time[row]! + bars.timeframe.ms <= time) continue;
    const factor = 0.2 + 3 * rng.uniform();
    for (const name of ['open', 'high', 'low', 'close'] as const) columns[name][row]! *= factor;
    columns.volume[row]! *= 10 * rng.uniform();
  }
  return barSeries(bars.symbol, bars.timeframe, columns);
}

describe('rewriting every bar after t', () => {
  const series = syntheticMarket(
    {
      symbols: ['A', 'B'],
      timeframe: parseTimeframe('1d'),
      bars: 1200,
      start: Date.UTC(2015, 0, 5),
      venueHours: 'always',
      edge: { kind: 'momentum', lookbackBars: 20, informationCoefficient: 0.15 },
    },
    createRng(3),
  );
  const seam = seamTime(series, config.model.trainFraction);
  const end = series[0]!.time.at(-1)!;

  test.each([0.2, 0.7])('changes no feature, prediction, decision or fill before it (t at %f of validation)', async (share) => {
    const time = seam + share * (end - seam);
    const before = await pipeline(series, seam);
    const after = await pipeline(
      series.map((bars) => rewritten(bars, time)),
      seam,
    );
    expect(after.barriers).toEqual(before.barriers);
    series.forEach((bars, symbol) => {
      const rows = bars.time.filter((start) => start + bars.timeframe.ms <= time).length;
      before.features[symbol]!.columns.forEach((column, index) => {
        expect(after.features[symbol]!.columns[index]!.slice(0, rows), before.features[symbol]!.names[index]).toEqual(
          column.slice(0, rows),
        );
      });
      const known = Array.from(before.events[symbol]!.endTime.keys()).filter((index) => before.events[symbol]!.endTime[index]! <= time);
      for (const index of known) expect(after.events[symbol]!.label[index]).toBe(before.events[symbol]!.label[index]);
      expect(known.length).toBeGreaterThan(50);
    });
    const decided = Array.from(before.validation.time.keys()).filter((index) => before.validation.time[index]! <= time);
    expect(decided.length).toBeGreaterThan(10);
    for (const index of decided) {
      expect(after.raw[index]).toBe(before.raw[index]);
      expect(after.calibrated[index]).toBe(before.calibrated[index]);
    }
    before.fills.forEach((fills, profile) => {
      const early = (list: typeof fills) => list.filter((fill) => fill.time + 86_400_000 <= time);
      expect(early(after.fills[profile]!)).toEqual(early(fills));
    });
    // The test has teeth: what lies after t did change.
    expect(after.raw.at(-1)).not.toBe(before.raw.at(-1));
  });
});
