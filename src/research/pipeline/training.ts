import {
  blockPermutation,
  combinatorialPurgedCv,
  predict,
  purgedKFold,
  walkForward,
  type GbdtData,
  type GbdtModel,
  type GbdtParams,
  type Split,
} from '#ml';
import { createRng, type Rng, UserError } from '#core';
import type { PipelineConfig } from './config.ts';
import { takeSamples, type SampleSet } from './samples.ts';

/** One training to be done, wherever: plain data, so that a worker thread can do it. */
export interface TrainingJob {
  readonly data: GbdtData;
  readonly params: Partial<GbdtParams>;
  readonly seed: string;
  readonly validation?: GbdtData;
}

/** Trains every job; the answer's order is the jobs'. Results may not depend on how many threads did it. */
export type TrainJobs = (jobs: readonly TrainingJob[], onDone?: (done: number) => void) => Promise<readonly GbdtModel[]>;

export interface Trained {
  readonly model: GbdtModel;
  /** Mean prediction of the fold models that did not see the sample, by place in the training samples; NaN where none exists. */
  readonly outOfFold: Float64Array;
  readonly folds: readonly { readonly train: number; readonly test: number; readonly rounds: number }[];
  /** Predictions on the validation samples of models trained on shuffled labels. */
  readonly controls: readonly Float64Array[];
}

/** Share of a training part, at its end in time, that only stops the boosting. */
const STOPPING_SHARE = 0.15;

/**
 * The model, its purged fold models and the shuffled-label controls. Nothing after the seam is read except the FEATURES of the
 * validation samples, which the controls are scored on.
 */
export async function trainAll(
  train: SampleSet,
  validation: SampleSet,
  config: PipelineConfig,
  trainJobs: TrainJobs,
  onProgress: (fraction: number) => void,
): Promise<Trained> {
  if (new Set(train.label).size < 2)
    throw new UserError('every training label is the same, so there is nothing to learn', 'Use other barriers or more history.');
  const splits = foldSplits(train, config);
  const rng = createRng(config.seed).stream('training');
  const total = splits.length + 1 + config.model.shuffledControls;
  const jobs = [
    trainingJob(train, config, 'model'),
    ...splits.map((split, fold) => trainingJob(takeSamples(train, split.train), config, `fold-${fold}`)),
  ];
  const [model, ...foldModels] = await trainJobs(jobs, (done) => onProgress(done / total));
  const shuffled = Array.from({ length: config.model.shuffledControls }, (_, index) => {
    const labels = shuffledLabels(train, rng.stream(`control-${index}`));
    return {
      data: gbdtData(train, labels),
      params: { ...gbdtParams(config), rounds: Math.max(1, model!.rounds) },
      seed: `${config.seed}/control-${index}`,
    };
  });
  const controlModels = await trainJobs(shuffled, (done) => onProgress((jobs.length + done) / total));
  return {
    model: model!,
    outOfFold: averageOutOfFold(train, splits, foldModels),
    folds: splits.map((split, fold) => ({ train: split.train.length, test: split.test.length, rounds: foldModels[fold]!.rounds })),
    controls: controlModels.map((control) => predict(control, validation.columns, validation.count)),
  };
}

/** The folds by the configured scheme, each purged by label end and embargoed. */
function foldSplits(train: SampleSet, config: PipelineConfig): readonly Split[] {
  const spans = { t0: train.time, t1: train.endTime };
  const { folds, embargoFraction, scheme } = config.model;
  switch (scheme) {
    case 'k_fold':
      return purgedKFold(spans, { folds, embargoFraction });
    case 'walk_forward': {
      const size = Math.floor(train.count / (folds + 1));
      return walkForward(train.count, { trainSize: size, testSize: size, expanding: true, reduceLastTest: true, spans });
    }
    case 'combinatorial':
      return combinatorialPurgedCv(folds, 2, { kind: 'spans', spans, embargoFraction }).splits.map(({ train: rows, tests }) => ({
        train: rows,
        test: Int32Array.from(tests.flatMap((block) => [...block])),
      }));
  }
}

function trainingJob(samples: SampleSet, config: PipelineConfig, name: string): TrainingJob {
  const cut = Math.floor(samples.count * (1 - STOPPING_SHARE));
  const stopTime = samples.time[cut]!;
  const fit: number[] = [];
  for (let index = 0; index < cut; index++) if (samples.endTime[index]! < stopTime) fit.push(index);
  const stop = Array.from({ length: samples.count - cut }, (_, index) => cut + index);
  const params = gbdtParams(config);
  const seed = `${config.seed}/${name}`;
  const fitted = takeSamples(samples, fit);
  // Too few rows to spare some for stopping: a fixed, short training on all of them.
  if (fit.length < 100 || stop.length < 25 || new Set(fitted.label).size < 2)
    return { data: gbdtData(samples), params: { ...params, rounds: Math.min(params.rounds!, 50) }, seed };
  return {
    data: gbdtData(fitted),
    params: { ...params, earlyStoppingRounds: config.model.earlyStoppingRounds },
    seed,
    validation: gbdtData(takeSamples(samples, stop)),
  };
}

function gbdtParams(config: PipelineConfig): Partial<GbdtParams> {
  const { model } = config;
  return {
    objective: 'logistic',
    rounds: model.trees,
    maxLeaves: model.leaves,
    learningRate: model.learningRate,
    minSamplesInLeaf: model.minSamplesInLeaf,
    lambda: model.l2,
    rowSample: model.rowSample,
    columnSample: model.columnSample,
  };
}

function gbdtData(samples: SampleSet, labels: Float64Array = samples.label): GbdtData {
  return { rows: samples.count, featureNames: samples.names, columns: samples.columns, labels, weights: samples.uniqueness };
}

/** Destroys what features could know, keeps the share of each class and the dependence of labels that overlap. */
function shuffledLabels(train: SampleSet, rng: Rng): Float64Array {
  const overlap =
    train.count /
    Math.max(
      1,
      train.uniqueness.reduce((sum, value) => sum + value, 0),
    );
  const block = Math.min(Math.ceil(overlap * train.symbols.length), Math.max(1, Math.floor(train.count / 20)));
  return Float64Array.from(blockPermutation(train.count, block, rng), (from) => train.label[from]!);
}

function averageOutOfFold(train: SampleSet, splits: readonly Split[], models: readonly GbdtModel[]): Float64Array {
  const sums = new Float64Array(train.count);
  const counts = new Float64Array(train.count);
  splits.forEach((split, fold) => {
    const test = takeSamples(train, split.test);
    predict(models[fold]!, test.columns, test.count).forEach((value, index) => {
      sums[split.test[index]!]! += value;
      counts[split.test[index]!]! += 1;
    });
  });
  return sums.map((sum, index) => (counts[index]! > 0 ? sum / counts[index]! : Number.NaN));
}
