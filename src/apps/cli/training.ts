import Table from 'cli-table3';
import { join } from 'node:path';
import { PLACES, readJson } from '../steps/files.ts';
import { styleFor, type CliEnvironment } from './terminal.ts';

interface Scores {
  readonly samples: number;
  readonly accuracy: number;
  readonly accuracyInterval: readonly [number, number];
  readonly rocAuc: number;
  readonly aucInterval: readonly [number, number];
  readonly logLoss: number;
  readonly brier: number;
  readonly f1: number;
}

interface TrainingMetrics {
  readonly seam: string;
  readonly samples: { readonly train: number; readonly validation: number; readonly purgedAtSeam: number };
  readonly model: { readonly treesKept: number };
  readonly validation: Scores;
  readonly outOfFold: Scores;
  readonly baselines: { readonly prior: number; readonly lastReturn: number };
  readonly shuffledLabelControl: { readonly models: number; readonly meanAuc: number; readonly deviation: number; readonly pValue: number };
  readonly importances: readonly { readonly feature: string; readonly gain: number; readonly permutation: number }[];
}

/** What training found: scores with intervals beside what needs no model, and the features that mattered. */
export function printTraining(workspace: string, json: boolean, io: CliEnvironment): void {
  const metrics = readJson<TrainingMetrics>(join(workspace, PLACES.trainingMetrics));
  const calibration = readJson<{
    readonly inForce: string;
    readonly calibrated: { readonly ece: number };
    readonly raw: { readonly ece: number };
  }>(join(workspace, PLACES.calibrationMetrics));
  if (json) {
    io.stdout.write(`${JSON.stringify({ training: metrics, calibration })}\n`);
    return;
  }
  const style = styleFor(io.stdout, io.environment);
  const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
  const range = ([low, high]: readonly [number, number]) => `${low.toFixed(3)} to ${high.toFixed(3)}`;
  const table = new Table({
    head: ['', 'Samples', 'AUC', '95 %', 'Accuracy', '95 %', 'Log loss', 'Brier', 'F1'],
    style: { head: [], border: [] },
  });
  for (const [name, scores] of [
    ['validation', metrics.validation],
    ['purged folds', metrics.outOfFold],
  ] as const) {
    table.push([
      name,
      String(scores.samples),
      scores.rocAuc.toFixed(3),
      range(scores.aucInterval),
      percent(scores.accuracy),
      range(scores.accuracyInterval),
      scores.logLoss.toFixed(4),
      scores.brier.toFixed(4),
      scores.f1.toFixed(3),
    ]);
  }
  const { baselines, shuffledLabelControl: control } = metrics;
  io.stdout.write(`\n${table.toString()}\n`);
  io.stdout.write(
    `Training ends ${metrics.seam.slice(0, 10)}; ${metrics.samples.purgedAtSeam} samples purged at the seam; ${metrics.model.treesKept} trees kept.\n`,
  );
  io.stdout.write(
    `Without a model: commoner class ${percent(baselines.prior)}, last return ${percent(baselines.lastReturn)}. Shuffled labels: AUC ${control.meanAuc.toFixed(3)} ± ${control.deviation.toFixed(3)} over ${control.models} models, p ${control.pValue.toFixed(3)}.\n`,
  );
  io.stdout.write(
    `Calibration: ${calibration.inForce}, expected error ${percent(calibration.raw.ece)} raw, ${percent(calibration.calibrated.ece)} calibrated.\n\n`,
  );
  for (const { feature, gain, permutation } of metrics.importances.slice(0, 10)) {
    io.stdout.write(
      `  ${feature.padEnd(28)} ${style.dim('█'.repeat(Math.max(1, Math.round(gain * 100))))} ${percent(gain)} of gain, permutation ${permutation >= 0 ? '+' : ''}${permutation.toFixed(4)} AUC\n`,
    );
  }
}
