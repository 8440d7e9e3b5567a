import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import { chooseCalibrator, serializeCalibrator } from '#ml';
import { calibrateAsYouGo, finite, scoreCalibration, scorePredictions, type SampleSet } from '#research';
import { defineStep } from '#workflow';
import { PLACES, writeJson } from './files.ts';
import { calibrateOutput, dataOutput, trainOutput } from './shapes.ts';
import { readColumns, writeColumns } from './tables.ts';

/** Stage 5: raw scores to probabilities that mean what they say, fitted on validation outcomes as they become known. */
export const calibrateStep = defineStep({
  name: 'model.calibrate',
  description: 'Sigmoid, isotonic or beta calibration by proper score, as you go',
  codeFiles: [
    'src/core',
    'src/ml/calibration',
    'src/ml/metrics',
    'src/ml/validation',
    'src/research/pipeline/calibrating.ts',
    'src/research/pipeline/calibration-walk.ts',
    'src/research/pipeline/evaluating.ts',
    'src/apps/steps/calibrate-step.ts',
  ],
  input: z.object({ data: dataOutput, train: trainOutput, seed: z.int() }),
  output: calibrateOutput,
  async run(context, input) {
    const validation = await readColumns(context.inputPath(PLACES.validationPredictions));
    const outOfFold = await readColumns(context.inputPath(PLACES.outOfFoldPredictions));
    const samples = samplesOf(
      validation,
      input.data.datasets.map((dataset) => dataset.symbol),
    );
    const gone = calibrateAsYouGo(
      samples,
      validation['raw']!,
      { probability: outOfFold['raw']!, label: outOfFold['label']! },
      (scores, outcomes) => chooseCalibrator(scores, outcomes).calibrator,
    );
    const before = scoreCalibration(samples, validation['raw']!);
    const after = scoreCalibration(samples, gone.calibrated);
    writeFileSync(context.outputPath(PLACES.calibrator), `${serializeCalibrator(gone.final)}\n`);
    await writeColumns(context.outputPath(PLACES.calibratedPredictions), { ...validation, calibrated: gone.calibrated });
    writeJson(
      context.outputPath(PLACES.calibrationMetrics),
      finite({
        raw: before,
        calibrated: after,
        scores: scorePredictions(samples, gone.calibrated, input.seed),
        refits: gone.refits,
        inForce: gone.final.kind,
      }),
    );
    return { ece: after.ece, kind: gone.final.kind, refits: gone.refits.length };
  },
});

/** The samples of a predictions table; features are not in it and not needed. */
export function samplesOf(columns: Readonly<Record<string, Float64Array>>, symbols: readonly string[]): SampleSet {
  const at = (name: string) => columns[name]!;
  return {
    count: at('time').length,
    names: [],
    columns: [],
    symbols,
    symbol: at('symbol'),
    row: at('row'),
    time: at('time'),
    endTime: at('endTime'),
    label: at('label'),
    outcome: at('outcome'),
    width: at('width'),
    side: at('side'),
    uniqueness: at('uniqueness'),
  };
}
