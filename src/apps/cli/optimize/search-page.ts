import { renderSearch, type SearchMap } from '#research';
import type { OptimizeOutcome } from './optimize.ts';
import { pointRows } from './points.ts';
import { believed, foldRows, headline } from './sentences.ts';
import type { TrialMap } from './trial-map.ts';

/** The search as one page without scripts: what may be believed, the map of the first objective, the best combinations, the folds. */
export function searchPage(outcome: OptimizeOutcome): string {
  const { result, plan, order } = outcome;
  const symbols = order.bars.series.map(({ symbol }) => symbol);
  const folds = foldRows(outcome);
  const [first] = plan.objectives;
  const judged = { title: 'Chosen and judged on other days', lead: 'Each fold chooses on its training days', rows: folds, text: [1] };
  return renderSearch({
    title: `${order.found.name} on ${symbols.length > 8 ? `${symbols.length} symbols` : symbols.join(', ')}`,
    subtitle: headline(outcome),
    sentences: order.bars.kind === 'synthetic' ? [SYNTHETIC, ...believed(outcome)] : believed(outcome),
    ...(result.map === undefined ? {} : { map: searchMap(result.map, first!, result.plateau) }),
    tables: [
      ...(result.pareto.length > 0
        ? [{ title: 'Pareto front', lead: 'No combination beats one of these in all objectives', ...pointRows(outcome, result.pareto) }]
        : []),
      { title: 'Best combinations', lead: 'Best first', ...pointRows(outcome, result.ranked.slice(0, SHOWN)) },
      ...(folds.length === 0 ? [] : [{ ...judged, head: ['Fold', 'Chosen', `${first} in sample`, 'out of sample'] }]),
    ],
  });
}

const SHOWN = 20;
const SYNTHETIC = { text: 'SYNTHETIC prices: this says nothing about a real market.', warning: true };

function searchMap(map: TrialMap, score: string, plateau: OptimizeOutcome['result']['plateau']): SearchMap {
  const place = (point: Readonly<Record<string, unknown>>): { row: number; column: number } => ({
    row: map.y.findLastIndex((value) => Number(value) <= Number(point[map.yName])),
    column: map.x.findLastIndex((value) => Number(value) <= Number(point[map.xName])),
  });
  const marks =
    plateau === undefined
      ? []
      : [
          { sign: '▲', meaning: 'the highest point', ...place(plateau.peak.trial.parameters) },
          { sign: '●', meaning: 'the middle of the best plateau', ...place(plateau.centre.trial.parameters) },
        ];
  return { ...map, score, marks };
}
