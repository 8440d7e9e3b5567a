import { DAY_MS, didYouMean, toDate, UserError } from '#core';
import type { CorporateAction } from './corporate-actions.ts';
import { parseTimeText } from './csv-time.ts';

const HEADERS: Readonly<Record<'symbol' | 'date' | 'kind' | 'value', readonly string[]>> = {
  symbol: ['symbol', 'ticker'],
  date: ['ex_date', 'exdate', 'ex-date', 'date'],
  kind: ['type', 'kind', 'action'],
  value: ['value', 'ratio', 'amount'],
};

/**
 * Actions from CSV text `symbol,ex_date,type,value` or `symbol,last_date_before_event,type,value[,…]`. A last date before the event is
 * turned into the day after it, which is before any later bar. A split is new units for an old one: `4`, `4:1`, or `1:10` when reverse.
 * A delisting's value is the price that is paid out, or empty for the last close. A ratio within 1e-5 of a simple fraction is that fraction: lists are often made from rounded factors. Throws `UserError` naming the line.
 */
export function parseCorporateActions(text: string, name: string): CorporateAction[] {
  const [header = '', ...lines] = text.trim().split(/\r?\n/);
  const columns = header
    .toLowerCase()
    .split(',')
    .map((cell) => cell.trim());
  const find = (field: keyof typeof HEADERS): number =>
    HEADERS[field].map((word) => columns.indexOf(word)).find((index) => index >= 0) ?? -1;
  const before = columns.indexOf('last_date_before_event');
  const at = { symbol: find('symbol'), date: before >= 0 ? before : find('date'), kind: find('kind'), value: find('value') };
  if (Math.min(...Object.values(at)) < 0)
    throw new UserError(`${name}: not a corporate actions file`, 'The columns are symbol, ex_date, type, value.');
  return lines.flatMap((line, i) => {
    const cells = line.split(',').map((cell) => cell.trim());
    if (cells.every((cell) => cell === '')) return [];
    const kind = cells[at.kind]?.toLowerCase();
    const date = parseTimeText(cells[at.date] ?? '');
    const value = ratioOf(cells[at.value] ?? '');
    if (kind !== undefined && !isKind(kind))
      throw new UserError(`${name}, line ${i + 2}: "${kind}" is no kind of action`, didYouMean(kind, KINDS) || EXAMPLE);
    // What is delisted may be worth nothing, or what its last close was.
    const valid = kind === 'delisting' ? value >= 0 || (cells[at.value] ?? '') === '' : value > 0;
    if (kind === undefined || Number.isNaN(date) || !valid || value === Number.POSITIVE_INFINITY)
      throw new UserError(`${name}, line ${i + 2}: not a split, dividend or delisting: ${line.slice(0, 80)}`, EXAMPLE);
    return [
      { symbol: cells[at.symbol]!, exDate: date + (before >= 0 ? DAY_MS : 0), kind, value: kind === 'split' ? nearRatio(value) : value },
    ];
  });
}

const KINDS: readonly CorporateAction['kind'][] = ['split', 'dividend', 'delisting'];
const isKind = (kind: string): kind is CorporateAction['kind'] => KINDS.some((known) => known === kind);
const EXAMPLE = 'Example: AAPL,2020-08-31,split,4';

/** `4`, `4:1` and `4/1` are four. */
function ratioOf(text: string): number {
  const parts = /^([\d.]+)\s*[:/]\s*([\d.]+)$/.exec(text);
  if (parts) return Number(parts[1]) / Number(parts[2]);
  return text === '' ? Number.NaN : Number(text);
}

/** Rows of a factor file (`YYYYMMDD,price factor,split factor[,reference]`), ascending: each holds up to and including its date. */
export function parseFactorFile(
  text: string,
  name: string,
): { readonly date: Float64Array; readonly price: Float64Array; readonly split: Float64Array } {
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(','));
  const date = Float64Array.from(rows, (row) => parseTimeText(row[0] ?? ''));
  const price = Float64Array.from(rows, (row) => Number(row[1]));
  const split = Float64Array.from(rows, (row) => Number(row[2]));
  if ([...date, ...price, ...split].some(Number.isNaN))
    throw new UserError(`${name}: not a factor file`, 'Each line is YYYYMMDD,price factor,split factor.');
  return { date, price, split };
}

/** Whether a file is a factor file: no header, and each line begins with a date of eight digits. */
export const isFactorFile = (text: string): boolean => /^\d{8},[\d.]+,[\d.]+/.test(text);

/**
 * The splits and dividends that a factor file stands for: from one row to the next the split factor grows by the ratio, and the price
 * factor by 1 / (1 − dividend / reference close). Worked: price factors 0.99 then 1 at a reference close of 100 are a dividend of 1.
 */
export function factorFileActions(text: string, symbol: string, name: string): CorporateAction[] {
  const { date, price, split } = parseFactorFile(text, name);
  const references = text
    .trim()
    .split(/\r?\n/)
    .map((line) => Number(line.split(',')[3] ?? Number.NaN));
  const actions: CorporateAction[] = [];
  for (let row = 0; row + 1 < date.length; row++) {
    const exDate = date[row]! + DAY_MS;
    const ratio = split[row + 1]! / split[row]!;
    const paid = 1 - price[row]! / price[row + 1]!;
    // Factors are published with seven digits.
    if (Math.abs(ratio - 1) > 1e-5) actions.push({ symbol, exDate, kind: 'split', value: nearRatio(ratio) });
    if (paid > 1e-6) {
      const reference = references[row]!;
      if (!(reference > 0))
        throw new UserError(
          `${name}: no reference close for the dividend after ${toDate(date[row]!)}`,
          'Give the close of that day as the fourth column, or a file with the columns symbol, ex_date, type, value.',
        );
      actions.push({ symbol, exDate, kind: 'dividend', value: paid * reference });
    }
  }
  return actions;
}

/** The simple ratio that rounded factors stand for: 7.0000035 is 7, 0.33333 is 1/3. */
function nearRatio(ratio: number): number {
  for (let denominator = 1; denominator <= 20; denominator++) {
    const numerator = Math.round(ratio * denominator);
    if (numerator > 0 && Math.abs(ratio / (numerator / denominator) - 1) < 1e-5) return numerator / denominator;
  }
  return ratio;
}
