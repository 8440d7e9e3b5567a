import { UserError } from '#core';
import { outputsOf, type Expression } from './expression.ts';

/* Ehlers's cycle measures by TA-Lib's conventions. TA-Lib's own examples give them the middle of the bar; freqtrade the close. */

/** Period of the dominant cycle in bars, 6 to 50. */
export const dominantCyclePeriod = (x: Expression): Expression => outputsOf('dominantcycle', [x])[0]!;
export function cyclePhasor(x: Expression): { inPhase: Expression; quadrature: Expression } {
  const [, inPhase, quadrature] = outputsOf('dominantcycle', [x]) as readonly [Expression, Expression, Expression];
  return { inPhase, quadrature };
}
/** Phase of the dominant cycle in degrees. */
export const dominantCyclePhase = (x: Expression): Expression => outputsOf('cyclephase', [x])[0]!;
export function cycleSine(x: Expression): { sine: Expression; leadSine: Expression } {
  const [, sine, leadSine] = outputsOf('cyclephase', [x]) as readonly [Expression, Expression, Expression];
  return { sine, leadSine };
}
/** The price averaged over its dominant cycle. */
export const instantaneousTrend = (x: Expression): Expression => outputsOf('cyclephase', [x])[3]!;
/** 1 in a trend, 0 in a cycle. */
export const trendMode = (x: Expression): Expression => outputsOf('cyclephase', [x])[4]!;
/** The MESA adaptive average and the average that follows it; the limits are of their factors. */
export function mama(x: Expression, fastLimit = 0.5, slowLimit = 0.05): { mama: Expression; fama: Expression } {
  if (!(slowLimit > 0 && slowLimit <= fastLimit && fastLimit < 1))
    throw new UserError(`MAMA limits of ${fastLimit} and ${slowLimit} are not possible`, 'Use 0 < slow ≤ fast < 1, such as 0.5 and 0.05.');
  const [line, following] = outputsOf('mesa', [x], [fastLimit, slowLimit]) as readonly [Expression, Expression];
  return { mama: line, fama: following };
}
