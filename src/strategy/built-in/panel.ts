import type { CrossSectionContext } from '../contract.ts';

/** The last closes of several symbols side by side, for strategies that compare whole histories with each other. */
export interface Panel {
  /** Closes by symbol, oldest first; a symbol that has no bar now, too few, or gaps where others have bars is left out. */
  readonly closes: ReadonlyMap<number, Float64Array>;
  /** close/before − 1 by symbol, one fewer than there are closes. */
  readonly returns: ReadonlyMap<number, Float64Array>;
}

/** The panel of the last `count` bars. Whoever has had gaps began longer ago than the others. */
export function panelOf(market: CrossSectionContext, count: number): Panel {
  const known = market.symbols.flatMap((_, symbol) => {
    const history = market.history(symbol, count);
    return history === undefined ? [] : [{ symbol, ...history }];
  });
  const start = known.reduce((latest, { time }) => Math.max(latest, time[0]!), Number.NEGATIVE_INFINITY);
  const aligned = known.filter(({ time }) => time[0] === start);
  return {
    closes: new Map(aligned.map(({ symbol, close }) => [symbol, close])),
    returns: new Map(aligned.map(({ symbol, close }) => [symbol, returnsOf(close)])),
  };
}

function returnsOf(close: Float64Array): Float64Array {
  return Float64Array.from({ length: close.length - 1 }, (_, at) => close[at + 1]! / close[at]! - 1);
}
