import { didYouMean, UserError } from '#core';
import type { FeeSchedule } from './fees.ts';

/**
 * Which fills a simulated venue grants. Every field is one named, pure model; a profile is a set of them.
 */
export interface ExecutionProfile {
  readonly name: string;
  /** `next_open`: a market order fills at the open of the next bar. `previous_close`: at the close it was decided on (optimistic). */
  readonly marketFill: 'next_open' | 'previous_close';
  /** Bars between a decision and the first bar that may fill it; 1 is the next bar. */
  readonly latencyBars: number;
  /** Time that an order, a cancel or a replacement takes to reach the venue: it acts from the first bar (or finer bar) that opens then or later. */
  readonly latencyMs: number;
  /**
   * `through`: the price must trade beyond a limit (we stand last in the queue). `touch`: reaching it is enough. `queue`: a touch works off
   * the volume estimated ahead of us and fills what it exceeds it by; a price beyond the limit fills all.
   */
  readonly limitFill: 'through' | 'touch' | 'queue';
  /** The queue that a limit joins, as a share of the volume of the bar before it came to rest. */
  readonly queueAhead: number;
  /** The share of a bar's volume taken to have traded at its extreme; a bar of one price trades all of it there. */
  readonly queueTouchShare: number;
  /** A limit that the open already beats fills at the open (`true`), or at its limit, but never outside the bar. */
  readonly limitImproves: boolean;
  /** How a stop-limit that triggers inside a bar may still fill in it: `reference` (marketable at the trigger, or resting there and met after it: by the bar's range when its open triggered, else by its close), `pessimistic` (needs the limit on the far side of the stop) or `close` (LEAN's: the stop must be traded through and the close be on the good side of the limit; fills at the worse of extreme and limit). */
  readonly stopLimitFill: 'reference' | 'pessimistic' | 'close';
  /** Exits of an entry that itself filled inside the bar: `pessimistic` lets the stop hit in that bar, never the target; `next_bar` waits. */
  readonly entryBarExits: 'pessimistic' | 'next_bar';
  /**
   * `over`: a trailing stop moves with bars that are over. `within`: a bar goes to its better extreme first, fills targets there and takes the
   * stop along, and only then falls back on it (freqtrade's rule); in the stop's own first bar it is then hit at the first price it had.
   */
  readonly trailing: 'over' | 'within';
  /** A stop that the last price has passed already when it is sent, or moved there: it `triggers` where the next bar is still there, its open first, or is `rejected` (a change of one is refused). */
  readonly stopInMarket: 'triggers' | 'rejected';
  /** `open_first`: market orders meet the open before anything inside the bar, where a rise or a fall meets the nearest order first. `queue`: strictly in queue order, however far an order lies, protective stops in front; a last bar that is run again is run for all that waits then. */
  readonly sequence: 'open_first' | 'queue';
  /** Half the quoted spread, paid by takers. */
  readonly halfSpreadBps: number;
  /** `both` sides pay the spread, or what opens does, resting orders too (as in backtesting.py); other costs are not touched by it. */
  readonly spreadOn: 'both' | 'entry';
  /** Further slippage of takers: a fixed cost, and a random part (half-normal with this scale). */
  readonly slippageBps: number;
  readonly randomSlippageBps: number;
  /** The most of a bar's volume that our orders may take; infinity switches the cap off, otherwise a bar without volume fills nothing. */
  readonly volumeCap: number;
  /** Square-root impact: Y·σ·√(quantity/volume) with the symbol's own σ and volume of the last `impactWindow` bars; 0 is off. */
  readonly impactY: number;
  readonly impactWindow: number;
  readonly fees: FeeSchedule;
  /** One fill, and so one fixed fee, a lot that closes (as backtesting.py charges), or one an order. */
  readonly feesPerLot: boolean;
  /** Where open positions are marked when margin is checked at a fill: the fill's own moment, or the close of that bar. */
  readonly marginMark: 'open' | 'close';
  /** An opening order beyond the margin is `refused` whole or `reduced` to what fits. */
  readonly beyondMargin: 'refused' | 'reduced';
  /** How the account's equity is added up: `cash` plus positions, exactly; `trades`: settled and open profits in a running sum, which may differ in the last digit. */
  readonly valuation: 'cash' | 'trades';
}

const BASE: ExecutionProfile = {
  name: 'base',
  marketFill: 'next_open',
  latencyBars: 1,
  latencyMs: 0,
  limitFill: 'through',
  queueAhead: 1,
  queueTouchShare: 0.1,
  limitImproves: true,
  stopLimitFill: 'reference',
  entryBarExits: 'pessimistic',
  trailing: 'over',
  stopInMarket: 'triggers',
  sequence: 'open_first',
  halfSpreadBps: 1,
  spreadOn: 'both',
  slippageBps: 1,
  randomSlippageBps: 0,
  volumeCap: 0.1,
  impactY: 1,
  impactWindow: 100,
  fees: { kind: 'proportional', makerBps: 1, takerBps: 1 },
  feesPerLot: false,
  marginMark: 'open',
  beyondMargin: 'refused',
  valuation: 'cash',
};

const PROFILES: Readonly<Record<string, ExecutionProfile>> = {
  frictionless: {
    ...BASE,
    name: 'frictionless',
    halfSpreadBps: 0,
    slippageBps: 0,
    volumeCap: Number.POSITIVE_INFINITY,
    impactY: 0,
    fees: { kind: 'none' },
  },
  /** The rules of backtesting.py: one queue, touched limits, spread on entry only, margin marked at the bar's close, equity added up by trades. */
  backtesting_py: {
    ...BASE,
    name: 'backtesting_py',
    limitFill: 'touch',
    stopLimitFill: 'pessimistic',
    entryBarExits: 'next_bar',
    sequence: 'queue',
    halfSpreadBps: 0,
    spreadOn: 'entry',
    slippageBps: 0,
    volumeCap: Number.POSITIVE_INFINITY,
    impactY: 0,
    fees: { kind: 'none' },
    feesPerLot: true,
    marginMark: 'close',
    valuation: 'trades',
  },
  /** The default equity fills and fees of LEAN (Interactive Brokers' fee schedule). */
  lean: {
    ...BASE,
    name: 'lean',
    stopLimitFill: 'close',
    halfSpreadBps: 0,
    slippageBps: 0,
    volumeCap: Number.POSITIVE_INFINITY,
    impactY: 0,
    fees: { kind: 'per_share', perShare: 0.005, minimum: 1, maximumFraction: 0.005 },
  },
  optimistic: {
    ...BASE,
    name: 'optimistic',
    limitFill: 'touch',
    halfSpreadBps: 0,
    slippageBps: 0,
    volumeCap: 0.25,
    impactY: 0.5,
    fees: { kind: 'proportional', makerBps: 0, takerBps: 0.5 },
  },
  base: BASE,
  harsh: {
    ...BASE,
    name: 'harsh',
    limitImproves: false,
    halfSpreadBps: 3,
    slippageBps: 3,
    randomSlippageBps: 2,
    volumeCap: 0.025,
    impactY: 1.5,
    fees: { kind: 'proportional', makerBps: 5, takerBps: 10 },
  },
};

/** `frictionless`, `optimistic`, `base` (the default: what a careful trader would expect) or `harsh`, with the fields that differ. */
export function executionProfile(name: string = 'base', differing: Partial<ExecutionProfile> = {}): ExecutionProfile {
  const found = PROFILES[name];
  if (!found)
    throw new UserError(
      `unknown execution profile "${name}"`,
      didYouMean(name, Object.keys(PROFILES)) || `Use one of: ${Object.keys(PROFILES).join(', ')}.`,
    );
  for (const key of Object.keys(differing)) {
    if (!(key in BASE))
      throw new UserError(
        `unknown execution setting "${key}"`,
        didYouMean(key, Object.keys(BASE)) || `Known: ${Object.keys(BASE).join(', ')}.`,
      );
  }
  const profile = { ...found, ...differing };
  for (const [key, value] of Object.entries(profile)) {
    if (typeof value === 'number' && !(value >= 0))
      throw new UserError(`the execution setting ${key} cannot be ${value}`, 'Give a number from 0.');
  }
  if (!(profile.latencyBars >= 1)) throw new UserError(`latencyBars cannot be ${profile.latencyBars}`, 'The next bar is 1.');
  return profile;
}

/** The same profile with every cost (spread, slippage, impact, fees) multiplied: for the cost ladder 0/1/2/4×. */
export function scaleCosts(profile: ExecutionProfile, factor: number): ExecutionProfile {
  return {
    ...profile,
    name: `${profile.name}×${factor}`,
    halfSpreadBps: profile.halfSpreadBps * factor,
    slippageBps: profile.slippageBps * factor,
    randomSlippageBps: profile.randomSlippageBps * factor,
    impactY: profile.impactY * factor,
    fees: scaleFees(profile.fees, factor),
  };
}

function scaleFees(fees: FeeSchedule, factor: number): FeeSchedule {
  switch (fees.kind) {
    case 'none':
      return fees;
    case 'proportional':
      return { ...fees, makerBps: fees.makerBps * factor, takerBps: fees.takerBps * factor };
    case 'fixed_plus':
      return { ...fees, fixed: fees.fixed * factor, fraction: fees.fraction * factor };
    case 'per_share':
      return { ...fees, perShare: fees.perShare * factor, minimum: fees.minimum * factor, maximumFraction: fees.maximumFraction * factor };
    case 'regulatory':
      return {
        ...fees,
        saleFraction: fees.saleFraction * factor,
        perShareSold: fees.perShareSold * factor,
        perShareCap: fees.perShareCap * factor,
      };
    case 'tiers':
      return {
        ...fees,
        tiers: fees.tiers.map((tier) => ({ ...tier, makerBps: tier.makerBps * factor, takerBps: tier.takerBps * factor })),
      };
    case 'sum':
      return { ...fees, of: fees.of.map((part) => scaleFees(part, factor)) };
    case 'rounded':
      return { ...fees, of: scaleFees(fees.of, factor) };
  }
}
