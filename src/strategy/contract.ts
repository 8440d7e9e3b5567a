import type { Timestamp } from '#core';
import type { BarSeries, Order, OrderRequest, Trade } from '#domain';
import type { Expression } from '#features';

/**
 * Where a feature's numbers come from: an expression of room `features` (the usual way; live steps the same graph), a column that is already there (one value a bar of the only symbol), or a function of the bars that gives
 * one. Row i may depend on bars 0..i only. NaN means "not known yet".
 */
export type FeatureInput = Expression | Float64Array | ((bars: BarSeries) => Float64Array);

/** A price given outright, as a distance from the close decided on, or as a fraction of it. */
export type PriceLevel = number | { readonly away: number } | { readonly percent: number };

export interface EntryPlan {
  /** Where the idea is wrong. Always needed. */
  readonly stop: PriceLevel;
  readonly target?: PriceLevel;
  readonly maxBars?: number;
  /** Fraction of available margin in (0, 1], or whole units when `units` is given instead; without either the engine's sizer decides. */
  readonly size?: number;
  readonly units?: number;
  /** What the trade is expected to earn before costs, in basis points of its notional: see risk limit `maxCostToEdge`. */
  readonly expectedEdgeBps?: number;
  readonly reason?: string;
}

/** What a strategy wants after a bar, and why. */
export type Decision =
  | { readonly kind: 'long'; readonly plan: EntryPlan }
  | { readonly kind: 'short'; readonly plan: EntryPlan }
  | { readonly kind: 'exit'; readonly reason: string }
  | { readonly kind: 'hold'; readonly reason: string };

export interface PositionView {
  /** Units, signed. */
  readonly quantity: number;
  readonly flat: boolean;
  readonly long: boolean;
  readonly short: boolean;
  /** NaN when flat. */
  readonly averagePrice: number;
  /** Bars since the oldest open lot was filled; 0 when flat. */
  readonly barsHeld: number;
  /** Unrealised profit at the last close, in account currency, fees aside. */
  readonly openProfit: number;
}

export interface AccountView {
  readonly cash: number;
  readonly equity: number;
  readonly availableMargin: number;
}

/** The moment after a bar closed. One object serves the whole run: read it, do not keep it. */
export interface BarContext<Name extends string = string> {
  readonly symbol: string;
  readonly row: number;
  /** Start of the bar just closed. */
  readonly time: Timestamp;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
  /** Features at this bar, and at the one before it. */
  readonly f: Readonly<Record<Name, number>>;
  readonly prior: Readonly<Record<Name, number>>;
  readonly position: PositionView;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  /** Places an order; gives its id, or 0 when risk denied it (the reason is in the decision log). */
  submit(this: void, request: OrderRequest): number;
  cancel(this: void, orderId: number): void;
  cancelAll(this: void): void;
  replace(
    this: void,
    orderId: number,
    change: { readonly quantity?: number; readonly limitPrice?: number; readonly stopPrice?: number },
  ): boolean;
  /** Closes a share (0, 1] of the position at the market; what an order of an earlier bar is still closing counts towards it. */
  closePosition(this: void, portion?: number): void;
  /** Closes a share (0, 1] of what one order opened, at the market. */
  closeLot(this: void, orderId: number, portion?: number): void;
  /** Orders of this strategy and symbol that still work. */
  orders(this: void): readonly Order[];
  /** The open parts of the position, oldest first. */
  lots(this: void): readonly { readonly orderId: number; readonly quantity: number; readonly price: number; readonly row: number }[];
}

/** Starts and closes of bars that follow each other. */
export interface SymbolHistory {
  readonly time: Float64Array;
  readonly close: Float64Array;
}

/** After all symbols of one instant closed: for strategies that rank. Symbols are indexes into `symbols`. */
export interface CrossSectionContext<Name extends string = string> {
  readonly symbols: readonly string[];
  readonly row: number;
  readonly time: Timestamp;
  readonly account: AccountView;
  readonly parameters: Readonly<Record<string, number>>;
  /** True when the symbol has a bar at this instant. */
  present(this: void, symbol: number): boolean;
  close(this: void, symbol: number): number;
  feature(this: void, name: Name, symbol: number): number;
  /** The last `count` bars of a symbol up to this instant, oldest first, as copies; undefined when it has no bar now or had fewer. */
  history(this: void, symbol: number, count: number): SymbolHistory | undefined;
  held(this: void, symbol: number): number;
  /**
   * Says why the symbol is treated as it is at this instant: what `edgewright why` reads back. The last word counts, but a denied order
   * of the instant stands above all words.
   */
  explain(this: void, symbol: number, reason: string): void;
  submit(this: void, request: OrderRequest & { readonly symbol: string }): number;
  /**
   * Market orders that bring each symbol to its weight of equity at the next open, what makes a position smaller first. Symbols not named go
   * to zero.
   * With `stop`, a fraction of the close in (0, 1), an order either only reduces or carries a stop so far away: a paper session asks for that.
   */
  targetWeights(this: void, weights: ReadonlyMap<string, number>, stop?: number): void;
}

/** What a run must have so that a strategy can ever trade; a run without it is refused in one line instead of trading nothing. */
export interface DataNeeds {
  /** At least so many symbols. */
  readonly symbols?: number;
  /** Bars of at most so many milliseconds. */
  readonly longestBarMs?: number;
  /** Names of series that are not in the bars (`external(name)` of room features). */
  readonly externals?: readonly string[];
}

/** The lower contract, which the engine runs. Give one of the two handlers. */
export interface Strategy {
  readonly name: string;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly features: Readonly<Record<string, FeatureInput>>;
  readonly needs?: DataNeeds;
  /** Called while a feature is still NaN too; without it such bars are a hold with the reason "warming up". */
  readonly acceptsMissing?: boolean;
  /** `onBar` has to answer with a decision each time; without it, nothing means nothing to do. */
  readonly mustDecide?: boolean;
  onBar?(context: BarContext): Decision | undefined;
  onInstant?(context: CrossSectionContext): void;
  /** Told of each round trip of its own once the bar that closed it is over, before the strategy is asked again: for sizing that learns. */
  onTrade?(trade: Trade): void;
}
