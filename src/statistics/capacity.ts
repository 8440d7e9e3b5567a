import { type Column, quantileOfSorted } from './moments.ts';

/**
 * The account at which nineteen of twenty fills would still take at most `participation` (a tenth) of their bar's volume, in account
 * currency, for a strategy whose orders grow with its equity: the 5 % quantile over fills of equity · participation · volume / quantity.
 * `equity` is that at the fill. Worked: 100 shares of a bar's 10,000 at an equity of 50,000 leave room for ten times as much, 500,000.
 * Fills on bars without a volume are left out; NaN when none is left.
 */
export function estimatedCapacity(
  fills: { readonly quantity: Column; readonly volume: Column; readonly equity: Column },
  participation = 0.1,
): number {
  const { quantity, volume, equity } = fills;
  const largest: number[] = [];
  for (let fill = 0; fill < quantity.length; fill++)
    if (quantity[fill]! > 0 && volume[fill]! > 0 && equity[fill]! > 0)
      largest.push((equity[fill]! * participation * volume[fill]!) / quantity[fill]!);
  return largest.length === 0 ? Number.NaN : quantileOfSorted(Float64Array.from(largest).sort(), 0.05);
}
