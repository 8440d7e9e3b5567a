import type { BarSeries } from '#domain';
import { compile, Expression, type ExternalColumns } from '#features';
import { prepare, type StrategyRecipe } from '#strategy';

/** Bytes of columns kept; past that a worker computes what it needs by itself. */
const MOST_BYTES = 512 * 2 ** 20;

export type ColumnTable = Readonly<Record<string, readonly Float64Array[]>>;

/**
 * Computes each distinct feature of a search once, over every symbol, into memory that all workers read. Equal expressions have equal
 * ids wherever they were built, so a worker finds its columns by id.
 */
export class FeatureStore {
  readonly columns = new Map<string, readonly Float64Array[]>();
  readonly #bars: readonly BarSeries[];
  readonly #recipe: StrategyRecipe;
  readonly #externals: Readonly<Record<string, ExternalColumns>>;
  #bytes = 0;

  constructor(recipe: StrategyRecipe, bars: readonly BarSeries[], externals: Readonly<Record<string, ExternalColumns>> = {}) {
    this.#recipe = recipe;
    this.#bars = bars;
    this.#externals = externals;
  }

  /** Columns that these combinations need and nobody computed yet; they are kept, too. */
  add(combinations: readonly Readonly<Record<string, number>>[], run: { readonly seed: number }): ColumnTable {
    const wanted: Record<string, Expression> = {};
    const rows = this.#bars.reduce((sum, { length }) => sum + length, 0);
    for (const parameters of combinations) {
      const { features } = prepare(this.#recipe, parameters, { seed: run.seed, symbols: this.#bars.length });
      for (const input of Object.values(features)) {
        if (!(input instanceof Expression) || this.columns.has(input.id) || wanted[input.id] !== undefined) continue;
        if (this.#bytes + rows * 8 > MOST_BYTES) continue;
        this.#bytes += rows * 8;
        wanted[input.id] = input;
      }
    }
    if (Object.keys(wanted).length === 0) return {};
    const graph = compile(wanted);
    const tables = this.#bars.map((series) => graph.batch(series, this.#externals[series.symbol]));
    const fresh = Object.fromEntries(graph.names.map((id) => [id, tables.map((table) => sharedCopy(table[id]!))]));
    for (const [id, columns] of Object.entries(fresh)) this.columns.set(id, columns);
    return fresh;
  }
}

/** The column in memory that threads share. */
export function sharedCopy(column: Float64Array): Float64Array<SharedArrayBuffer> {
  const copy = new Float64Array(new SharedArrayBuffer(column.byteLength));
  copy.set(column);
  return copy;
}
