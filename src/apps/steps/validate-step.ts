import { writeFileSync } from 'node:fs';
import { z } from 'zod';
import type { Trade } from '#domain';
import type { ReliabilityBin } from '#ml';
import {
  finite,
  gatesConfigSchema,
  judge,
  pipelineTearSheet,
  renderTearSheet,
  tradingConfigSchema,
  type FeatureImportance,
  type GateFigures,
  type ProfileFigures,
} from '#research';
import { defineStep } from '#workflow';
import { PLACES, readJson, writeJson } from './files.ts';
import { backtestOutput, calibrateOutput, dataOutput, featuresOutput, trainOutput, validateOutput } from './shapes.ts';
import { readColumns } from './tables.ts';

type Interval = { readonly low: number | null; readonly high: number | null };
interface BacktestReportFile {
  readonly statistics: { readonly sharpe: number | null; readonly maxDrawdown: number | null };
  readonly intervals: { readonly sharpe: Interval };
  readonly psr: number | null;
  readonly winRate: number | null;
  readonly profiles: readonly ProfileFigures[];
}
interface ScoresFile {
  readonly accuracy: number | null;
  readonly accuracyInterval: readonly [number | null, number | null];
  readonly rocAuc: number | null;
}
interface TrainingFile {
  readonly validation: ScoresFile;
  readonly baselines: { readonly prior: number; readonly lastReturn: number };
  readonly shuffledLabelControl: { readonly models: number; readonly meanAuc: number; readonly deviation: number; readonly pValue: number };
  readonly importances: readonly FeatureImportance[];
}
interface CalibrationFile {
  readonly calibrated: { readonly ece: number | null; readonly diagram: readonly ReliabilityBin[] };
  readonly scores: ScoresFile;
}

/** Stage 7: every gate with its figure, and a plain verdict. A failed gate is no failed step: the verdict is the result. */
export const validateStep = defineStep({
  name: 'validate.gates',
  description: 'The gates, each with its figure, and the verdict',
  codeFiles: [
    'src/statistics',
    'src/research/tearsheet',
    'src/research/pipeline/validating.ts',
    'src/research/pipeline/pipeline-sheet.ts',
    'src/apps/steps/validate-step.ts',
  ],
  input: z.object({
    data: dataOutput,
    features: featuresOutput,
    trading: tradingConfigSchema,
    train: trainOutput,
    calibrate: calibrateOutput,
    backtest: backtestOutput,
    gates: gatesConfigSchema,
  }),
  output: validateOutput,
  async run(context, input) {
    const training = readJson<TrainingFile>(context.inputPath(PLACES.trainingMetrics));
    const calibration = readJson<CalibrationFile>(context.inputPath(PLACES.calibrationMetrics));
    const backtest = readJson<BacktestReportFile>(context.inputPath(PLACES.backtestReport));
    const figures = figuresOf(training, calibration, backtest, input.backtest.trades);
    const verdict = judge(figures, input.gates);
    writeJson(
      context.outputPath(PLACES.validationReport),
      finite({ verdict: verdict.passed ? 'passed' : 'failed', statement: verdict.statement, gates: verdict.gates, figures }),
    );
    const curves = await readColumns(context.inputPath(PLACES.curves));
    writeFileSync(
      context.outputPath(PLACES.tearSheet),
      renderTearSheet(
        pipelineTearSheet({
          data: input.data,
          seam: input.features.seam,
          profile: input.trading.profile,
          verdict,
          figures,
          curves,
          profiles: backtest.profiles,
          trades: readJson<readonly Trade[]>(context.inputPath(PLACES.tradeRecords)),
          reliability: calibration.calibrated.diagram,
          importances: training.importances,
        }),
      ),
    );
    return {
      passed: verdict.passed,
      statement: verdict.statement,
      gatesPassed: verdict.gates.filter((gate) => gate.passed).length,
      gates: verdict.gates.length,
    };
  },
});

/** Nulls of the files are figures that could not be measured. */
function figuresOf(training: TrainingFile, calibration: CalibrationFile, backtest: BacktestReportFile, trades: number): GateFigures {
  const number = (value: number | null) => value ?? Number.NaN;
  const { accuracyInterval } = calibration.scores;
  return {
    sharpe: number(backtest.statistics.sharpe),
    sharpeInterval: [number(backtest.intervals.sharpe.low), number(backtest.intervals.sharpe.high)],
    psr: number(backtest.psr),
    maxDrawdown: Math.abs(number(backtest.statistics.maxDrawdown)),
    winRate: number(backtest.winRate),
    trades,
    accuracy: number(calibration.scores.accuracy),
    accuracyInterval: [number(accuracyInterval[0]), number(accuracyInterval[1])],
    ece: number(calibration.calibrated.ece),
    auc: number(training.validation.rocAuc),
    controlAuc: training.shuffledLabelControl.meanAuc,
    controlDeviation: training.shuffledLabelControl.deviation,
    controls: training.shuffledLabelControl.models,
    controlP: training.shuffledLabelControl.pValue,
    priorAccuracy: training.baselines.prior,
    lastReturnAccuracy: training.baselines.lastReturn,
  };
}
