import { UserError } from '#core';
import type { BarrierLabels } from './triple-barrier.ts';

/**
 * Secondary labels for a primary side: 1 where following the side earned more than `roundTripCost` (a fraction of price), else 0
 * (Lopez de Prado 2018, section 3.6). Labels must have been made with a side.
 */
export function metaLabels(labels: BarrierLabels, roundTripCost = 0): Int8Array {
  for (let index = 0; index < labels.count; index++) {
    if (labels.side[index] === 0)
      throw new UserError('meta-labels need labels that were made with a side', 'Pass the primary side to tripleBarrierLabels.');
  }
  return Int8Array.from(labels.return, (gain) => (gain > roundTripCost ? 1 : 0));
}

/** The error function by its all-positive series; relative error about 1e-15. */
function errorFunction(x: number): number {
  const size = Math.abs(x);
  if (size > 6) return Math.sign(x);
  let term = size;
  let sum = size;
  for (let n = 1; term > sum * 1e-17; n++) {
    term *= (2 * size * size) / (2 * n + 1);
    sum += term;
  }
  return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-size * size) * sum;
}

/** Nearest integer, halves to the even one, so that a size is not biased upwards. */
function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

export interface ProbabilityBetOptions {
  /** Number of classes the probability was predicted over. Default 2. */
  readonly classes?: number;
  /** Round to multiples of this; 0 (default) leaves the size continuous. */
  readonly step?: number;
}

/**
 * Bet size in [-1, 1] from the probability of the predicted side: side * (2 * Phi(z) - 1), z = (p - 1/k) / sqrt(p (1 - p))
 * (Lopez de Prado 2018, snippet 10.1). Worked: p = 0.711, side +1, two classes gives 0.3584.
 */
export function betSizeFromProbability(probability: number, side: number, options: ProbabilityBetOptions = {}): number {
  const { classes = 2, step = 0 } = options;
  if (!(probability >= 0 && probability <= 1)) throw new UserError(`a probability lies in [0, 1], got ${probability}`);
  const edge = probability - 1 / classes;
  // At 0 and 1 the variance vanishes: a full bet in the edge's direction.
  const z = edge === 0 ? 0 : edge / Math.sqrt(probability * (1 - probability));
  const size = side * errorFunction(z / Math.SQRT2);
  if (step <= 0) return size;
  return Math.max(-1, Math.min(1, roundHalfEven(size / step) * step));
}

/** Mean size over the bets alive at each row: bet i is alive over t0[i] .. t1[i] - 1 (it is closed at t1). One value a row, 0 when none is. */
export function averageActiveBets(
  spans: { readonly t0: Int32Array; readonly t1: Int32Array },
  size: Float64Array,
  length: number,
): Float64Array {
  const sum = new Float64Array(length + 1);
  const count = new Int32Array(length + 1);
  for (let index = 0; index < size.length; index++) {
    const from = spans.t0[index]!;
    const to = Math.min(spans.t1[index]!, length);
    sum[from]! += size[index]!;
    sum[to]! -= size[index]!;
    count[from]! += 1;
    count[to]! -= 1;
  }
  const result = new Float64Array(length);
  let alive = 0;
  let total = 0;
  for (let row = 0; row < length; row++) {
    alive += count[row]!;
    total += sum[row]!;
    result[row] = alive > 0 ? total / alive : 0;
  }
  return result;
}

export type BetFunction = 'sigmoid' | 'power';

export interface DynamicBet {
  /** Size in [-1, 1]. */
  readonly size: number;
  /** Target position in whole units, cut towards zero. */
  readonly targetPosition: number;
  /** Worst average price at which moving there breaks even with the size function; NaN when nothing is to be traded. */
  readonly limitPrice: number;
}

/** The width w that gives bet size `size` at divergence `divergence` between forecast and price (snippet 10.4). */
export function calibrateBetWidth(divergence: number, size: number, kind: BetFunction = 'sigmoid'): number {
  if (!(size > 0 && size < 1) || divergence === 0)
    throw new UserError(`a bet width needs 0 < size < 1 and a divergence, got ${size} and ${divergence}`);
  if (kind === 'sigmoid') return divergence * divergence * (1 / (size * size) - 1);
  if (!(Math.abs(divergence) < 1)) throw new UserError(`the power function needs |divergence| < 1, got ${divergence}`, 'Use sigmoid.');
  return Math.log(size) / Math.log(Math.abs(divergence));
}

function sizeAt(width: number, divergence: number, kind: BetFunction): number {
  if (kind === 'sigmoid') return divergence / Math.sqrt(width + divergence * divergence);
  return divergence === 0 ? 0 : Math.sign(divergence) * Math.abs(divergence) ** width;
}

function priceAtSize(forecast: number, width: number, size: number, kind: BetFunction): number {
  if (kind === 'sigmoid') return forecast - size * Math.sqrt(width / (1 - size * size));
  return size === 0 ? forecast : forecast - Math.sign(size) * Math.abs(size) ** (1 / width);
}

/**
 * Size, target position and limit price for a forecast price (Lopez de Prado 2018, section 10.6). The limit price is the mean of the
 * break-even prices over every unit from position to target, in either direction; the published loop only walks the long side right,
 * so shorts and reductions differ from it on purpose. Worked: position 0 of 100, price 100, forecast 115, width for 10 -> 0.95:
 * target 97 at 112.3657.
 */
export function dynamicBet(input: {
  readonly width: number;
  readonly position: number;
  readonly maxPosition: number;
  readonly price: number;
  readonly forecast: number;
  readonly kind?: BetFunction;
}): DynamicBet {
  const { width, position, maxPosition, price, forecast, kind = 'sigmoid' } = input;
  const size = sizeAt(width, forecast - price, kind);
  const targetPosition = Math.trunc(size * maxPosition);
  if (targetPosition === position) return { size, targetPosition, limitPrice: Number.NaN };
  const direction = Math.sign(targetPosition - position);
  let sum = 0;
  for (let unit = position + direction; unit !== targetPosition + direction; unit += direction)
    sum += priceAtSize(forecast, width, unit / maxPosition, kind);
  return { size, targetPosition, limitPrice: sum / Math.abs(targetPosition - position) };
}
