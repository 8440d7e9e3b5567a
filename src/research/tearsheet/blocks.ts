import { escapeHtml } from './text.ts';

/** A titled block of a page; `body` must be safe HTML. */
export const section = (title: string, body: string, lead = ''): string =>
  `<section><h2>${escapeHtml(title)}</h2>${lead === '' ? '' : `<p class="lead">${escapeHtml(lead)}</p>`}${body}</section>`;

/** What nobody should miss; plain text. */
export const notice = (text: string): string => `<section class="notice">${escapeHtml(text)}</section>`;

/** A table: header cells, rows of cells already safe, the first cell of a row its heading. Columns in `text` stand left. */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
  text: readonly number[] = [],
): string {
  const side = (column: number): string => (text.includes(column) ? ' class="text"' : '');
  const header = head.map((name, i) => `<th scope="col"${side(i)}>${escapeHtml(name)}</th>`).join('');
  const body = rows
    .map((row) => `<tr>${row.map((cell, i) => (i === 0 ? `<th scope="row">${cell}</th>` : `<td${side(i)}>${cell}</td>`)).join('')}</tr>`)
    .join('');
  return `<div class="scroll"><table><caption>${escapeHtml(caption)}</caption><thead><tr>${header}</tr></thead><tbody>${body}</tbody></table></div>`;
}

export const signed = (value: number, text: string): string =>
  `<span class="${value < 0 ? 'neg' : value > 0 ? 'pos' : ''}">${escapeHtml(text)}</span>`;

/** Growth of 1, so that curves of different accounts compare. */
export function growth(equity: ArrayLike<number>): Float64Array {
  const start = Array.from(equity).find((value) => value > 0) ?? 1;
  return Float64Array.from(equity, (value) => value / start);
}
