import { readTable, writeTable } from '#adapters/data';
import { OperationalError } from '#core';
import { barSeries, parseTimeframe, type BarSeries } from '#domain';

/** Columns of numbers to a Parquet file; the same columns give the same bytes. */
export function writeColumns(path: string, columns: Readonly<Record<string, Float64Array>>): Promise<void> {
  return writeTable(path, columns);
}

/** The columns of a Parquet file of numbers, in the file's order. */
export async function readColumns(path: string): Promise<Record<string, Float64Array>> {
  const columns: Record<string, Float64Array> = {};
  for (const [name, column] of Object.entries(await readTable(path))) {
    if (!(column instanceof Float64Array))
      throw new OperationalError('corrupt', `${path}: column ${name} is not numbers; run the stage that wrote it again`);
    columns[name] = column;
  }
  return columns;
}

/** Bars that the data stage stored. */
export async function readSeries(path: string, symbol: string, timeframe: string): Promise<BarSeries> {
  const columns = await readColumns(path);
  const at = (name: string): Float64Array => {
    const column = columns[name];
    if (column === undefined) throw new OperationalError('corrupt', `${path}: there is no column ${name}; run the data stage again`);
    return column;
  };
  return barSeries(symbol, parseTimeframe(timeframe), {
    time: at('time'),
    open: at('open'),
    high: at('high'),
    low: at('low'),
    close: at('close'),
    volume: at('volume'),
  });
}
