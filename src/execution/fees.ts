import { UserError } from '#core';

/** What a venue or broker charges for one fill, in account currency. `sum` adds schedules up. */
export type FeeSchedule =
  | { readonly kind: 'none' }
  /** Basis points of notional, by liquidity. */
  | { readonly kind: 'proportional'; readonly makerBps: number; readonly takerBps: number }
  /** A fixed amount an execution plus a fraction of notional. */
  | { readonly kind: 'fixed_plus'; readonly fixed: number; readonly fraction: number }
  /** An amount a share, at least `minimum`, at most `maximumFraction` of notional (the cap wins over the minimum), an order: parts pay it together. */
  | { readonly kind: 'per_share'; readonly perShare: number; readonly minimum: number; readonly maximumFraction: number }
  /** Sales only: a fraction of notional (the SEC's section 31 fee) and an amount a share with a cap (FINRA's TAF). */
  | { readonly kind: 'regulatory'; readonly saleFraction: number; readonly perShareSold: number; readonly perShareCap: number }
  /** Maker and taker rates that fall with the notional traded so far in the run. `from` ascends and starts at 0. */
  | { readonly kind: 'tiers'; readonly tiers: readonly { readonly from: number; readonly makerBps: number; readonly takerBps: number }[] }
  | { readonly kind: 'sum'; readonly of: readonly FeeSchedule[] }
  /** Billed in whole steps of a currency (0.01, or 1 yen): each execution's fee to the nearest, half a step up. */
  | { readonly kind: 'rounded'; readonly step: number; readonly of: FeeSchedule };

/** What an order has traded before a fill, where its parts share a minimum. */
export interface TradedBefore {
  readonly units: number;
  readonly notional: number;
}

/** Fee of a fill; units positive, price a unit, notional = units · price · multiplier, `turnover` the notional traded before it. */
export type FeeFunction = (
  units: number,
  notional: number,
  maker: boolean,
  sale: boolean,
  turnover: number,
  before?: TradedBefore,
) => number;

/** Alpaca and most US brokers in 2025: no commission, the regulatory fees on sales. */
export const US_EQUITY_FEES: FeeSchedule = { kind: 'regulatory', saleFraction: 0.0000278, perShareSold: 0.000166, perShareCap: 8.3 };

export function feeFunction(schedule: FeeSchedule): FeeFunction {
  switch (schedule.kind) {
    case 'none':
      return () => 0;
    case 'proportional': {
      const maker = schedule.makerBps / 10_000;
      const taker = schedule.takerBps / 10_000;
      return (_units, notional, isMaker) => notional * (isMaker ? maker : taker);
    }
    case 'fixed_plus':
      return (_units, notional) => schedule.fixed + schedule.fraction * notional;
    case 'per_share':
      return (units, notional, _maker, _sale, _turnover, before) =>
        before === undefined
          ? perShareFee(schedule, units, notional)
          : perShareFee(schedule, before.units + units, before.notional + notional) - perShareFee(schedule, before.units, before.notional);
    case 'regulatory':
      return (units, notional, _maker, sale) =>
        sale ? schedule.saleFraction * notional + Math.min(schedule.perShareSold * units, schedule.perShareCap) : 0;
    case 'tiers':
      return tiered(schedule.tiers);
    case 'sum': {
      const parts = schedule.of.map(feeFunction);
      return (units, notional, maker, sale, turnover, before) => {
        let fee = 0;
        for (const part of parts) fee += part(units, notional, maker, sale, turnover, before);
        return fee;
      };
    }
    case 'rounded':
      return rounded(feeFunction(schedule.of), schedule.step);
  }
}

/** Counted in steps through the reciprocal where that is whole, so that 3 cents are 0.03; half a step is one up to the rounding of a product. */
function rounded(fee: FeeFunction, step: number): FeeFunction {
  if (!(step > 0)) throw new UserError(`fees cannot be rounded to ${step}`, 'Give the smallest amount that is billed, e.g. 0.01.');
  const inverse = Math.round(1 / step);
  const whole = Math.abs(inverse * step - 1) < 1e-12;
  return (...of) => {
    const exact = fee(...of);
    return whole ? Math.round(exact * inverse + 1e-9) / inverse : Math.round(exact / step + 1e-9) * step;
  };
}

type PerShare = Extract<FeeSchedule, { kind: 'per_share' }>;

function perShareFee({ perShare, minimum, maximumFraction }: PerShare, units: number, notional: number): number {
  return Math.min(Math.max(perShare * units, minimum), maximumFraction * notional);
}

function tiered(tiers: Extract<FeeSchedule, { kind: 'tiers' }>['tiers']): FeeFunction {
  if (tiers[0]?.from !== 0) throw new UserError('fee tiers must start at 0', 'Give the first tier "from: 0".');
  return (_units, notional, maker, _sale, turnover) => {
    let tier = tiers[0]!;
    for (const next of tiers) if (turnover >= next.from) tier = next;
    return (notional * (maker ? tier.makerBps : tier.takerBps)) / 10_000;
  };
}
