import { UserError } from '#core';
import type { BarSeries } from '#domain';
import type { Strategy } from '#strategy';

/** Feature columns of one strategy: `columns[symbol][k]` for the k-th name. */
export interface FeatureTable {
  readonly names: readonly string[];
  readonly columns: readonly (readonly Float64Array[])[];
}

/** Runs every feature of a strategy over the bars of every symbol. */
export function featureTable(strategy: Strategy, bars: readonly BarSeries[]): FeatureTable {
  const names = Object.keys(strategy.features);
  const columns = bars.map((series) =>
    names.map((name) => {
      const input = strategy.features[name]!;
      const column = typeof input === 'function' ? input(series) : input;
      if (column.length !== series.length)
        throw new UserError(
          `feature "${name}" of ${strategy.name} has ${column.length} values for the ${series.length} bars of ${series.symbol}`,
          'Give one value a bar, NaN where it is not known yet.',
        );
      return column;
    }),
  );
  return { names, columns };
}

/** Where a strategy reads: moved from bar to bar instead of building an object a bar. */
export class FeatureCursor {
  columns: readonly Float64Array[] = [];
  row = 0;
}

/** An object with one getter a name, reading the cursor's row plus `shift`. */
export function featureView(names: readonly string[], cursor: FeatureCursor, shift: number): Readonly<Record<string, number>> {
  const view = {};
  names.forEach((name, at) => {
    Object.defineProperty(view, name, { enumerable: true, get: () => cursor.columns[at]![cursor.row + shift] ?? Number.NaN });
  });
  return Object.freeze(view);
}
