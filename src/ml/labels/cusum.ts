import { UserError } from '#core';

/**
 * Symmetric CUSUM filter: the rows at which the log return accumulated since the last event on a side leaves the threshold
 * (Lopez de Prado 2018, section 2.5.2.1). Strictly beyond; the falling side is tested first; only the side that fired starts again.
 * `threshold` is one log-return size for all rows or one a row; a row whose threshold or price is missing fires nothing.
 */
export function cusumEvents(close: Float64Array, threshold: number | Float64Array): Int32Array {
  const fixed = typeof threshold === 'number';
  if (fixed && !(threshold > 0))
    throw new UserError(`the CUSUM threshold must be above 0, got ${threshold}`, 'It is a log return, e.g. 0.01.');
  if (!fixed && threshold.length !== close.length) {
    throw new UserError(`the CUSUM threshold has ${threshold.length} rows, the close has ${close.length}`, 'Give one number or one a row.');
  }
  const rows = new Int32Array(close.length);
  const filter = new CusumFilter();
  let count = 0;
  for (let row = 0; row < close.length; row++) if (filter.step(close[row]!, fixed ? threshold : threshold[row]!)) rows[count++] = row;
  return rows.slice(0, count);
}

/** The filter close by close, for what comes bar by bar. */
export class CusumFilter {
  #before = Number.NaN;
  #rising = 0;
  #falling = 0;

  /** Whether the move since the last event leaves the threshold with this close. */
  step(close: number, threshold: number): boolean {
    const change = Math.log(close) - Math.log(this.#before);
    this.#before = close;
    if (Number.isNaN(change)) return false;
    this.#rising = Math.max(0, this.#rising + change);
    this.#falling = Math.min(0, this.#falling + change);
    if (this.#falling < -threshold) this.#falling = 0;
    else if (this.#rising > threshold) this.#rising = 0;
    else return false;
    return true;
  }
}
