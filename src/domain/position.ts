/** What is held of one symbol, for one strategy or for the account. */
export interface Position {
  readonly symbol: string;
  readonly strategy: string;
  /** Units; negative is short. */
  readonly quantity: number;
  /** Average entry price of the open lots; NaN when flat. */
  readonly averagePrice: number;
}
