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
  let count = 0;
  let rising = 0;
  let falling = 0;
  for (let row = 1; row < close.length; row++) {
    const change = Math.log(close[row]!) - Math.log(close[row - 1]!);
    if (Number.isNaN(change)) continue;
    rising = Math.max(0, rising + change);
    falling = Math.min(0, falling + change);
    const limit = fixed ? threshold : threshold[row]!;
    if (falling < -limit) {
      falling = 0;
      rows[count++] = row;
    } else if (rising > limit) {
      rising = 0;
      rows[count++] = row;
    }
  }
  return rows.slice(0, count);
}
