import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { DAY_MS } from '#core';
import { gbdtToJson, predict } from '#ml';
import {
  baselineAccuracies,
  featureImportances,
  finite,
  labelsConfigSchema,
  modelConfigSchema,
  payoffOf,
  scoreControls,
  scorePredictions,
  splitAtSeam,
  takeSamples,
  trainAll,
  type SampleSet,
  type TrainJobs,
} from '#research';
import { defineStep, type RegisteredStep, type StepContext } from '#workflow';
import { PLACES, writeJson } from './files.ts';
import { loadSamples } from './load-samples.ts';
import { sectionsAsConfig } from './sections.ts';
import { dataOutput, featuresOutput, labelsOutput, trainOutput, type DataOutput } from './shapes.ts';
import { readSeries, writeColumns } from './tables.ts';

/** Stage 4: boosted trees on the training part, validated by purged folds, and models on shuffled labels beside it. */
export function trainStep(trainJobs: TrainJobs): RegisteredStep {
  return defineStep({
    name: 'model.train',
    timeoutMs: DAY_MS,
    description: 'Gradient-boosted trees with purged validation, split 80/20 in time order',
    codeFiles: [
      'src/core',
      'src/domain',
      'src/ml',
      'src/research/pipeline',
      'src/adapters/gbdt',
      'src/apps/steps/train-step.ts',
      'src/apps/steps/load-samples.ts',
    ],
    input: z.object({
      data: dataOutput,
      features: featuresOutput,
      labels: labelsOutput,
      labelling: labelsConfigSchema,
      model: modelConfigSchema,
      seed: z.int(),
    }),
    output: trainOutput,
    async run(context, input) {
      const config = sectionsAsConfig({ model: input.model, seed: input.seed, labels: input.labelling });
      const samples = await loadSamples(context, input.features, input.labels);
      const split = splitAtSeam(samples, input.features.seam);
      const train = takeSamples(samples, split.train);
      const validation = takeSamples(samples, split.validation);
      const trained = await trainAll(train, validation, config, trainJobs, (fraction) =>
        context.progress(fraction * 0.9, `${train.count} samples, ${train.names.length} features`),
      );
      const raw = predict(trained.model, validation.columns, validation.count);
      const scores = scorePredictions(validation, raw, input.seed);
      const controls = scoreControls(validation, raw, trained.controls);
      const baselines = baselineAccuracies(train, validation, await lastReturns(context, input.data, validation));
      const payoff = payoffOf(train);
      writeFileSync(context.outputPath(PLACES.model), `${JSON.stringify(gbdtToJson(trained.model), null, 1)}\n`);
      await writeColumns(context.outputPath(PLACES.validationPredictions), { ...keyColumns(validation), raw });
      await writeColumns(context.outputPath(PLACES.outOfFoldPredictions), { ...keyColumns(train), raw: trained.outOfFold });
      await writeColumns(
        context.outputPath(PLACES.controlPredictions),
        Object.fromEntries(trained.controls.map((column, index) => [`control_${index}`, column])),
      );
      const outOfFold = scorePredictions(train, trained.outOfFold, input.seed);
      writeJson(
        context.outputPath(PLACES.trainingMetrics),
        finite({
          symbols: samples.symbols,
          samples: { train: train.count, validation: validation.count, purgedAtSeam: split.purged },
          seam: new Date(input.features.seam).toISOString(),
          model: { ...input.model, treesKept: trained.model.rounds },
          folds: trained.folds,
          validation: scores,
          outOfFold,
          baselines,
          shuffledLabelControl: controls,
          payoff,
          importances: featureImportances(trained.model, validation, input.seed),
        }),
      );
      return {
        trainSamples: train.count,
        validationSamples: validation.count,
        purged: split.purged,
        rounds: trained.model.rounds,
        auc: scores.rocAuc,
        accuracy: scores.accuracy,
        payoff,
      };
    },
  });
}

function keyColumns(samples: SampleSet): Record<string, Float64Array> {
  const { symbol, row, time, endTime, label, outcome, width, side, uniqueness } = samples;
  return { symbol, row, time, endTime, label, outcome, width, side, uniqueness };
}

/** The close-to-close return into each sample's deciding bar: what the naive baseline goes by. */
async function lastReturns(context: StepContext, data: DataOutput, samples: SampleSet): Promise<Float64Array> {
  const series = await Promise.all(
    data.datasets.map((dataset) => readSeries(context.inputPath(dataset.path), dataset.symbol, data.timeframe)),
  );
  return samples.row.map((row, index) => {
    const { close } = series[samples.symbol[index]!]!;
    return row > 0 ? close[row]! / close[row - 1]! - 1 : 0;
  });
}
