export type AssetClass = 'us_equity' | 'crypto' | 'fx' | 'index' | 'synthetic';

/** What is traded, and in which steps. Prices and quantities off these steps are rounded only here. */
export interface Instrument {
  readonly symbol: string;
  readonly assetClass: AssetClass;
  /** Quote currency: that of its prices, fees and dividends. */
  readonly currency: string;
  /** Smallest price step, in currency a unit. */
  readonly tickSize: number;
  /** Smallest quantity step, in units. */
  readonly lotSize: number;
  /** Smallest quantity of an order, in units. */
  readonly minQuantity: number;
  /** Smallest notional of an order, in currency; 0 when the venue has none. */
  readonly minNotional: number;
  /** Units of the underlying a contract moves; 1 for stocks and spot. */
  readonly multiplier: number;
}

const DEFAULTS: Readonly<Record<AssetClass, Omit<Instrument, 'symbol' | 'assetClass'>>> = {
  us_equity: { currency: 'USD', tickSize: 0.01, lotSize: 1, minQuantity: 1, minNotional: 0, multiplier: 1 },
  crypto: { currency: 'USDT', tickSize: 1e-8, lotSize: 1e-8, minQuantity: 1e-8, minNotional: 0, multiplier: 1 },
  fx: { currency: 'USD', tickSize: 0.00001, lotSize: 1, minQuantity: 1, minNotional: 0, multiplier: 1 },
  index: { currency: 'USD', tickSize: 0.01, lotSize: 0.001, minQuantity: 0.001, minNotional: 0, multiplier: 1 },
  synthetic: { currency: 'USD', tickSize: 0.0001, lotSize: 1, minQuantity: 1, minNotional: 0, multiplier: 1 },
};

/** An instrument with the usual steps of its class; pass what differs. */
export function instrument(symbol: string, assetClass: AssetClass, differing: Partial<Instrument> = {}): Instrument {
  return { ...DEFAULTS[assetClass], ...differing, symbol, assetClass };
}

/** Nearest tick at or beyond the price in a direction: `down`, `up` or `nearest`. Exact for ticks that are decimal fractions. */
export function roundToTick(price: number, tickSize: number, direction: 'down' | 'up' | 'nearest' = 'nearest'): number {
  const ticks = price / tickSize;
  const whole = Math.round(ticks);
  const exact =
    Math.abs(ticks - whole) < 1e-6 ? whole : direction === 'down' ? Math.floor(ticks) : direction === 'up' ? Math.ceil(ticks) : whole;
  return fromSteps(exact, tickSize);
}

/** The largest whole number of lots not above the quantity (towards zero), as a quantity. */
export function roundToLot(quantity: number, lotSize: number): number {
  const lots = quantity / lotSize;
  const whole = Math.round(lots);
  const exact = Math.abs(lots - whole) < 1e-6 ? whole : Math.trunc(lots);
  return fromSteps(exact, lotSize);
}

/** steps · size, through the reciprocal when that is a whole number, so that 3 × 0.1 is 0.3. */
function fromSteps(steps: number, size: number): number {
  const inverse = Math.round(1 / size);
  return size < 1 && Math.abs(inverse * size - 1) < 1e-12 ? steps / inverse : steps * size;
}
