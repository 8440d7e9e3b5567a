import { columnsTable, decimal } from '../backtest/table.ts';
import { styleFor, type CliEnvironment } from '../terminal.ts';
import type { OptimizeOutcome } from './optimize.ts';
import { pointRows } from './points.ts';
import type { TrialMap } from './trial-map.ts';
import { believed, foldRows, headline, parametersText } from './sentences.ts';

const SHOWN = 10;
const SHADES = [' ·', '░░', '▒▒', '▓▓', '██'];

/** The search as a person reads it: the table, the map, what may be believed. */
export function printOptimization(outcome: OptimizeOutcome, folder: string, io: CliEnvironment): void {
  const { order, plan, result } = outcome;
  const style = styleFor(io.stdout, io.environment);
  const out = (text = ''): void => void io.stdout.write(`${text}\n`);
  const symbols = order.bars.series.map(({ symbol }) => symbol);
  out();
  const rest = parametersText(plan.rest);
  out(`${style.bold('Strategy')}  ${order.found.name}${rest === '' ? '' : `  ${style.dim(rest)}`}`);
  out(`${style.bold('Data')}      ${order.bars.description}, ${symbols.length > 8 ? `${symbols.length} symbols` : symbols.join(', ')}`);
  out(`${style.bold('Search')}    ${headline(outcome)}`);
  if (outcome.engineNeeded === '')
    out(`${style.bold('Run by')}    the crossing loop: the engine's results bit for bit, without its orders`);
  if (order.bars.kind === 'synthetic') out(style.yellow('          SYNTHETIC prices: this says nothing about a real market.'));
  out();
  const { head, rows } = pointRows(outcome, result.pareto.length > 0 ? result.pareto : result.ranked.slice(0, SHOWN));
  out(columnsTable(head, rows));
  if (result.pareto.length > 0)
    out(style.dim(`The Pareto front of ${plan.objectives.join(', ')}: no combination beats one of these in all of them.`));
  if (result.map !== undefined) {
    out();
    out(mapText(result.map, plan.objectives[0]!));
  }
  if (result.folds.length > 0) {
    out();
    out(columnsTable(['Fold', 'Chosen', `${plan.objectives[0]} in sample`, 'out of sample'], foldRows(outcome), [1]));
  }
  out();
  for (const { text, warning } of believed(outcome)) out(warning ? style.yellow(`• ${text}`) : `• ${text}`);
  out();
  out(`Results  ${folder}`);
  out(`Ledger   ${outcome.ledger.folder}`);
}

/** Five shades, the darkest the best fifth of the range. */
function mapText(map: TrialMap, objective: string): string {
  const scores = map.cells.flatMap((line) => [...line]).filter(Number.isFinite);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const label = Math.max(map.yName.length, ...map.y.map((value) => String(value).length));
  const shade = (score: number): string => SHADES[Math.min(4, Math.floor((5 * (score - low)) / (high - low || 1)))]!;
  const lines = map.cells.map((line, row) => {
    const cells = Array.from(line, (score) => (Number.isFinite(score) ? shade(score) : '  '));
    return `${String(map.y[row]).padStart(label)} ${cells.join('')}`;
  });
  return [
    `${map.yName.padStart(label)} ${map.xName} ${String(map.x[0])} to ${String(map.x.at(-1))}`,
    ...lines,
    `${' '.repeat(label)} ${objective}: ${SHADES[0]} ${decimal(low)} to ${SHADES[4]} ${decimal(high)}, the median in each cell`,
  ].join('\n');
}
