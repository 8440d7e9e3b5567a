import { maxDrawdownOfReturns, sharpeRatio, totalReturn } from '#statistics';
import { decimal, percent } from '../backtest/table.ts';
import type { OptimizeOutcome } from './optimize.ts';
import type { ScoredPoint } from './search.ts';

/** Combinations with their figures, as a table. */
export function pointRows(
  { plan }: OptimizeOutcome,
  points: readonly ScoredPoint[],
): { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const names = Object.keys(plan.space.dimensions);
  const rate = { periodsPerYear: plan.periodsPerYear };
  const others = plan.objectives.filter((objective) => !['sharpe', 'return', 'drawdown'].includes(objective));
  const rows = points.map(({ point, scores, outcome: { returns, trades } }) => [
    ...names.map((name) => String(Number(point[name]!.toPrecision(6)))),
    decimal(sharpeRatio(returns, rate)),
    percent(totalReturn(returns)),
    percent(Math.abs(maxDrawdownOfReturns(returns))),
    String(trades),
    ...others.map((objective) => decimal(scores[plan.objectives.indexOf(objective)]!, 3)),
  ]);
  return { head: [...names, 'Sharpe', 'Return', 'Drawdown', 'Trades', ...others], rows };
}
