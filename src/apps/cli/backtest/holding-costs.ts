import type { BacktestAccount } from '#backtest';
import { UserError } from '#core';

/** What it costs, or brings, to hold, and when a broker ends it. */
export type HoldingCosts = Pick<BacktestAccount, 'maintenanceMargin' | 'financing'>;

export interface HoldingWishes {
  readonly maintenanceMargin?: string;
  readonly borrow?: readonly string[];
  readonly interest?: string;
}

/** `--maintenance-margin 25%`, `--borrow 1% GME=30%`, `--interest 2%/6%`; nothing of what was not asked for. */
export function parseHoldingCosts({ maintenanceMargin, borrow, interest }: HoldingWishes): HoldingCosts {
  const financing = {
    ...(borrow === undefined ? {} : { borrow: borrowRates(borrow) }),
    ...(interest === undefined ? {} : interestRates(interest)),
  };
  return {
    ...(maintenanceMargin === undefined ? {} : { maintenanceMargin: marginOf(maintenanceMargin) }),
    ...(Object.keys(financing).length === 0 ? {} : { financing }),
  };
}

function marginOf(given: string): number {
  const margin = fraction(given);
  if (margin > 0 && margin < 1) return margin;
  throw new UserError(`--maintenance-margin cannot be "${given}"`, 'It is a part of what is held: --maintenance-margin 25%');
}

/** `1%` for all that is short, `GME=30%` for one symbol. */
function borrowRates(given: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.lastIndexOf('=');
      const rate = fraction(text.slice(at + 1));
      if (!(rate >= 0) || at === 0) throw new UserError(`--borrow cannot be "${text}"`, 'Give a yearly rate: --borrow 1% GME=30%');
      return [at < 0 ? 'default' : text.slice(0, at), rate];
    }),
  );
}

/** `received/paid`, or one rate for both. */
function interestRates(given: string): { readonly creditInterest: number; readonly debitInterest: number } {
  const [received = Number.NaN, paid = received, ...more] = given.split('/').map(fraction);
  if (!Number.isFinite(received) || !Number.isFinite(paid) || more.length > 0)
    throw new UserError(`--interest cannot be "${given}"`, 'Give yearly rates, received on cash and paid on debt: --interest 2%/6%');
  return { creditInterest: received, debitInterest: paid };
}

/** `3%` or `0.03`; NaN for anything else, and for what can only be a percentage without its sign. */
function fraction(text: string): number {
  const [, digits, percent] = /^\s*(-?\d+(?:\.\d+)?)\s*(%?)\s*$/.exec(text) ?? [];
  if (digits === undefined) return Number.NaN;
  const value = Number(digits);
  if (percent === '%') return value / 100;
  return Math.abs(value) < 1 ? value : Number.NaN;
}
