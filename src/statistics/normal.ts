/** Density of the standard normal distribution. */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
}

/**
 * Distribution function of the standard normal, to about 1e-15 (relative in the tails, absolute in the middle).
 * Middle: the Taylor series of Marsaglia, "Evaluating the Normal Distribution", JSS 11(4), 2004. Tails: Laplace's
 * continued fraction for the Mills ratio (Abramowitz & Stegun 26.2.14). normalCdf(1.96) = 0.9750021048517795.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < -2.5) return upperTail(-x);
  if (x > 2.5) return 1 - upperTail(x);
  let term = x;
  let sum = x;
  for (let k = 3; Math.abs(term) > 1e-18 && k < 200; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + sum * normalDensity(x);
}

function upperTail(x: number): number {
  if (x > 39) return 0;
  let fraction = x;
  for (let k = 160; k >= 1; k -= 1) fraction = x + k / fraction;
  return normalDensity(x) / fraction;
}

/**
 * Inverse of `normalCdf`. Starts from Abramowitz & Stegun 26.2.23 (error below 4.5e-4) and polishes it with Halley's
 * method on our own distribution function. ±Infinity at 0 and 1, NaN outside. normalQuantile(0.975) = 1.959963984540054.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  if (probability === 0) return Number.NEGATIVE_INFINITY;
  if (probability === 1) return Number.POSITIVE_INFINITY;
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  const t = Math.sqrt(-2 * Math.log(tail));
  const ratio = (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  let x = ratio - t;
  for (let step = 0; step < 4; step += 1) {
    const density = normalDensity(x);
    if (density === 0) break;
    const newton = (normalCdf(x) - tail) / density;
    const move = newton / (1 + 0.5 * x * newton);
    x -= move;
    if (Math.abs(move) < 1e-16 * Math.abs(x)) break;
  }
  return probability < 0.5 ? x : -x;
}
