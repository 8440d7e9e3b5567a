import { UserError } from '#core';
import { sliceBars, type BarSeries } from '#domain';
import { tripleBarrierLabels, type BarrierLabels, type TripleBarrierOptions } from './triple-barrier.ts';
import { averageUniqueness } from './uniqueness.ts';

export interface BarrierGrid {
  readonly profitTakes: readonly number[];
  /** Not used without a side, where both barriers lie at the profit multiple. */
  readonly stopLosses: readonly number[];
  /** Vertical barriers in bars. */
  readonly horizonBars: readonly number[];
}

export interface CalibrateBarriersOptions
  extends Pick<TripleBarrierOptions, 'events' | 'target' | 'side' | 'minReturn' | 'entry' | 'touch' | 'anchor' | 'labelRule'> {
  readonly grid: BarrierGrid;
  /** Rows [0, trainEndRow) are the training part; nothing at or after it is looked at. */
  readonly trainEndRow: number;
  /** Fees, spread and slippage of entry and exit together, as a fraction of price. */
  readonly roundTripCost: number;
  /** A cell with fewer labels scores 0. Default 50. */
  readonly minLabels?: number;
}

/** One cell of the grid with every part of its score, so that the choice can be read and argued with. */
export interface BarrierCell {
  readonly profitTake: number;
  readonly stopLoss: number;
  readonly horizonBars: number;
  readonly labels: number;
  readonly ups: number;
  readonly downs: number;
  readonly flats: number;
  /** Share of labels ended by the vertical barrier. */
  readonly verticalShare: number;
  readonly meanHoldingBars: number;
  /** Entropy of up against down over its maximum: 1 = balanced. */
  readonly balance: number;
  /** Sum of average uniqueness: the number of labels that tell something of their own. */
  readonly effectiveLabels: number;
  /** `effectiveLabels` over the grid's largest, square root, as standard errors shrink with the root. */
  readonly information: number;
  /** Share of labels whose absolute return exceeds the round-trip cost. */
  readonly costCoverage: number;
  /** balance * information * costCoverage * (1 - verticalShare / 2); 0 with too few labels. */
  readonly score: number;
}

export interface BarrierCalibration {
  readonly best: BarrierCell;
  /** Every cell, in grid order (horizon slowest, then profit, then stop). */
  readonly table: readonly BarrierCell[];
  readonly objective: string;
}

export const BARRIER_OBJECTIVE = 'balance * sqrt(effective labels / largest) * share of |return| above cost * (1 - vertical share / 2)';

/**
 * Chooses barrier multiples and horizon on the TRAINING rows only, over the whole deterministic grid. The objective asks for labels
 * that are balanced, many in the sense of uniqueness, worth more than their costs and decided by price rather than by time; it does not
 * look at any model's success. Ties go to the first cell. Throws `UserError` when no cell scores above 0.
 */
export function calibrateBarriers(series: BarSeries, options: CalibrateBarriersOptions): BarrierCalibration {
  const { grid, trainEndRow } = options;
  if (!(trainEndRow > 0 && trainEndRow <= series.length))
    throw new UserError(`the training part ends at row ${trainEndRow}, outside 1..${series.length}`);
  const train = sliceBars(series, 0, trainEndRow);
  const events = options.events.filter((row) => row < trainEndRow);
  const stops = options.side === undefined ? [0] : grid.stopLosses;
  const cells: Omit<BarrierCell, 'information' | 'score'>[] = [];
  for (const horizonBars of grid.horizonBars) {
    for (const profitTake of grid.profitTakes) {
      for (const stop of stops) {
        const stopLoss = options.side === undefined ? profitTake : stop;
        cells.push(measure(train, events, options, { profitTake, stopLoss, horizonBars }));
      }
    }
  }
  const table = scored(cells, options.minLabels ?? 50);
  const best = table.reduce<BarrierCell | undefined>((top, cell) => (top === undefined || cell.score > top.score ? cell : top), undefined);
  if (best === undefined || best.score <= 0) {
    throw new UserError(
      'no barrier setting gives usable labels on the training part',
      'Use more history, a lower event threshold, wider barriers, or check the costs.',
    );
  }
  return { best, table, objective: BARRIER_OBJECTIVE };
}

function measure(
  train: BarSeries,
  events: Int32Array,
  options: CalibrateBarriersOptions,
  at: { readonly profitTake: number; readonly stopLoss: number; readonly horizonBars: number },
): Omit<BarrierCell, 'information' | 'score'> {
  const labels = tripleBarrierLabels(train, {
    events,
    target: options.target.subarray(0, train.length),
    profitTake: at.profitTake,
    stopLoss: at.stopLoss,
    vertical: { kind: 'bars', bars: at.horizonBars },
    ...(options.side === undefined ? {} : { side: Array.prototype.slice.call(options.side, 0, train.length) as number[] }),
    ...(options.minReturn === undefined ? {} : { minReturn: options.minReturn }),
    ...(options.entry === undefined ? {} : { entry: options.entry }),
    ...(options.touch === undefined ? {} : { touch: options.touch }),
    ...(options.anchor === undefined ? {} : { anchor: options.anchor }),
    ...(options.labelRule === undefined ? {} : { labelRule: options.labelRule }),
  });
  return { ...at, ...summary(labels, options.roundTripCost, train.length) };
}

function summary(labels: BarrierLabels, cost: number, length: number) {
  let ups = 0;
  let downs = 0;
  let verticals = 0;
  let held = 0;
  let covered = 0;
  for (let index = 0; index < labels.count; index++) {
    if (labels.label[index]! > 0) ups++;
    else if (labels.label[index]! < 0) downs++;
    if (labels.barrier[index] === 0) verticals++;
    held += labels.t1[index]! - labels.t0[index]!;
    if (Math.abs(labels.return[index]!) > cost) covered++;
  }
  const count = labels.count;
  let effectiveLabels = 0;
  for (const value of averageUniqueness(labels, length)) effectiveLabels += value;
  return {
    labels: count,
    ups,
    downs,
    flats: count - ups - downs,
    verticalShare: count === 0 ? 0 : verticals / count,
    meanHoldingBars: count === 0 ? 0 : held / count,
    balance: balanceOf(ups, downs),
    effectiveLabels,
    costCoverage: count === 0 ? 0 : covered / count,
  };
}

function balanceOf(ups: number, downs: number): number {
  if (ups === 0 || downs === 0) return 0;
  const up = ups / (ups + downs);
  return -(up * Math.log2(up) + (1 - up) * Math.log2(1 - up));
}

function scored(cells: readonly Omit<BarrierCell, 'information' | 'score'>[], minLabels: number): readonly BarrierCell[] {
  const largest = cells.reduce((most, cell) => Math.max(most, cell.effectiveLabels), 0);
  return cells.map((cell) => {
    const information = largest > 0 ? Math.sqrt(cell.effectiveLabels / largest) : 0;
    const score = cell.labels < minLabels ? 0 : cell.balance * information * cell.costCoverage * (1 - cell.verticalShare / 2);
    return { ...cell, information, score };
  });
}
