import { UserError } from '#core';

/** Which column of a delimited file holds what; −1 when absent. */
export interface CsvLayout {
  readonly delimiter: number;
  readonly hasHeader: boolean;
  readonly columnCount: number;
  readonly time: number;
  /** A second column that holds the time of day when date and time stand apart. */
  readonly timeOfDay: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly adjustedClose: number;
  readonly volume: number;
}

const ALIASES: Readonly<Record<string, readonly string[]>> = {
  open: ['open', 'o', 'openprice', 'bidopen'],
  high: ['high', 'h', 'highprice', 'max', 'bidhigh'],
  low: ['low', 'l', 'lowprice', 'min', 'bidlow'],
  close: ['close', 'c', 'closeprice', 'last', 'closelast', 'price', 'bidclose'],
  adjustedClose: ['adjclose', 'adjustedclose', 'closeadj'],
  volume: ['volume', 'vol', 'v', 'volumebtc', 'basevolume', 'quantity', 'tickvolume', 'volumeusdt', 'volumeusd', 'quotevolume'],
};
const TIME = ['timestamp', 'opentime', 'datetime', 'ts', 'unix', 'unixtimestamp', 'date', 'time', 't', 'gmttime', 'localtime'];

/** Reads delimiter, header and columns from the first line. Throws `UserError` when no time or close column can be found. */
export function readLayout(firstLine: string, name: string): CsvLayout {
  const delimiter = [',', ';', '\t'].reduce((best, candidate) => (count(firstLine, candidate) > count(firstLine, best) ? candidate : best));
  const cells = firstLine.split(delimiter).map((cell) => cell.trim().replace(/^"|"$/g, ''));
  const hasHeader = cells.some((cell) => /[a-z]/i.test(cell) && !/^\d{4}-\d\d-\d\d[T ]|^nan$|^null$/i.test(cell));
  const columns = hasHeader ? findBarColumns(cells, name) : positional(cells, name);
  return { delimiter: delimiter.charCodeAt(0), hasHeader, columnCount: cells.length, ...columns };
}

type Columns = Omit<CsvLayout, 'delimiter' | 'hasHeader' | 'columnCount'>;

/** The places of the columns of bars among header cells, by their usual names. Throws `UserError` without time or close. */
export function findBarColumns(cells: readonly string[], name: string): Columns {
  const keys = cells.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''));
  const find = (words: readonly string[]): number => words.map((word) => keys.indexOf(word)).find((index) => index >= 0) ?? -1;
  const of = (field: string): number => find(ALIASES[field]!);
  const apart = keys.includes('date') && keys.includes('time') && !keys.includes('timestamp') && !keys.includes('datetime');
  const time = apart ? keys.indexOf('date') : find(TIME);
  const close = of('close');
  if (time < 0 || close < 0)
    throw new UserError(
      `${name}: no ${time < 0 ? 'time' : 'close'} column among: ${cells.join(', ').slice(0, 200)}`,
      'The header needs a time column (timestamp, date, datetime, open_time) and open, high, low, close, volume.',
    );
  const layout = { time, timeOfDay: apart ? keys.indexOf('time') : -1, open: of('open'), high: of('high'), low: of('low'), close };
  const missing = (['open', 'high', 'low'] as const).filter((field) => layout[field] < 0);
  if (missing.length > 0 && missing.length < 3)
    throw new UserError(
      `${name}: no ${missing.join(' and ')} column among: ${cells.join(', ').slice(0, 200)}`,
      'Give all of open, high, low, close.',
    );
  return { ...layout, adjustedClose: of('adjustedClose'), volume: of('volume') };
}

function positional(cells: readonly string[], name: string): Columns {
  if (cells.length < 5)
    throw new UserError(
      `${name}: no header and only ${cells.length} columns`,
      'Without a header the columns are time, open, high, low, close, volume.',
    );
  return { time: 0, timeOfDay: -1, open: 1, high: 2, low: 3, close: 4, adjustedClose: -1, volume: cells.length > 5 ? 5 : -1 };
}

const count = (line: string, delimiter: string): number => line.split(delimiter).length - 1;
