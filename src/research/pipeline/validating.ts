import type { PipelineConfig } from './config.ts';

/** The figures that the gates look at; every one is out of sample. NaN: could not be measured, which fails the gate. */
export interface GateFigures {
  readonly sharpe: number;
  readonly sharpeInterval: readonly [number, number];
  readonly psr: number;
  /** Positive fraction, 0.2 = 20 %. */
  readonly maxDrawdown: number;
  readonly winRate: number;
  readonly trades: number;
  readonly accuracy: number;
  readonly accuracyInterval: readonly [number, number];
  readonly ece: number;
  readonly auc: number;
  /** Mean and standard deviation of the AUC of models trained on shuffled labels. */
  readonly controlAuc: number;
  readonly controlDeviation: number;
  readonly controls: number;
  /** Share of (controls + this model) at least as good as this model. */
  readonly controlP: number;
  /** Accuracy of always predicting the training part's commoner class, and of the last return's sign. */
  readonly priorAccuracy: number;
  readonly lastReturnAccuracy: number;
}

export interface Gate {
  readonly name: string;
  readonly question: string;
  readonly figure: number;
  readonly bound: number;
  readonly rule: '>' | '<' | '>=';
  readonly passed: boolean;
  readonly note: string;
}

export interface Verdict {
  readonly passed: boolean;
  readonly statement: string;
  readonly gates: readonly Gate[];
}

/**
 * The gates of P7 with each figure, then those that keep the first honest: enough trades, PSR, a control that shows no
 * skill, and skill beyond the controls. Nothing here can be argued with: one failed gate fails the verdict.
 */
export function judge(figures: GateFigures, gates: PipelineConfig['gates']): Verdict {
  const controlBound = 0.5 + 3 * Math.max(figures.controlDeviation / Math.sqrt(Math.max(1, figures.controls)), 0.005);
  const list: Gate[] = [
    gate('sharpe', 'Sharpe ratio, annualised, after costs', figures.sharpe, '>', gates.minSharpe, interval(figures.sharpeInterval)),
    gate('max_drawdown', 'Largest drawdown', figures.maxDrawdown, '<', gates.maxDrawdown, ''),
    gate('win_rate', 'Share of trades that won', figures.winRate, '>', gates.minWinRate, `${figures.trades} trades`),
    gate(
      'accuracy',
      'Accuracy out of sample',
      figures.accuracy,
      '>',
      gates.minAccuracy,
      `${interval(figures.accuracyInterval)}; prior ${percent(figures.priorAccuracy)}, last return ${percent(figures.lastReturnAccuracy)}`,
    ),
    gate('ece', 'Expected calibration error', figures.ece, '<', gates.maxEce, ''),
    gate('trades', 'Trades out of sample', figures.trades, '>=', gates.minTrades, 'fewer prove nothing'),
    gate('psr', 'Probability that the true Sharpe ratio is above zero', figures.psr, '>=', gates.minPsr, ''),
    gate(
      'control',
      'Mean AUC of models trained on shuffled labels',
      figures.controlAuc,
      '<',
      controlBound,
      `${figures.controls} models; more would mean a leak`,
    ),
    gate(
      'skill',
      'Chance that a shuffled model does as well',
      figures.controlP,
      '<',
      figures.controls >= 20 ? 0.05 : 2 / (figures.controls + 1),
      `AUC ${figures.auc.toFixed(3)} against ${figures.controlAuc.toFixed(3)}`,
    ),
  ];
  const failed = list.filter((item) => !item.passed);
  const statement =
    failed.length === 0
      ? 'PASSED: every gate holds out of sample. That is a reason for paper trading, not yet for money.'
      : `FAILED: ${failed.length} of ${list.length} gates ${failed.length === 1 ? 'does' : 'do'} not hold (${failed.map((item) => item.name).join(', ')}). No edge was shown; do not trade this.`;
  return { passed: failed.length === 0, statement, gates: list };
}

function gate(name: string, question: string, figure: number, rule: Gate['rule'], bound: number, note: string): Gate {
  const passed = rule === '>' ? figure > bound : rule === '<' ? figure < bound : figure >= bound;
  return { name, question, figure, rule, bound, passed, note };
}

function interval([low, high]: readonly [number, number]): string {
  return Number.isFinite(low) && Number.isFinite(high) ? `95 % interval ${low.toFixed(2)} to ${high.toFixed(2)}` : 'no interval';
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(value * 100).toFixed(1)} %` : 'not measurable';
}
