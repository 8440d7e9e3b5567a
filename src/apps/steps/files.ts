import { readFileSync, writeFileSync } from 'node:fs';
import { OperationalError } from '#core';

/** Where the pipeline's files are in a workspace: the places that requirements P1–P7 name. */
export const PLACES = {
  data: 'results/data',
  features: 'results/features',
  labels: 'results/labels',
  predictions: 'results/predictions',
  backtest: 'results/backtest',
  paper: 'results/paper',
  models: 'models',
  qualityReport: 'results/data/quality_report.json',
  catalogue: 'results/data/catalogue.json',
  featureNotes: 'results/features/features.json',
  labelNotes: 'results/labels/labels.json',
  model: 'models/model.json',
  trainingMetrics: 'models/training_metrics.json',
  calibrator: 'models/calibrator.json',
  calibrationMetrics: 'models/calibration_metrics.json',
  kelly: 'models/kelly.json',
  validationPredictions: 'results/predictions/validation.parquet',
  outOfFoldPredictions: 'results/predictions/out_of_fold.parquet',
  controlPredictions: 'results/predictions/controls.parquet',
  calibratedPredictions: 'results/predictions/calibrated.parquet',
  backtestReport: 'results/backtest/backtest_report.json',
  equityCurve: 'results/backtest/equity_curve.csv',
  trades: 'results/backtest/trades.csv',
  curves: 'results/backtest/curves.parquet',
  tradeRecords: 'results/backtest/trades.json',
  tearSheet: 'results/backtest/tear_sheet.html',
  validationReport: 'results/validation_report.json',
} as const;

/** A file name for a symbol: what a file system cannot hold becomes `_`, and the name cannot leave its folder. */
export function symbolFile(folder: string, symbol: string, suffix: string): string {
  return `${folder}/${symbol.replace(/[^A-Za-z0-9._-]/g, '_').replace(/^\.+/, '_')}${suffix}`;
}

export function readJson<T>(path: string): T {
  const text = readFileSync(path, 'utf8');
  try {
    return JSON.parse(text) as T;
  } catch (cause) {
    throw damaged(path, cause);
  }
}

/** A file of ours that is not what we wrote: running the pipeline again makes it anew. */
export function damaged(path: string, cause?: unknown): OperationalError {
  return new OperationalError('corrupt', `${path} is damaged; run "edgewright pipeline" again to make it anew`, { cause });
}

/** JSON that people read too: two spaces, a newline at the end. */
export function writeJson(path: string, value: unknown): void {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
