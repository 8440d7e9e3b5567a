import { close, high, low, open, type Expression } from './expression.ts';
import { delay, log, sma, std, variance } from './functions.ts';

/* Range-based volatility of one bar (not annualised), over n bars; see Yang and Zhang (2000) for the family. */

const upToOpen = log(high.div(open));
const downToOpen = log(low.div(open));
const body = log(close.div(open));
const span = log(high.div(low));

/** Standard deviation of log returns. */
export const closeToCloseVolatility = (n: number): Expression => std(log(close.div(delay(close, 1))), n);
/** Parkinson (1980): √(mean ln(H/L)² / 4 ln 2). */
export const parkinsonVolatility = (n: number): Expression =>
  sma(span.power(2), n)
    .div(4 * Math.LN2)
    .sqrt();
/** Garman and Klass (1980): √mean(½ ln(H/L)² − (2 ln 2 − 1) ln(C/O)²). */
export const garmanKlassVolatility = (n: number): Expression =>
  sma(
    span
      .power(2)
      .mul(0.5)
      .sub(body.power(2).mul(2 * Math.LN2 - 1)),
    n,
  ).sqrt();
const rogersSatchell = upToOpen.mul(upToOpen.sub(body)).add(downToOpen.mul(downToOpen.sub(body)));
/** Rogers and Satchell (1991): free of drift. */
export const rogersSatchellVolatility = (n: number): Expression => sma(rogersSatchell, n).sqrt();
/** Yang and Zhang (2000): overnight variance + k·open-to-close variance + (1−k)·Rogers-Satchell, k = 0.34/(1.34 + (n+1)/(n−1)). */
export function yangZhangVolatility(n: number): Expression {
  const k = 0.34 / (1.34 + (n + 1) / (n - 1));
  const overnight = log(open.div(delay(close, 1)));
  return variance(overnight, n)
    .add(variance(body, n).mul(k))
    .add(sma(rogersSatchell, n).mul(1 - k))
    .sqrt();
}
