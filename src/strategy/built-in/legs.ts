import type { CrossSectionContext } from '../contract.ts';

/** Buys (1) or sells short (−1) for so much money at the next open, with a stop a fraction of the price away. False when it was denied. */
export function openLeg(market: CrossSectionContext, symbol: number, direction: 1 | -1, notional: number, stop: number): boolean {
  const id = market.submit({
    symbol: market.symbols[symbol]!,
    side: direction > 0 ? 'buy' : 'sell',
    type: 'market',
    size: { kind: 'notional', notional },
    stopLoss: market.close(symbol) * (1 - direction * stop),
  });
  return id !== 0;
}

/** Closes what is held of a symbol at the next open. */
export function closeLeg(market: CrossSectionContext, symbol: number): void {
  const held = market.held(symbol);
  if (held === 0) return;
  market.submit({
    symbol: market.symbols[symbol]!,
    side: held > 0 ? 'sell' : 'buy',
    type: 'market',
    size: Math.abs(held),
    reduceOnly: true,
  });
}
