import { didYouMean, UserError } from '#core';
import { barSeries, type BarSeries } from '#domain';
import type { Expression } from './expression.ts';
import { compile } from './graph.ts';
import { CATALOGUE } from './catalogue.ts';
import type { IndicatorEntry } from './indicator-entry.ts';

export interface IndicatorParameter {
  readonly name: string;
  readonly default: number | string;
}

export interface IndicatorListing {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly IndicatorParameter[];
  readonly outputs: readonly string[];
}

export type IndicatorOptions = Readonly<Record<string, number | string>>;

/** All indicators that `indicator` knows, by name. */
export function listIndicators(): readonly IndicatorListing[] {
  return [...CATALOGUE].map(([name, entry]) => ({
    name,
    description: entry.description,
    parameters: Object.entries(entry.defaults).map(([parameter, value]) => ({ name: parameter, default: value })),
    outputs: Object.keys(entry.build(entry.defaults)),
  }));
}

function entryOf(name: string): IndicatorEntry {
  const entry = CATALOGUE.get(name.toUpperCase());
  if (entry === undefined) throw new UserError(`there is no indicator "${name}"`, didYouMean(name.toUpperCase(), CATALOGUE.keys()));
  return entry;
}

/** The expressions behind an indicator, by output; for use inside other expressions. Options not given take TA-Lib's defaults. */
export function indicatorExpressions(name: string, options: IndicatorOptions = {}): Readonly<Record<string, Expression>> {
  const entry = entryOf(name);
  for (const [key, value] of Object.entries(options)) {
    if (!(key in entry.defaults)) throw new UserError(`${name} has no parameter "${key}"`, didYouMean(key, Object.keys(entry.defaults)));
    if (typeof entry.defaults[key] === 'number' && typeof value !== 'number')
      throw new UserError(`${name}: "${key}" must be a ${typeof entry.defaults[key]}`, `Default: ${entry.defaults[key]}.`);
  }
  return entry.build({ ...entry.defaults, ...options });
}

/**
 * An indicator over a whole series: one column of `bars.length` rows per output, NaN where missing. The outputs of TA-Lib's own
 * indicators start together, as there, at the first row where all of them exist.
 */
export function indicator(name: string, bars: BarSeries, options: IndicatorOptions = {}): Record<string, Float64Array> {
  const columns = compile(indicatorExpressions(name, options)).batch(bars);
  const all = Object.values(columns);
  if (!entryOf(name).aligned) return columns;
  let start = 0;
  while (start < bars.length && all.some((column) => Number.isNaN(column[start]!))) start++;
  for (const column of all) column.fill(Number.NaN, 0, start);
  return columns;
}

/** Bars out of a single column (open = high = low = close = the values, volume 0): to run an indicator on any series. */
export function barsFromColumn(values: Float64Array, timeframe: BarSeries['timeframe']): BarSeries {
  const time = Float64Array.from(values, (_, row) => row * timeframe.ms);
  return barSeries('column', timeframe, {
    time,
    open: values,
    high: values,
    low: values,
    close: values,
    volume: new Float64Array(values.length),
  });
}
