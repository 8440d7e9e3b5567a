import type { CompiledLimits } from './limits.ts';
import type { RefusalCode } from './gate.ts';

/** The books at the moment of a fill, in account currency, with the traded symbol apart from the others. */
export interface OpeningMoment {
  /** As refusals name it. */
  readonly symbol: string;
  /** 1 buys, −1 sells. */
  readonly direction: number;
  /** Account currency of one unit at the price that the limits are held against. */
  readonly value: number;
  /** Equity at that price, the fees of the fill taken off. */
  readonly equity: number;
  /** Σ |position| and Σ position of the other symbols. */
  readonly othersGross: number;
  readonly othersNet: number;
  /** Signed units of the symbol, whatever the same fill closes already gone. */
  readonly held: number;
  /** Signed units of the side that the order adds to: `held`, or the lots of one side where both live side by side. */
  readonly side: number;
  /** Units of the symbol that count as gross: |held|, or both sides together. */
  readonly grossUnits: number;
  /** Long and short lots live side by side: buying does not work off what is short. */
  readonly hedging: boolean;
}

/** How many units may open, and the limit that says so; no code when none does. */
export interface OpeningRoom {
  readonly units: number;
  readonly code: Extract<RefusalCode, 'concentration' | 'gross_exposure' | 'net_exposure'> | undefined;
}

/** True when any of the limits that a fill is held against is set. */
export function limitsExposure({ maxGrossExposure, maxNetExposure, maxConcentration }: CompiledLimits): boolean {
  return Math.min(maxGrossExposure, maxNetExposure, maxConcentration) !== Number.POSITIVE_INFINITY;
}

/**
 * The most units that may open so that concentration, gross and net exposure hold once they are booked. What brings the symbol's
 * position closer to zero is never held back, whatever the limits.
 * Worked: equity 10,000, nothing held, price 100, concentration 0.5: 50 units.
 */
export function openingRoom(limits: CompiledLimits, moment: OpeningMoment): OpeningRoom {
  const { direction, value, othersGross, othersNet, held, side, grossUnits, hedging } = moment;
  const equity = Math.max(0, moment.equity);
  // What is held against the order's direction is worked off first.
  const against = hedging ? 0 : Math.max(0, -direction * held);
  const towards = grossUnits - against;
  let units = Number.POSITIVE_INFINITY;
  let code: OpeningRoom['code'];
  const allow = (limit: number, room: number, name: NonNullable<OpeningRoom['code']>): void => {
    if (limit === Number.POSITIVE_INFINITY) return;
    const most = Math.max(against, room);
    if (most < units) [units, code] = [most, name];
  };
  allow(limits.maxConcentration, (limits.maxConcentration * equity) / value - direction * side, 'concentration');
  allow(limits.maxGrossExposure, (limits.maxGrossExposure * equity - othersGross) / value - towards + against, 'gross_exposure');
  allow(limits.maxNetExposure, (limits.maxNetExposure * equity - direction * othersNet) / value - direction * held, 'net_exposure');
  return { units, code };
}

/** The sentence of a refusal at a fill that would have opened so many units. */
export function openingReason(
  limits: CompiledLimits,
  moment: OpeningMoment,
  units: number,
  code: NonNullable<OpeningRoom['code']>,
): string {
  const { symbol, direction, value, equity, othersGross, othersNet, held, side, grossUnits, hedging } = moment;
  const signed = direction * units;
  const times = (amount: number): string => String(Number((amount / equity).toPrecision(8)));
  if (!(equity > 0)) return `Equity is ${Number(equity.toPrecision(8))} at the fill; nothing may be opened.`;
  switch (code) {
    case 'concentration':
      return `${symbol} would be ${times(Math.abs(side + signed) * value)} times equity at the fill; the limit is ${limits.maxConcentration}.`;
    case 'gross_exposure': {
      const own = hedging ? grossUnits + units : Math.abs(held + signed);
      return `Gross exposure would be ${times(othersGross + own * value)} times equity at the fill; the limit is ${limits.maxGrossExposure}.`;
    }
    case 'net_exposure':
      return `Net exposure would be ${times(direction * (othersNet + (held + signed) * value))} times equity at the fill; the limit is ${limits.maxNetExposure}.`;
  }
}
