import { UserError } from '#core';
import type { LabelledEvents } from './labelling.ts';

/** Features of one symbol, one row a bar. */
export interface FeatureColumns {
  readonly symbol: string;
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
}

/** Events of all symbols in time order (ties by symbol), with the features known at each. Unresolved events are in it, label NaN. */
export interface SampleSet {
  readonly count: number;
  readonly names: readonly string[];
  readonly columns: readonly Float64Array[];
  readonly symbols: readonly string[];
  /** Place of each sample's symbol in `symbols`. */
  readonly symbol: Float64Array;
  readonly row: Float64Array;
  readonly time: Float64Array;
  readonly endTime: Float64Array;
  readonly label: Float64Array;
  readonly outcome: Float64Array;
  readonly width: Float64Array;
  readonly side: Float64Array;
  readonly uniqueness: Float64Array;
}

const EVENT_COLUMNS = ['row', 'time', 'endTime', 'label', 'outcome', 'width', 'side', 'uniqueness'] as const;

/** Joins features and events by row and sorts by time. Throws `UserError` when symbols disagree on features or nothing is left. */
export function stackSamples(features: readonly FeatureColumns[], events: readonly LabelledEvents[]): SampleSet {
  const names = features[0]?.names ?? [];
  const order: { readonly symbol: number; readonly index: number; readonly time: number }[] = [];
  events.forEach((table, symbol) => {
    for (let index = 0; index < table.time.length; index++) order.push({ symbol, index, time: table.time[index]! });
  });
  if (order.length === 0) throw new UserError('there is not one event to learn from', 'Give more bars, or lower labels.cusumMultiple.');
  order.sort((a, b) => a.time - b.time || a.symbol - b.symbol || a.index - b.index);
  features.forEach((table, at) => {
    if (table.symbol !== events[at]?.symbol || table.names.join() !== names.join())
      throw new UserError(`the features of ${table.symbol} do not fit its labels`, 'Run the pipeline with --fresh.');
  });
  const gather = (name: (typeof EVENT_COLUMNS)[number]) => Float64Array.from(order, ({ symbol, index }) => events[symbol]![name][index]!);
  return {
    count: order.length,
    names,
    columns: names.map((_, column) =>
      Float64Array.from(order, ({ symbol, index }) => features[symbol]!.columns[column]![events[symbol]!.row[index]!]!),
    ),
    symbols: features.map((table) => table.symbol),
    symbol: Float64Array.from(order, ({ symbol }) => symbol),
    row: gather('row'),
    time: gather('time'),
    endTime: gather('endTime'),
    label: gather('label'),
    outcome: gather('outcome'),
    width: gather('width'),
    side: gather('side'),
    uniqueness: gather('uniqueness'),
  };
}

/** The samples at those places, in that order. */
export function takeSamples(samples: SampleSet, at: ArrayLike<number>): SampleSet {
  const pick = (column: Float64Array) => Float64Array.from({ length: at.length }, (_, index) => column[at[index]!]!);
  return {
    ...samples,
    count: at.length,
    columns: samples.columns.map(pick),
    symbol: pick(samples.symbol),
    row: pick(samples.row),
    time: pick(samples.time),
    endTime: pick(samples.endTime),
    label: pick(samples.label),
    outcome: pick(samples.outcome),
    width: pick(samples.width),
    side: pick(samples.side),
    uniqueness: pick(samples.uniqueness),
  };
}

export interface SeamSplit {
  /** Resolved samples whose outcome was known before the seam. */
  readonly train: Int32Array;
  /** Samples decided at or after the seam plus the embargo, resolved or not. */
  readonly validation: Int32Array;
  /** Samples decided before the seam whose outcome reaches it: used for nothing. */
  readonly purged: number;
}

/** Training against validation by the instant of the seam, purged: a label that reaches into validation trains nothing. */
export function splitAtSeam(samples: SampleSet, seam: number): SeamSplit {
  const train: number[] = [];
  const validation: number[] = [];
  let purged = 0;
  for (let index = 0; index < samples.count; index++) {
    if (samples.time[index]! >= seam) validation.push(index);
    else if (samples.endTime[index]! < seam) train.push(index);
    else purged++;
  }
  if (train.length < 50)
    throw new UserError(
      `only ${train.length} labelled events lie before the seam; a model needs at least 50`,
      'Give more bars, or lower labels.cusumMultiple.',
    );
  if (validation.length < 20)
    throw new UserError(
      `only ${validation.length} events lie after the seam; a verdict needs at least 20`,
      'Give more bars, or lower model.trainFraction.',
    );
  return { train: Int32Array.from(train), validation: Int32Array.from(validation), purged };
}
