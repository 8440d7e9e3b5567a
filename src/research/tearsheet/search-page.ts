import { notice, section, table } from './blocks.ts';
import { page } from './render.ts';
import { decimal, escapeHtml } from './text.ts';

/** A score for each pair of values; `cells[row][column]` belongs to `y[row]` and `x[column]`, NaN where nothing was tried. */
export interface SearchMap {
  readonly score: string;
  readonly xName: string;
  readonly yName: string;
  readonly x: readonly (number | string | boolean)[];
  readonly y: readonly (number | string | boolean)[];
  readonly cells: readonly Float64Array[];
  /** A sign in one cell, and what it means. */
  readonly marks: readonly { readonly sign: string; readonly meaning: string; readonly row: number; readonly column: number }[];
}

/** Rows of cells under their heads, as plain text. */
export interface SearchTable {
  readonly title: string;
  readonly lead: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns that stand left. */
  readonly text?: readonly number[];
}

export interface SearchPageInput {
  readonly title: string;
  readonly subtitle: string;
  readonly sentences: readonly { readonly text: string; readonly warning: boolean }[];
  readonly map?: SearchMap;
  readonly tables: readonly SearchTable[];
}

/** A search of parameters as one page in the frame of the tear sheet: what may be believed, the map, the best, the folds. */
export function renderSearch(input: SearchPageInput): string {
  const { title, subtitle, sentences, map, tables } = input;
  const notices = sentences.map(({ text, warning }) => (warning ? notice(text) : `<section>${escapeHtml(text)}</section>`));
  const sections = tables.map(({ title: name, lead, head, rows, text }) =>
    section(
      name,
      table(
        lead,
        head,
        rows.map((row) => row.map(escapeHtml)),
        text,
      ),
    ),
  );
  return page(title, subtitle, [...notices, map === undefined ? '' : mapSection(map), ...sections].join(''));
}

/** Ten strengths from the worst cell to the best, each with its figure. */
function mapSection({ score, xName, yName, x, y, cells, marks }: SearchMap): string {
  const scores = cells.flatMap((line) => [...line]).filter(Number.isFinite);
  const [low, high] = [Math.min(...scores), Math.max(...scores)];
  const cell = (value: number, row: number, column: number): string => {
    if (!Number.isFinite(value)) return '<td></td>';
    const strength = high > low ? Math.min(9, Math.floor((10 * (value - low)) / (high - low))) : 9;
    const signs = marks.filter((mark) => mark.row === row && mark.column === column).map(({ sign }) => ` ${escapeHtml(sign)}`);
    const title = `${yName} ${y[row]}, ${xName} ${x[column]}: ${decimal(value, 3)}`;
    return `<td class="u${strength}" title="${escapeHtml(title)}">${escapeHtml(decimal(value))}${signs.join('')}</td>`;
  };
  const head = [`${yName} ↓ ${xName} →`, ...x].map((name) => `<th scope="col">${escapeHtml(String(name))}</th>`).join('');
  const rows = cells.map(
    (line, row) =>
      `<tr><th scope="row">${escapeHtml(String(y[row]))}</th>${Array.from(line, (value, column) => cell(value, row, column)).join('')}</tr>`,
  );
  const told = marks.map(({ sign, meaning }) => `; ${sign} ${meaning}`).join('');
  const lead = `The median in each cell, stronger where better${told}.`;
  const body = `<div class="scroll"><table class="heat"><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  return section(`${score} over ${yName} and ${xName}`, body, lead);
}
