import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { finite } from '#research';
import type { CliEnvironment } from '../terminal.ts';
import type { OptimizeOutcome } from './optimize.ts';
import type { ScoredPoint } from './search.ts';
import { searchPage } from './search-page.ts';
import { efficiency, outOfSampleScore } from './sentences.ts';

const TOP = 20;

/** The whole search as plain JSON; a figure that the data cannot give is null. */
export function reportOptimization(outcome: OptimizeOutcome): Readonly<Record<string, unknown>> {
  const { order, plan, result, honesty } = outcome;
  const { bars } = order;
  const row = ({ point, scores, outcome: { trades } }: ScoredPoint) => ({ parameters: { ...plan.rest, ...point }, scores, trades });
  return finite({
    search: outcome.hash,
    strategy: order.found.name,
    data: { description: bars.description, kind: bars.kind, symbols: bars.series.map(({ symbol }) => symbol) },
    method: plan.method,
    objectives: plan.objectives,
    seed: plan.seed,
    evaluator: outcome.engineNeeded === '' ? 'crossing loop' : 'engine',
    engineNeeded: outcome.engineNeeded === '' ? null : outcome.engineNeeded,
    space: plan.space.dimensions,
    trials: {
      asked: result.ranked.length,
      evaluated: outcome.evaluated,
      fromLedger: outcome.fromLedger,
      ledgerRows: outcome.ledger.rows,
      unreadable: outcome.ledger.unreadable,
      ledger: outcome.ledger.folder,
    },
    best: row(result.ranked[0]!),
    honesty,
    plateau: result.plateau ?? null,
    pareto: result.pareto.map(row),
    top: result.ranked.slice(0, TOP).map(row),
    folds: result.folds.map(({ returns: _, ...fold }) => fold),
    outOfSample: outOfSampleScore(outcome),
    walkForwardEfficiency: efficiency(outcome),
    heatMap: result.map === undefined ? null : { ...result.map, cells: result.map.cells.map((line) => [...line]) },
  }) as Readonly<Record<string, unknown>>;
}

export function writeOptimization(outcome: OptimizeOutcome, out: string | undefined, workspace: string, io: CliEnvironment): string {
  const folder = out ?? `${workspace}/results/optimize/${outcome.order.found.name}-${outcome.hash}`.replace(/^\.\//, '');
  const path = resolve(io.cwd, folder);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'search.json'), `${JSON.stringify(reportOptimization(outcome), null, 2)}\n`);
  writeFileSync(join(path, 'plateau.html'), searchPage(outcome));
  return folder;
}
