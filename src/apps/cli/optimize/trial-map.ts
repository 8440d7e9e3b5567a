import { heatMap, type HeatMap, type ToldTrial } from '#backtest';

/** A heat map with the names of its axes. Labels are the lowest value of each bin. */
export interface TrialMap extends HeatMap {
  readonly xName: string;
  readonly yName: string;
}

const MOST = 24;

/** The first objective over the two parameters with the most values tried, binned where there are many; undefined when fewer than two vary. */
export function mapOfTrials(trials: readonly ToldTrial[]): TrialMap | undefined {
  const names = Object.keys(trials[0]?.parameters ?? {});
  const axes = names
    .map((name, at) => ({ name, at, values: [...new Set(trials.map(({ parameters }) => Number(parameters[name])))].sort((a, b) => a - b) }))
    .filter(({ values }) => values.length > 1)
    .sort((a, b) => b.values.length - a.values.length || a.at - b.at)
    .slice(0, 2)
    .sort((a, b) => a.at - b.at);
  const [y, x] = axes;
  if (y === undefined || x === undefined) return undefined;
  // Scattered trials need wider bins than a grid, or most cells would be empty.
  const most =
    y.values.length * x.values.length <= 3 * trials.length ? MOST : Math.min(12, Math.max(3, Math.floor(Math.sqrt(trials.length))));
  const labels = new Map([y, x].map(({ name, values }) => [name, labelsOf(values, most)]));
  const binned = trials
    .filter(({ values }) => Number.isFinite(values[0]))
    .map((trial) => ({
      ...trial,
      parameters: Object.fromEntries([y.name, x.name].map((name) => [name, labels.get(name)!.get(Number(trial.parameters[name]))!])),
    }));
  return binned.length === 0 ? undefined : { ...heatMap(binned, x.name, y.name), xName: x.name, yName: y.name };
}

/** Each bin holds about as many of the values. */
function labelsOf(values: readonly number[], most: number): ReadonlyMap<number, number> {
  const bins = Math.min(most, values.length);
  const binOf = (at: number): number => Math.floor((at * bins) / values.length);
  const first = new Map<number, number>();
  values.forEach((value, at) => {
    if (!first.has(binOf(at))) first.set(binOf(at), value);
  });
  return new Map(values.map((value, at) => [value, Number(first.get(binOf(at))!.toPrecision(6))]));
}
