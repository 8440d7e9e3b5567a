import { UserError } from '#core';
import type { BarSeries } from '#domain';

/**
 * When a label ends at the latest. `bars`: held for that many bars. `time`: at the first bar starting at or after that much time.
 * `rows`: one row an event, -1 for none. Under the next-open convention holding starts at the entry bar and ends at the OPEN of the
 * vertical row; under the close convention it starts at the decision's close and ends at the vertical row's close.
 */
export type VerticalBarrier =
  | { readonly kind: 'bars'; readonly bars: number }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'rows'; readonly rows: Int32Array }
  | { readonly kind: 'none' };

/** The vertical row of each event; `series.length` where it lies beyond the data, -1 where there is none. */
export function verticalRows(series: BarSeries, events: Int32Array, vertical: VerticalBarrier, entryAtNextOpen: boolean): Int32Array {
  const shift = entryAtNextOpen ? 1 : 0;
  const rows = new Int32Array(events.length).fill(-1);
  if (vertical.kind === 'bars') {
    if (!Number.isInteger(vertical.bars) || vertical.bars < 1)
      throw new UserError(`the vertical barrier must be a positive number of bars, got ${vertical.bars}`);
    for (let index = 0; index < events.length; index++) rows[index] = Math.min(series.length, events[index]! + shift + vertical.bars);
  } else if (vertical.kind === 'time') {
    if (!(vertical.ms > 0)) throw new UserError(`the vertical barrier must be a positive time, got ${vertical.ms} ms`);
    let row = 0;
    for (let index = 0; index < events.length; index++) {
      const entryRow = events[index]! + shift;
      const due = entryRow < series.length ? series.time[entryRow]! + vertical.ms : Number.POSITIVE_INFINITY;
      while (row < series.length && series.time[row]! < due) row++;
      rows[index] = row;
    }
  } else if (vertical.kind === 'rows') {
    if (vertical.rows.length !== events.length)
      throw new UserError(`${vertical.rows.length} vertical rows for ${events.length} events`, 'Give one an event, -1 for none.');
    for (let index = 0; index < events.length; index++) {
      const row = vertical.rows[index]!;
      if (row >= 0 && row <= events[index]! + shift) throw new UserError(`event ${index}: its vertical row ${row} is not after its entry`);
      rows[index] = row;
    }
  }
  return rows;
}
