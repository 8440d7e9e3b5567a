import type { BarSeries } from '#domain';
import { compile, Expression, type ExternalColumns } from '#features';
import type { FeatureInput, Strategy } from '#strategy';

/** Columns of a strategy's expressions by their ids, each in the order of the bars. */
export type SharedColumns = ReadonlyMap<string, readonly Float64Array[]>;

/** An expression is a pure function of the bars: its columns serve every profile and every rung of the ladder. */
export function sharedColumns(
  { features }: Strategy,
  series: readonly BarSeries[],
  externals: Readonly<Record<string, ExternalColumns>> = {},
): SharedColumns {
  const wanted = Object.fromEntries(
    Object.values(features)
      .filter((input) => input instanceof Expression)
      .map((input) => [input.id, input]),
  );
  if (Object.keys(wanted).length === 0) return new Map();
  const graph = compile(wanted);
  const tables = series.map((bars) => graph.batch(bars, externals[bars.symbol]));
  return new Map(graph.names.map((id) => [id, tables.map((table) => table[id]!)]));
}

/** The strategy reading columns that are there; what is no expression it computes as before. */
export function withColumns(strategy: Strategy, shared: SharedColumns, series: readonly BarSeries[]): Strategy {
  // An author's class keeps its methods and private fields in places that a copy does not have.
  if (shared.size === 0 || Object.getPrototypeOf(strategy) !== Object.prototype) return strategy;
  const features = Object.entries(strategy.features).map(([name, input]): [string, FeatureInput] => {
    const columns = input instanceof Expression ? shared.get(input.id) : undefined;
    return [name, columns === undefined ? input : ({ symbol }) => columns[series.findIndex((bars) => bars.symbol === symbol)]!];
  });
  return { ...strategy, features: Object.fromEntries(features) };
}
