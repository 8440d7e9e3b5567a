import { createRng } from '#core';
import { barSeries, type BarSeries } from '#domain';
import { long, type Strategy } from '#strategy';
import { HOUR } from './fixtures.ts';

/** Symbols of their own for `calm` bars, in lockstep for `crisis` bars, of their own again for `after` bars. */
export function crisisMarket(symbols: readonly string[], calm: number, crisis: number, after: number, seed = 4): readonly BarSeries[] {
  const rows = calm + crisis + after;
  const rng = createRng(seed);
  const closes = symbols.map(() => new Float64Array(rows));
  const prices = symbols.map(() => 100);
  for (let row = 0; row < rows; row++) {
    const shared = rng.normal();
    const strength = row >= calm && row < calm + crisis ? 0.98 : 0.05;
    symbols.forEach((_, at) => {
      prices[at] = prices[at]! * (1 + 0.004 * (Math.sqrt(strength) * shared + Math.sqrt(1 - strength) * rng.normal()));
      closes[at]![row] = prices[at]!;
    });
  }
  return symbols.map((symbol, at) => {
    const close = closes[at]!;
    const open = close.map((price, row) => (row === 0 ? price : close[row - 1]!));
    return barSeries(symbol, HOUR, {
      time: Float64Array.from({ length: rows }, (_, row) => Date.UTC(2024, 0, 1) + row * HOUR.ms),
      open,
      high: close.map((price, row) => Math.max(price, open[row]!) * 1.001),
      low: close.map((price, row) => Math.min(price, open[row]!) * 0.999),
      close,
      volume: close.map(() => 1e6),
    });
  });
}

/** In whenever it is out: ten units of every symbol behind a wide stop, for sixty bars. */
export function eager(): Strategy {
  return {
    name: 'eager',
    features: {},
    onBar: (context) => (context.position.flat ? long({ stop: { percent: 0.5 }, units: 10, maxBars: 60, reason: 'in' }) : undefined),
  };
}
