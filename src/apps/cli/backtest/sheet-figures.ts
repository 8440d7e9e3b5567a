import type { TearSheetFigure } from '#research';
import type { TradeMonteCarlo } from '#statistics';
import type { BacktestOutcome } from './run.ts';

/** What a backtest says on its page beside the figures of every curve: how much could be luck, what it used, what it could hold. */
export function sheetFigures(outcome: BacktestOutcome): TearSheetFigure[] {
  const { report, robustness, result } = outcome;
  return [
    { label: 'PSR', value: report.psr, unit: 'percent', note: 'probability that the true Sharpe ratio is above zero' },
    { label: 'Sharpe, bootstrapped', value: report.intervals.sharpe.estimate, unit: 'ratio', interval: report.intervals.sharpe },
    {
      label: 'Max drawdown, bootstrapped',
      value: report.intervals.maxDrawdown.estimate,
      unit: 'percent',
      interval: report.intervals.maxDrawdown,
    },
    {
      label: 'Years to be sure',
      value: robustness.trackRecordYears,
      unit: 'ratio',
      note: 'of such returns, for a Sharpe ratio above zero at 95 %',
    },
    ...(result.trades.length < 2 ? [] : redrawnFigures(robustness.monteCarlo)),
    { label: 'Exposure', value: outcome.exposure, unit: 'percent', note: 'of bars with a position' },
    { label: 'Turnover a year', value: robustness.turnoverPerYear, unit: 'ratio', note: 'times mean equity' },
    { label: 'Capacity', value: robustness.capacity, unit: 'money', note: 'account whose fills stay under a tenth of the volume' },
    { label: 'Fees paid', value: result.feesPaid, unit: 'money' },
  ];
}

/** What else the same trades could have done; one trade, drawn again and again, says nothing. */
function redrawnFigures(monteCarlo: TradeMonteCarlo): TearSheetFigure[] {
  const redrawn = `the same trades drawn ${monteCarlo.runs} times, the median`;
  return [
    { label: 'Chance of loss', value: monteCarlo.probabilityOfLoss, unit: 'percent', note: 'the same trades drawn again' },
    {
      label: 'End equity, redrawn',
      value: monteCarlo.endEquity.p50,
      unit: 'money',
      interval: { low: monteCarlo.endEquity.p05, high: monteCarlo.endEquity.p95, level: 0.9 },
      note: redrawn,
    },
    {
      label: 'Max drawdown, redrawn',
      value: monteCarlo.maxDrawdown.p50,
      unit: 'percent',
      interval: { low: monteCarlo.maxDrawdown.p05, high: monteCarlo.maxDrawdown.p95, level: 0.9 },
      note: redrawn,
    },
  ];
}
