import { DAY_MS, UserError } from '#core';

/** What happens to a holding without an order. It takes effect before the first bar that starts at or after `time`. */
export type AccountEvent =
  /** `ratio` new units for each old one: 4 for a four-for-one split, 0.1 for a reverse split. Quantities and prices of lots and orders follow. */
  | { readonly kind: 'split'; readonly symbol: string; readonly time: number; readonly ratio: number }
  /** Quote currency a unit: longs receive it, shorts pay it. Orders keep their prices. */
  | { readonly kind: 'dividend'; readonly symbol: string; readonly time: number; readonly perUnit: number }
  /** A fraction of notional that longs pay to shorts, as perpetual futures do; negative the other way round. */
  | { readonly kind: 'funding'; readonly symbol: string; readonly time: number; readonly rate: number }
  /** The symbol ends: orders are canceled, positions closed at `price` a unit (the last close without it; 0 when it is worthless). */
  | { readonly kind: 'delisting'; readonly symbol: string; readonly time: number; readonly price?: number };

/** Yearly rates, accrued by the calendar day (365 a year) on what the account held overnight. */
export interface Financing {
  /** Paid on the value of short positions, by symbol; `default` for the others. */
  readonly borrow?: Readonly<Record<string, number>>;
  /** Received on positive cash, and paid on negative cash (margin debt). */
  readonly creditInterest?: number;
  readonly debitInterest?: number;
}

/** Money that moved without a fill. */
export interface AccountCredit {
  readonly kind: 'dividend' | 'funding' | 'borrow' | 'interest';
  readonly time: number;
  /** Whose position it was for. Both are empty for interest: see `CreditShare` for its shares. */
  readonly strategy: string;
  readonly symbol: string;
  /** In account currency; positive was received. */
  readonly amount: number;
}

/** Events of a run in their order, checked against its symbols. */
export function sortedEvents(events: readonly AccountEvent[], symbols: readonly string[]): readonly AccountEvent[] {
  for (const event of events) {
    if (!symbols.includes(event.symbol))
      throw new UserError(`there is a ${event.kind} for ${event.symbol}, which is not in this run`, `It has: ${symbols.join(', ')}.`);
    if (!Number.isFinite(event.time)) throw new UserError(`a ${event.kind} of ${event.symbol} has no time`, 'Give UTC milliseconds.');
    if (event.kind === 'split' && !(event.ratio > 0 && Number.isFinite(event.ratio)))
      throw new UserError(
        `a split needs a positive ratio, got ${event.ratio} for ${event.symbol}`,
        'Four for one is 4, one for ten is 0.1.',
      );
    const amount = amountOf(event);
    if (!Number.isFinite(amount) || (event.kind === 'delisting' && amount < 0))
      throw new UserError(
        `a ${event.kind} of ${event.symbol} cannot be ${amount}`,
        'Give a number; a delisting needs a price from 0, or none.',
      );
  }
  return events.toSorted((one, other) => one.time - other.time);
}

function amountOf(event: AccountEvent): number {
  switch (event.kind) {
    case 'split':
      return event.ratio;
    case 'dividend':
      return event.perUnit;
    case 'funding':
      return event.rate;
    case 'delisting':
      return event.price ?? 0;
  }
}

/** Rates that are no numbers would make the cash of an account none, in silence. */
export function checkRates(maintenanceMargin: number | undefined, financing: Financing | undefined): void {
  if (maintenanceMargin !== undefined && !(maintenanceMargin >= 0 && maintenanceMargin < 1))
    throw new UserError(`a maintenance margin is a share of the exposure, got ${maintenanceMargin}`, 'For 25 % give 0.25.');
  const { borrow = {}, creditInterest = 0, debitInterest = 0 } = financing ?? {};
  for (const [name, rate] of Object.entries({ ...borrow, creditInterest, debitInterest })) {
    if (!Number.isFinite(rate)) throw new UserError(`the yearly rate ${name} cannot be ${rate}`, 'For 3 % give 0.03.');
  }
}

/** Whole days (UTC) that passed between two instants: nights for which a position is financed. */
export function nightsBetween(from: number, to: number): number {
  return Math.max(0, Math.floor(to / DAY_MS) - Math.floor(from / DAY_MS));
}

/** What one symbol's short position costs for some nights: value · rate · nights / 365; negative, since it is paid. Long positions cost nothing here. */
export function borrowCharge(net: number, mark: number, multiplier: number, yearlyRate: number, nights: number): number {
  return net >= 0 ? 0 : (net * mark * multiplier * yearlyRate * nights) / 365;
}

/** Interest on a cash balance for some nights: received when positive, paid when it is debt. */
export function cashInterest(cash: number, financing: Financing, nights: number): number {
  const rate = cash >= 0 ? (financing.creditInterest ?? 0) : (financing.debitInterest ?? 0);
  return (cash * rate * nights) / 365;
}
