/** A part of a position that one order opened. `quantity` is signed. */
export interface Lot {
  readonly orderId: number;
  quantity: number;
  readonly price: number;
  readonly time: number;
  readonly row: number;
  /** Entry fee still to be booked to trades, in proportion to what closes. */
  fee: number;
  readonly tag: string;
}

/** Average entry price of lots, weighted by units; NaN when there are none. */
export function averagePrice(lots: readonly Lot[]): number {
  let units = 0;
  let notional = 0;
  for (const lot of lots) {
    units += lot.quantity;
    notional += lot.quantity * lot.price;
  }
  return units === 0 ? Number.NaN : notional / units;
}

export function sumOf(book: readonly Lot[]): number {
  if (book.length === 1) return book[0]!.quantity;
  let units = 0;
  for (const lot of book) units += lot.quantity;
  return clean(units);
}

/** Quantities live on lots of at least 1e-9; what is smaller is the rounding of a difference. */
export function clean(quantity: number): number {
  return Math.abs(quantity) < 1e-10 ? 0 : quantity;
}
