import { CusumFilter, EwmDeviation, tripleBarrierLabels } from '#ml';
import { sliceBars, type BarSeries } from '#domain';
import type { PipelineConfig } from './config.ts';
import type { Barriers } from './labelling.ts';
import { TrendSide } from './trend-side.ts';

/** Where a decision is due: its row, how far its barriers lie (a fraction of price), and the primary side, 0 without one. */
export interface Decided {
  readonly row: number;
  readonly width: number;
  readonly side: number;
}

interface Pending {
  readonly row: number;
  readonly volatility: number;
  readonly side: number;
}

/** An event whose outcome has just become known. */
export interface Resolved {
  readonly row: number;
  readonly label: 0 | 1;
}

/**
 * The events of `labelEvents` and their labels, bar by bar. Outcomes are told at the bar that ends them, also of an event whose time
 * limit lies ahead; `labelEvents` leaves those at the end of its bars unresolved.
 */
export class EventStream {
  readonly #barriers: Barriers;
  readonly #cusumMultiple: number;
  readonly #volatility: EwmDeviation;
  readonly #filter = new CusumFilter();
  readonly #trend: TrendSide | undefined;
  #pending: Pending[] = [];

  constructor(barriers: Barriers, { labels }: PipelineConfig) {
    this.#barriers = barriers;
    this.#cusumMultiple = labels.cusumMultiple;
    this.#volatility = new EwmDeviation(labels.volatilitySpan);
    this.#trend = labels.meta ? new TrendSide(labels.volatilitySpan) : undefined;
  }

  /** Takes the next row of `bars`, which end with it. */
  step(bars: BarSeries, row: number): { readonly decided: Decided | undefined; readonly resolved: readonly Resolved[] } {
    const resolved = this.#resolve(bars, row);
    const { close } = bars;
    const volatility = this.#volatility.step(row === 0 ? Number.NaN : close[row]! / close[row - 1]! - 1);
    const side = this.#trend?.step(close[row]!) ?? 0;
    const moved = this.#filter.step(close[row]!, volatility > 0 ? volatility * this.#cusumMultiple : Number.NaN);
    const due = this.#cusumMultiple === 0 ? volatility > 0 : moved;
    if (!due || (this.#trend !== undefined && side === 0)) return { decided: undefined, resolved };
    const decided = { row, width: this.#barriers.width * volatility, side };
    if (volatility > 0) this.#pending.push({ row, volatility, side });
    return { decided, resolved };
  }

  /** The same labelling as the pipeline's, on the few bars since each open event. */
  #resolve(bars: BarSeries, row: number): readonly Resolved[] {
    const resolved: Resolved[] = [];
    this.#pending = this.#pending.filter((event) => {
      const limit = 1 + this.#barriers.maxBars;
      const since = sliceBars(bars, event.row, row + 1);
      const { count, label } = tripleBarrierLabels(since, {
        events: Int32Array.of(0),
        target: new Float64Array(since.length).fill(event.volatility),
        profitTake: this.#barriers.width,
        stopLoss: this.#barriers.width,
        vertical: { kind: 'rows', rows: Int32Array.of(limit < since.length ? limit : -1) },
        anchor: 'signalClose',
        ...(this.#trend === undefined ? {} : { side: new Float64Array(since.length).fill(event.side) }),
      });
      if (count === 0) return true;
      resolved.push({ row: event.row, label: label[0]! > 0 ? 1 : 0 });
      return false;
    });
    return resolved;
  }
}
