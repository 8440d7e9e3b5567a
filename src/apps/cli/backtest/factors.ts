import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DAY_MS, sha256, UserError } from '#core';
import { findOutliers, parseFactorFile, type QualityFinding } from '#data';
import { barSeries, type BarSeries } from '#domain';
import type { LoadedBars } from './load-bars.ts';

/** Bars times published factors, and the fingerprint of the files that gave them. */
export interface Factored {
  readonly bars: LoadedBars;
  readonly sha256: string;
}

/**
 * Raw prices times the factors of a file (`YYYYMMDD,price factor,split factor`, the layout of LEAN's factor files), or of the `SYMBOL.csv` of
 * a folder. Such factors were computed once, up to the day the file was written: prices of the past in units of that day.
 */
export function timesFactors(loaded: LoadedBars, given: string, folder: string): Factored {
  const path = resolve(folder, given);
  if (!existsSync(path)) throw new UserError(`there are no factors at ${given}`, 'Check the path given to --factors.');
  const isFolder = statSync(path).isDirectory();
  const { series } = loaded;
  if (!isFolder && series.length > 1)
    throw new UserError(
      `${given} has the factors of one symbol, this run has ${series.length}`,
      'Give a folder that holds a SYMBOL.csv for each.',
    );
  const texts = series.map(({ symbol }) => {
    const file = isFolder ? join(path, `${symbol}.csv`) : path;
    if (!existsSync(file)) throw new UserError(`${given} has no factors for ${symbol}`, `Add ${symbol}.csv.`);
    return readFileSync(file, 'utf8');
  });
  const made = series.map((bars, symbol) => multiplied(bars, parseFactorFile(texts[symbol]!, given)));
  // What looked like a split in raw prices is one no more, where the factors know it.
  const isSplit = ({ check }: QualityFinding): boolean => check === 'unadjusted_split';
  const reports = loaded.reports.map((report, symbol) => ({
    ...report,
    findings: [...report.findings.filter((finding) => !isSplit(finding)), ...findOutliers(made[symbol]!).filter(isSplit)],
  }));
  return {
    bars: { ...loaded, series: made, reports },
    sha256: sha256(texts.join('\n')),
  };
}

/** Each row of factors holds up to and including its date; bars after the last are not touched. */
function multiplied(bars: BarSeries, { date, price, split }: ReturnType<typeof parseFactorFile>): BarSeries {
  const ofPrice = new Float64Array(bars.length).fill(1);
  const ofVolume = new Float64Array(bars.length).fill(1);
  let at = 0;
  for (let row = 0; row < bars.length; row++) {
    const day = Math.floor(bars.time[row]! / DAY_MS) * DAY_MS;
    while (at < date.length && date[at]! < day) at++;
    if (at === date.length) break;
    ofPrice[row] = price[at]! * split[at]!;
    ofVolume[row] = 1 / split[at]!;
  }
  const times = (column: Float64Array, factor: Float64Array): Float64Array => column.map((value, row) => value * factor[row]!);
  return barSeries(bars.symbol, bars.timeframe, {
    time: bars.time,
    open: times(bars.open, ofPrice),
    high: times(bars.high, ofPrice),
    low: times(bars.low, ofPrice),
    close: times(bars.close, ofPrice),
    volume: times(bars.volume, ofVolume),
  });
}
