import { UserError } from '#core';

/** Columns by header name: numbers, or texts as they stand. */
export type MixedTable = Readonly<Record<string, Float64Array | readonly string[]>>;

/**
 * A delimited file (`,` `;` or tab, quotes, CRLF, BOM) as columns of texts. For small tables whose columns are not known beforehand;
 * bars go through `parseCsv`. Throws `UserError` naming the line.
 */
export function parseTextTable(text: string, name: string): Readonly<Record<string, readonly string[]>> {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const header = lines[0] ?? '';
  if (header.trim() === '') throw new UserError(`${name} is empty`, 'Give a header line and at least one row.');
  if (header.includes('\0')) throw new UserError(`${name} is not a text file`, 'Give CSV, CSV.gz or Parquet.');
  const delimiter = [',', ';', '\t'].reduce((best, other) => (header.split(other).length > header.split(best).length ? other : best));
  const names = cellsOf(header, delimiter);
  const columns = names.map((): string[] => []);
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    const cells = cellsOf(line, delimiter);
    if (cells.length !== names.length)
      throw new UserError(
        `${name}, line ${index + 1}: ${cells.length} columns where the header has ${names.length}`,
        'Complete the line, or put quotes around a cell that holds the delimiter.',
      );
    for (let at = 0; at < names.length; at++) columns[at]!.push(cells[at]!);
  }
  if (columns[0]!.length === 0) throw new UserError(`${name} has a header but no rows`, 'Give at least one row.');
  return Object.fromEntries(names.map((column, at) => [column, columns[at]!]));
}

/** The cells of a line; quotes may hold the delimiter, and a doubled quote is one. */
function cellsOf(line: string, delimiter: string): string[] {
  if (!line.includes('"')) return line.split(delimiter).map((cell) => cell.trim());
  const cells: string[] = [];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const character = line[at]!;
    if (character === '"' && quoted && line[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (character === '"') quoted = !quoted;
    else if (character === delimiter && !quoted) {
      cells.push(cell.trim());
      cell = '';
    } else cell += character;
  }
  return [...cells, cell.trim()];
}
