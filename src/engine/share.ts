import { roundToLot } from '#domain';

/** A share of a quantity in whole lots, half to even, at least one; nothing of a share that is none (0, below it, or NaN). */
export function shareOfLots(quantity: number, portion: number, lotSize: number): number {
  if (!(portion > 0)) return 0;
  return roundToLot(Math.max(1, roundHalfEven((quantity / lotSize) * portion)) * lotSize, lotSize);
}

function roundHalfEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  if (rest !== 0.5) return Math.round(value);
  return down % 2 === 0 ? down : down + 1;
}
