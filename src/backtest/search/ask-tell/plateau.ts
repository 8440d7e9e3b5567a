import { UserError } from '#core';
import type { Direction, ToldTrial } from './optimizer.ts';
import { compileSpace, encode, type CompiledSpace, type ParameterValue, type SearchSpace } from './space.ts';

export interface PlateauSettings {
  /** Index of the objective to judge. */
  readonly objective?: number;
  readonly direction?: Direction;
  /** Neighbours differ by at most this share of the range in every parameter; parameters with few distinct values use the next value on either side. */
  readonly radius?: number;
  /** The share of the peak's height above the median of all trials that may be lost among its neighbours before it counts as lonely. */
  readonly lonelyDrop?: number;
  /** Neighbours needed for a judgement. */
  readonly leastNeighbours?: number;
}

export interface PlateauScore {
  readonly trial: ToldTrial;
  readonly value: number;
  /** Of the neighbours, the point itself left out; NaN without neighbours. */
  readonly neighbourMean: number;
  readonly neighbourMedian: number;
  readonly neighbourWorst: number;
  readonly neighbours: number;
  /** The part of the height above the median of all trials that is lost among the neighbours: 0 flat, 1 all of it. NaN when it cannot be told. */
  readonly drop: number;
  readonly lonely: boolean;
  /** A sentence when the peak is lonely or cannot be judged; empty otherwise. */
  readonly warning: string;
}

function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

const fewValues = 30;

/** Trials as points, and a test of whether two are neighbours. */
class Neighbourhood {
  readonly trials: readonly ToldTrial[];
  readonly #space: CompiledSpace;
  readonly #points: readonly Float64Array[];
  /** For parameters with few distinct values, the rank of each trial's value; otherwise undefined. */
  readonly #ranks: readonly (readonly number[] | undefined)[];
  readonly #radius: number;

  constructor(space: CompiledSpace, trials: readonly ToldTrial[], radius: number) {
    this.trials = trials;
    this.#space = space;
    this.#points = trials.map((trial) => encode(space, trial.parameters));
    this.#radius = radius;
    this.#ranks = space.names.map((_, d) => {
      const distinct = [...new Set(this.#points.map((point) => point[d]!))].sort((a, b) => a - b);
      // Values that hardly repeat were scattered, not laid out on a grid: their ranks say nothing of distance.
      const scattered = space.names.length > 1 && distinct.length * 2 > trials.length;
      if (distinct.length > fewValues || scattered) return undefined;
      const rank = new Map(distinct.map((value, i) => [value, i]));
      return this.#points.map((point) => rank.get(point[d]!)!);
    });
  }

  #near(a: number, b: number): boolean {
    return this.#space.dimensions.every((dimension, d) => {
      const gap = Math.abs(this.#points[a]![d]! - this.#points[b]![d]!);
      if (dimension.kind === 'categorical') return gap === 0;
      const ranks = this.#ranks[d];
      return ranks === undefined ? gap <= this.#radius : Math.abs(ranks[a]! - ranks[b]!) <= 1;
    });
  }

  of(index: number): readonly number[] {
    return this.trials.flatMap((_, other) => (other !== index && this.#near(index, other) ? [other] : []));
  }
}

/** Sign that makes more of a value better. */
function sense(settings: PlateauSettings): 1 | -1 {
  return settings.direction === 'minimize' ? -1 : 1;
}

function scoreAt(around: Neighbourhood, index: number, settings: PlateauSettings, middle: number): PlateauScore {
  const objective = settings.objective ?? 0;
  const valueOf = (i: number): number => around.trials[i]!.values[objective]!;
  const near = around.of(index).map(valueOf);
  const value = valueOf(index);
  const neighbourMedian = median(near);
  const height = sense(settings) * (value - middle);
  const drop = near.length === 0 || !(height > 0) ? Number.NaN : (sense(settings) * (value - neighbourMedian)) / height;
  const judged = near.length >= (settings.leastNeighbours ?? 2);
  const lonely = judged && drop > (settings.lonelyDrop ?? 0.5);
  let warning = '';
  if (!judged)
    warning = `Only ${near.length} ${near.length === 1 ? 'neighbour of this point was' : 'neighbours of this point were'} tried, so it cannot be told whether it is a lonely peak.`;
  if (lonely) {
    warning = `A lonely peak: ${value.toPrecision(4)} here, but ${neighbourMedian.toPrecision(4)} in the middle of its ${near.length} neighbours and ${middle.toPrecision(4)} of all trials.`;
  }
  const neighbourMean = near.reduce((sum, v) => sum + v, 0) / near.length;
  const neighbourWorst = near.length === 0 ? Number.NaN : sense(settings) * Math.min(...near.map((v) => sense(settings) * v));
  return {
    trial: around.trials[index]!,
    value,
    neighbourMean,
    neighbourMedian,
    neighbourWorst,
    neighbours: near.length,
    drop,
    lonely,
    warning,
  };
}

function neighbourhood(
  space: SearchSpace,
  trials: readonly ToldTrial[],
  settings: PlateauSettings,
): { around: Neighbourhood; middle: number } {
  const objective = settings.objective ?? 0;
  const complete = trials.filter((trial) => Number.isFinite(trial.values[objective]));
  return {
    around: new Neighbourhood(compileSpace(space), complete, settings.radius ?? 0.1),
    middle: median(complete.map((trial) => trial.values[objective]!)),
  };
}

/** How one trial compares with its neighbours in the space. */
export function plateauScore(space: SearchSpace, trials: readonly ToldTrial[], id: number, settings: PlateauSettings = {}): PlateauScore {
  const { around, middle } = neighbourhood(space, trials, settings);
  const index = around.trials.findIndex((trial) => trial.id === id);
  if (index < 0) throw new UserError(`Trial ${id} is not among the successful trials.`);
  return scoreAt(around, index, settings, middle);
}

export interface PlateauReport {
  /** The single best trial, with its warning. */
  readonly peak: PlateauScore;
  /**
   * The centre of the best plateau: the trial that is highest when it and its neighbourhood (itself included, by the median) are both
   * counted at the worse of the two. A low point among high ones is a hole, no centre.
   */
  readonly centre: PlateauScore;
}

/** The highest peak and the centre of the best plateau; undefined when no trial succeeded. */
export function findPlateau(space: SearchSpace, trials: readonly ToldTrial[], settings: PlateauSettings = {}): PlateauReport | undefined {
  const { around, middle } = neighbourhood(space, trials, settings);
  if (around.trials.length === 0) return undefined;
  const objective = settings.objective ?? 0;
  const up = sense(settings);
  const least = settings.leastNeighbours ?? 2;
  let peak = 0;
  let centre = -1;
  let centreMedian = Number.NEGATIVE_INFINITY;
  around.trials.forEach((trial, i) => {
    if (up * trial.values[objective]! > up * around.trials[peak]!.values[objective]!) peak = i;
    const near = around.of(i);
    if (near.length < least) return;
    const own = trial.values[objective]!;
    const middleHere = Math.min(up * own, up * median([i, ...near].map((k) => around.trials[k]!.values[objective]!)));
    if (middleHere > centreMedian) {
      centreMedian = middleHere;
      centre = i;
    }
  });
  return { peak: scoreAt(around, peak, settings, middle), centre: scoreAt(around, centre < 0 ? peak : centre, settings, middle) };
}

/** A heat map of one objective over two parameters: the median of the trials in each cell, NaN where none was tried. Rows are `y`. */
export interface HeatMap {
  readonly x: readonly ParameterValue[];
  readonly y: readonly ParameterValue[];
  readonly cells: readonly Float64Array[];
}

export function heatMap(trials: readonly ToldTrial[], x: string, y: string, objective = 0): HeatMap {
  const distinct = (name: string): ParameterValue[] => {
    const values = [...new Set(trials.map((trial) => trial.parameters[name]))].filter((value) => value !== undefined);
    if (values.length === 0) throw new UserError(`No trial has a parameter "${name}".`);
    return values.sort((a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a) < String(b) ? -1 : 1));
  };
  const columns = distinct(x);
  const rows = distinct(y);
  const cells = rows.map((row) =>
    Float64Array.from(columns, (column) => {
      const inside = trials.filter(
        (trial) => trial.parameters[x] === column && trial.parameters[y] === row && Number.isFinite(trial.values[objective]),
      );
      return median(inside.map((trial) => trial.values[objective]!));
    }),
  );
  return { x: columns, y: rows, cells };
}
