import type { OptimizeOutcome } from './optimize.ts';
import type { TrialMap } from './trial-map.ts';
import { believed, foldRows, headline } from './sentences.ts';

const CELL = 34;
const MARGIN = { left: 90, top: 40 };

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1080px;margin:32px auto;padding:0 20px;font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}svg text{font-size:11px;fill:currentColor}table{border-collapse:collapse}th,td{padding:4px 12px;text-align:right;border-bottom:1px solid #8884}th:first-child,td:first-child{text-align:left}.warn{background:#fdf1d3;color:#7a5200;padding:10px 14px;border-radius:8px;font-weight:600}`;

/** The search as one page without scripts: the map of the first objective, what may be believed, the windows. */
export function heatMapPage(outcome: OptimizeOutcome): string {
  const { result, plan, order } = outcome;
  const objective = plan.objectives[0]!;
  const symbols = order.bars.series.map(({ symbol }) => symbol).join(', ');
  const said = believed(outcome).map(({ text, warning }) => `<p${warning ? ' class="warn"' : ''}>${escape(text)}</p>`);
  const folds = foldRows(outcome).map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(order.found.name)}: search</title><style>${STYLE}</style>
<h1>${escape(order.found.name)} on ${escape(symbols)}</h1><p>${escape(headline(outcome))}</p>
${said.join('\n')}
${result.map === undefined ? '' : `<h2>Median ${objective} of each pair</h2>${mapSvg(result.map, result.plateau)}`}
${folds.length === 0 ? '' : `<h2>Chosen and judged on other days</h2><table><tr><th>Fold</th><th>Parameters</th><th>In sample</th><th>Out of sample</th></tr>${folds.join('')}</table>`}
</html>
`;
}

function mapSvg(map: TrialMap, plateau: OptimizeOutcome['result']['plateau']): string {
  const scores = map.cells.flatMap((line) => [...line]).filter(Number.isFinite);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const width = MARGIN.left + map.x.length * CELL + 10;
  const height = MARGIN.top + map.y.length * CELL + 10;
  const cells = map.cells.flatMap((line, row) =>
    Array.from(line, (score, column) => {
      if (!Number.isFinite(score)) return '';
      const share = high > low ? (score - low) / (high - low) : 1;
      const [x, y] = [MARGIN.left + column * CELL, MARGIN.top + row * CELL];
      const title = `${map.yName} ${String(map.y[row])}, ${map.xName} ${String(map.x[column])}: ${score.toFixed(3)}`;
      return `<rect x="${x}" y="${y}" width="${CELL - 2}" height="${CELL - 2}" rx="4" fill="hsl(${Math.round(265 - 210 * share)} 55% ${Math.round(24 + 42 * share)}%)"><title>${escape(title)}</title></rect>`;
    }),
  );
  const rows = map.y.map(
    (value, at) => `<text x="${MARGIN.left - 8}" y="${MARGIN.top + at * CELL + 20}" text-anchor="end">${String(value)}</text>`,
  );
  const columns = map.x.map(
    (value, at) => `<text x="${MARGIN.left + at * CELL + 16}" y="${MARGIN.top - 8}" text-anchor="middle">${String(value)}</text>`,
  );
  const marks =
    plateau === undefined ? [] : [mark(map, plateau.peak.trial.parameters, '▲'), mark(map, plateau.centre.trial.parameters, '●')];
  return `<svg viewBox="0 0 ${width} ${height}" width="${width}" role="img" aria-label="heat map"><text x="${MARGIN.left}" y="14">${escape(map.xName)} →, ${escape(map.yName)} ↓ (▲ highest point, ● middle of the best plateau)</text>${[...rows, ...columns, ...cells, ...marks].join('')}</svg>`;
}

function mark(map: TrialMap, point: Readonly<Record<string, unknown>>, sign: string): string {
  const row = map.y.findLastIndex((value) => Number(value) <= Number(point[map.yName]));
  const column = map.x.findLastIndex((value) => Number(value) <= Number(point[map.xName]));
  const left = sign === '▲' ? 9 : 22;
  return `<text x="${MARGIN.left + column * CELL + left}" y="${MARGIN.top + row * CELL + 20}" text-anchor="middle" style="fill:#fff;stroke:#000;stroke-width:2px;paint-order:stroke">${sign}</text>`;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escape = (text: string): string => text.replace(/[&<>"]/g, (sign) => SIGNS[sign]!);
