import { type Rng, UserError } from '#core';
import { defaultBlockLength, stationaryBootstrapSamples, stationaryBootstrapVariance } from './bootstrap.ts';
import { type Column, mean, quantileOfSorted } from './moments.ts';

export interface DataSnoopingOptions {
  /** Mean block length of the stationary bootstrap in rows; default near the cube root of the rows. */
  readonly blockLength?: number;
  /** Bootstrap samples; default 1,000. */
  readonly samples?: number;
  /** Rows to resample, one column a sample, in place of drawing them: for replaying a published test. */
  readonly indices?: readonly Column[];
  /** Where the random rows come from; needed unless `indices` is given. */
  readonly rng?: Rng;
  /** Divide each trial by its standard error (Hansen 2005). Default true; false is White's plain maximum. */
  readonly studentize?: boolean;
  /** Level of the critical values and of StepM. Default 0.05. */
  readonly level?: number;
}

/** Three ways to centre the trials that look bad: `upper` is White's reality check, `consistent` Hansen's, `lower` the liberal bound. */
export type Centring = 'lower' | 'consistent' | 'upper';

export interface DataSnoopingTest {
  readonly means: Float64Array;
  readonly variances: Float64Array;
  readonly statistic: number;
  readonly pValues: Readonly<Record<Centring, number>>;
  /** On the scale of the statistic. */
  readonly criticalValues: Readonly<Record<Centring, number>>;
  /**
   * Trials whose statistic lies above the consistent critical value, ascending: one step, as the test itself. `stepM` goes on from
   * there with the rest and may find more.
   */
  readonly better: readonly number[];
}

interface Prepared {
  readonly columns: readonly Float64Array[];
  readonly means: Float64Array;
  readonly variances: Float64Array;
  /** Means of every bootstrap sample: [sample][trial]. */
  readonly sampleMeans: readonly Float64Array[];
  readonly scales: Float64Array;
  readonly studentize: boolean;
  readonly level: number;
}

/**
 * Is the best of many trials better than the benchmark, allowing for the search? Hansen's test for superior predictive ability with
 * its three p-values; `upper` without studentizing is White's reality check. p = share of samples whose greatest centred mean is above
 * the greatest mean. `trials` are return columns of equal length, `benchmark` one more column, or 0 for "no return".
 */
export function superiorPredictiveAbility(
  trials: readonly Column[],
  benchmark: Column | 0,
  options: DataSnoopingOptions,
): DataSnoopingTest {
  const prepared = prepare(trials, benchmark, options);
  const { means, scales, level, studentize } = prepared;
  const statistic = greatest(means, scales, studentize);
  const pValues = { lower: 0, consistent: 0, upper: 0 };
  const criticalValues = { lower: 0, consistent: 0, upper: 0 };
  for (const centring of ['lower', 'consistent', 'upper'] as const) {
    const simulated = simulate(prepared, centres(prepared, centring));
    let above = 0;
    for (const value of simulated) if (value > statistic) above += 1;
    pValues[centring] = above / simulated.length;
    criticalValues[centring] = quantileOfSorted(simulated.sort(), 1 - level);
  }
  const better = [...means.keys()].filter((trial) => scales[trial]! > 0 && means[trial]! / scales[trial]! > criticalValues.consistent);
  return { means, variances: prepared.variances, statistic, pValues, criticalValues, better };
}

/** White's reality check: p-value of the plain maximum, all trials centred at their means. */
export function realityCheck(trials: readonly Column[], benchmark: Column | 0, options: DataSnoopingOptions): number {
  return superiorPredictiveAbility(trials, benchmark, { ...options, studentize: false }).pValues.upper;
}

/** Romano & Wolf's StepM (2005): the trials better than the benchmark, with the family-wise error held at the level. */
export function stepM(trials: readonly Column[], benchmark: Column | 0, options: DataSnoopingOptions): readonly number[] {
  return stepDown(prepare(trials, benchmark, options));
}

function prepare(trials: readonly Column[], benchmark: Column | 0, options: DataSnoopingOptions): Prepared {
  const rows = trials[0]?.length ?? 0;
  if (trials.length === 0 || rows < 3)
    throw new UserError('the test needs at least one trial of at least 3 rows', 'pass one return column a trial');
  const columns = trials.map((column) => difference(column, benchmark, rows));
  const blockLength = options.blockLength ?? defaultBlockLength(rows);
  const means = Float64Array.from(columns, mean);
  const variances = Float64Array.from(columns, (column) => stationaryBootstrapVariance(column, blockLength));
  const studentize = options.studentize ?? true;
  const scales = variances.map((value) => (studentize ? Math.sqrt(Math.max(value, 0) / rows) : 1));
  return {
    columns,
    means,
    variances,
    scales,
    studentize,
    level: options.level ?? 0.05,
    sampleMeans: resample(columns, rows, blockLength, options),
  };
}

function difference(column: Column, benchmark: Column | 0, rows: number): Float64Array {
  if (column.length !== rows || (benchmark !== 0 && benchmark.length !== rows))
    throw new UserError('trials and benchmark have different lengths', 'align the return columns on one calendar first');
  const out = Float64Array.from(column, (value, row) => value - (benchmark === 0 ? 0 : benchmark[row]!));
  if (out.some((value) => !Number.isFinite(value))) throw new UserError('a return is missing', 'fill flat periods with 0');
  return out;
}

function resample(columns: readonly Float64Array[], rows: number, blockLength: number, options: DataSnoopingOptions): Float64Array[] {
  const { indices, rng, samples = 1000 } = options;
  if (indices === undefined && rng === undefined)
    throw new UserError('the bootstrap needs randomness', 'pass rng: createRng(seed).stream("bootstrap"), or indices');
  const out: Float64Array[] = [];
  for (const chosen of indices ?? stationaryBootstrapSamples(rng!, rows, blockLength, samples)) {
    const row = new Float64Array(columns.length);
    for (let trial = 0; trial < columns.length; trial += 1) {
      const column = columns[trial]!;
      let total = 0;
      for (let i = 0; i < chosen.length; i += 1) total += column[chosen[i]!]!;
      row[trial] = total / chosen.length;
    }
    out.push(row);
  }
  return out;
}

/** A trial that never moves is left out of a studentized maximum. The studentized statistic is never below 0 (Hansen 2005). */
function greatest(values: Float64Array, scales: Float64Array, studentize: boolean, active?: ReadonlySet<number>): number {
  let most = studentize ? 0 : Number.NEGATIVE_INFINITY;
  for (let trial = 0; trial < values.length; trial += 1) {
    if (active !== undefined && !active.has(trial)) continue;
    if (scales[trial]! > 0) most = Math.max(most, values[trial]! / scales[trial]!);
  }
  return most;
}

function centres({ means, variances, columns }: Prepared, centring: Centring): Float64Array {
  const rows = columns[0]!.length;
  const doubleLog = 2 * Math.log(Math.log(rows));
  return means.map((value, trial) => {
    if (centring === 'upper') return value;
    if (centring === 'lower') return Math.max(value, 0);
    return value >= -Math.sqrt((Math.max(variances[trial]!, 0) / rows) * Math.max(doubleLog, 0)) ? value : 0;
  });
}

function simulate({ sampleMeans, scales, studentize }: Prepared, centre: Float64Array, active?: ReadonlySet<number>): Float64Array {
  const shifted = new Float64Array(centre.length);
  return Float64Array.from(sampleMeans, (row) => {
    for (let trial = 0; trial < row.length; trial += 1) shifted[trial] = row[trial]! - centre[trial]!;
    return greatest(shifted, scales, studentize, active);
  });
}

function stepDown(prepared: Prepared): readonly number[] {
  const { means, scales, level } = prepared;
  const centre = centres(prepared, 'consistent');
  const active = new Set(means.keys());
  const better: number[] = [];
  for (;;) {
    const critical = quantileOfSorted(simulate(prepared, centre, active).sort(), 1 - level);
    const found = [...active].filter((trial) => scales[trial]! > 0 && means[trial]! / scales[trial]! > critical);
    if (found.length === 0) return better.sort((a, b) => a - b);
    for (const trial of found) {
      active.delete(trial);
      better.push(trial);
    }
    if (active.size === 0) return better.sort((a, b) => a - b);
  }
}
