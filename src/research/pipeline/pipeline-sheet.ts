import type { Trade } from '#domain';
import type { ReliabilityBin } from '#ml';
import type { TearSheetFigure, TearSheetInput } from '../tearsheet/input.ts';
import type { FeatureImportance } from './evaluating.ts';
import { daysPerYear, dailyEquity, type ProfileFigures } from './reporting.ts';
import type { GateFigures, Verdict } from './validating.ts';

export interface PipelineSheetParts {
  readonly data: {
    readonly description: string;
    readonly kind: 'real' | 'synthetic';
    readonly alwaysOpen: boolean;
    readonly timeframe: string;
    readonly datasets: readonly { readonly symbol: string; readonly first: string; readonly last: string }[];
  };
  readonly seam: number;
  /** The cost profile that the verdict is about. */
  readonly profile: string;
  readonly verdict: Verdict;
  readonly figures: GateFigures;
  /** `time`, `benchmark` and one column of equity a profile. */
  readonly curves: Readonly<Record<string, Float64Array>>;
  readonly profiles: readonly ProfileFigures[];
  readonly trades: readonly Trade[];
  readonly reliability: readonly ReliabilityBin[];
  readonly importances: readonly FeatureImportance[];
}

/** The tear sheet of a pipeline run; the curves are read once a day, as the statistics are. */
export function pipelineTearSheet(parts: PipelineSheetParts): TearSheetInput {
  const { data, verdict, figures, curves } = parts;
  const time = curves['time']!;
  const daily = (name: string) => dailyEquity({ time, equity: curves[name]! });
  const failed = verdict.gates.filter((gate) => !gate.passed);
  return {
    title: 'Edgewright: does this model have an edge?',
    subtitle: `${data.datasets.map((dataset) => dataset.symbol).join(', ')} · ${data.timeframe} bars · ${parts.profile} costs`,
    verdict: {
      passed: verdict.passed,
      headline: verdict.statement.replace(/^(PASSED|FAILED): /, ''),
      reasons: failed.map((gate) => `${gate.question}: ${text(gate.figure)}, needed ${gate.rule} ${text(gate.bound)}`),
    },
    gates: verdict.gates.map((gate) => ({
      name: gate.question,
      value: text(gate.figure),
      threshold: `${gate.rule} ${text(gate.bound)}`,
      passed: gate.passed,
    })),
    curve: { name: 'model', ...daily(parts.profile) },
    benchmark: { name: 'buy and hold', ...daily('benchmark') },
    periodsPerYear: daysPerYear(data.alwaysOpen),
    moreFigures: [
      { label: 'PSR', value: figures.psr, unit: 'percent', note: 'probability that the true Sharpe ratio is above zero' },
      {
        label: 'Accuracy',
        value: figures.accuracy,
        unit: 'percent',
        interval: { low: figures.accuracyInterval[0], high: figures.accuracyInterval[1], level: 0.95 },
      },
      { label: 'AUC', value: figures.auc, unit: 'ratio', note: `shuffled labels ${text(figures.controlAuc)}` },
      { label: 'ECE', value: figures.ece, unit: 'percent', note: 'expected calibration error' },
    ],
    trades: parts.trades,
    reliability: {
      bins: parts.reliability.map((bin) => ({ predicted: bin.meanPredicted, observed: bin.fractionPositive, count: bin.count })),
      expectedCalibrationError: figures.ece,
    },
    importances: parts.importances.slice(0, 20).map(({ feature, gain }) => ({ feature, importance: gain })),
    costProfiles: parts.profiles.map((profile) => ({
      name: profile.profile,
      figures: profileRow(profile),
      curve: { name: profile.profile, ...daily(profile.profile) },
    })),
    provenance: {
      source: data.description,
      kind: data.kind,
      symbols: data.datasets.map((dataset) => dataset.symbol),
      timeframe: data.timeframe,
      start: Math.min(...data.datasets.map((dataset) => Date.parse(dataset.first))),
      end: Math.max(...data.datasets.map((dataset) => Date.parse(dataset.last))),
      // The curve's first point is the bar that closed at the seam: its start lies before, its equity does not.
      seam: Math.min(parts.seam, time[0]!),
      notes: ['Every chart and figure begins after the end of training.', 'Probabilities were calibrated as outcomes became known.'],
    },
  };
}

function profileRow(profile: ProfileFigures): TearSheetFigure[] {
  return [
    { label: 'Trades', value: profile.trades, unit: 'count' },
    { label: 'Return', value: profile.totalReturn, unit: 'percent' },
    { label: 'Sharpe', value: profile.sharpe, unit: 'ratio' },
    { label: 'Max drawdown', value: profile.maxDrawdown, unit: 'percent' },
    { label: 'Win rate', value: profile.winRate, unit: 'percent' },
    { label: 'Fees', value: profile.fees, unit: 'money' },
  ];
}

function text(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toFixed(3))) : 'not measurable';
}
