import { mean, quantileOfSorted } from './moments.ts';

/** One fill of an order. */
export interface ExecutionFill {
  readonly time: number;
  readonly quantity: number;
  readonly price: number;
  /** Account currency, positive is paid. */
  readonly fee: number;
  /** Middle of the market at the fill, when known. */
  readonly midPrice?: number;
}

/** One finished order: what was decided, when, at which market, and what came of it. Times in UTC milliseconds. */
export interface ExecutionRecord {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Units asked for, positive. */
  readonly quantity: number;
  /** Market when the decision was made, and when the order reached the venue (default: the decision's). */
  readonly decisionPrice: number;
  readonly arrivalPrice?: number;
  readonly decisionTime: number;
  readonly sentTime: number;
  readonly acknowledgedTime?: number;
  /** Market when the order ended, for the unfilled part; without it that part costs nothing. */
  readonly endPrice?: number;
  readonly outcome: 'filled' | 'cancelled' | 'rejected' | 'expired';
  readonly fills: readonly ExecutionFill[];
}

/**
 * Implementation shortfall (Perold 1988) in account currency; positive is a cost. total = delay + trading + opportunity + fees,
 * which is the paper portfolio's profit at the decision price less the real one's, both marked at `endPrice`.
 */
export interface ImplementationShortfall {
  /** Decision to arrival, on what was filled. */
  readonly delay: number;
  /** Arrival to fill prices. */
  readonly trading: number;
  /** Decision to end price, on what was not filled. */
  readonly opportunity: number;
  readonly fees: number;
  readonly total: number;
  /** Over quantity × decision price. */
  readonly totalBps: number;
}

export function implementationShortfall(record: ExecutionRecord): ImplementationShortfall {
  const sign = record.side === 'buy' ? 1 : -1;
  const arrival = record.arrivalPrice ?? record.decisionPrice;
  let filled = 0;
  let paid = 0;
  let fees = 0;
  for (const fill of record.fills) {
    filled += fill.quantity;
    paid += fill.quantity * fill.price;
    fees += fill.fee;
  }
  const left = Math.max(0, record.quantity - filled);
  const delay = sign * filled * (arrival - record.decisionPrice);
  const trading = sign * (paid - filled * arrival);
  const opportunity = record.endPrice === undefined ? 0 : sign * left * (record.endPrice - record.decisionPrice);
  const total = delay + trading + opportunity + fees;
  const notional = record.quantity * record.decisionPrice;
  return { delay, trading, opportunity, fees, total, totalBps: notional > 0 ? (total / notional) * 10_000 : Number.NaN };
}

/** Serialisable state of the accumulator: plain numbers and arrays, safe for JSON. */
export interface ExecutionQualityState {
  readonly orders: number;
  readonly outcomes: Readonly<Record<ExecutionRecord['outcome'], number>>;
  readonly quantityShare: number;
  readonly fills: number;
  readonly notional: number;
  readonly decisionNotional: number;
  readonly delay: number;
  readonly trading: number;
  readonly opportunity: number;
  readonly fees: number;
  /** Notional-weighted sums: slippage × notional, and the notional it was weighed by. */
  readonly arrivalBpsWeighted: number;
  readonly midBpsWeighted: number;
  readonly midNotional: number;
  /** The last observations, oldest first, at most `EXECUTION_QUALITY_WINDOW` each: for the quantiles. */
  readonly arrivalBps: readonly number[];
  readonly acknowledgeMs: readonly number[];
  readonly firstFillMs: readonly number[];
}

/** How many observations the quantiles remember. */
export const EXECUTION_QUALITY_WINDOW = 10_000;

export function emptyExecutionQuality(): ExecutionQualityState {
  return {
    orders: 0,
    outcomes: { filled: 0, cancelled: 0, rejected: 0, expired: 0 },
    quantityShare: 0,
    fills: 0,
    notional: 0,
    decisionNotional: 0,
    delay: 0,
    trading: 0,
    opportunity: 0,
    fees: 0,
    arrivalBpsWeighted: 0,
    midBpsWeighted: 0,
    midNotional: 0,
    arrivalBps: [],
    acknowledgeMs: [],
    firstFillMs: [],
  };
}

/** The state with one more finished order in it. Pure: fold it over a journal, or keep it running and save it as JSON. */
export function observeExecution(state: ExecutionQualityState, record: ExecutionRecord): ExecutionQualityState {
  const shortfall = implementationShortfall(record);
  const sign = record.side === 'buy' ? 1 : -1;
  const arrival = record.arrivalPrice ?? record.decisionPrice;
  let { notional, arrivalBpsWeighted, midBpsWeighted, midNotional } = state;
  let filled = 0;
  let arrivalSum = 0;
  for (const fill of record.fills) {
    const worth = fill.quantity * fill.price;
    const slippage = ((sign * (fill.price - arrival)) / arrival) * 10_000;
    filled += fill.quantity;
    notional += worth;
    arrivalBpsWeighted += slippage * worth;
    arrivalSum += slippage * fill.quantity;
    if (fill.midPrice === undefined) continue;
    midBpsWeighted += ((sign * (fill.price - fill.midPrice)) / fill.midPrice) * 10_000 * worth;
    midNotional += worth;
  }
  const first = record.fills[0];
  return {
    orders: state.orders + 1,
    outcomes: { ...state.outcomes, [record.outcome]: state.outcomes[record.outcome] + 1 },
    quantityShare: state.quantityShare + Math.min(1, filled / record.quantity),
    fills: state.fills + record.fills.length,
    notional,
    decisionNotional: state.decisionNotional + record.quantity * record.decisionPrice,
    delay: state.delay + shortfall.delay,
    trading: state.trading + shortfall.trading,
    opportunity: state.opportunity + shortfall.opportunity,
    fees: state.fees + shortfall.fees,
    arrivalBpsWeighted,
    midBpsWeighted,
    midNotional,
    arrivalBps: remember(state.arrivalBps, filled > 0 ? arrivalSum / filled : undefined),
    acknowledgeMs: remember(
      state.acknowledgeMs,
      record.acknowledgedTime === undefined ? undefined : record.acknowledgedTime - record.sentTime,
    ),
    firstFillMs: remember(state.firstFillMs, first === undefined ? undefined : first.time - record.sentTime),
  };
}

function remember(values: readonly number[], value: number | undefined): readonly number[] {
  if (value === undefined || Number.isNaN(value)) return values;
  return [...(values.length >= EXECUTION_QUALITY_WINDOW ? values.slice(1) : values), value];
}

export interface Quantiles {
  readonly count: number;
  readonly average: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export interface ExecutionQualityReport {
  readonly orders: number;
  readonly outcomes: ExecutionQualityState['outcomes'];
  readonly fills: number;
  readonly notional: number;
  /** Share of orders filled to the end, and mean share of the quantity that was filled. */
  readonly fillRate: number;
  readonly quantityFillRate: number;
  /** Notional-weighted slippage, positive is a cost. */
  readonly slippageArrivalBps: number;
  readonly slippageMidBps: number;
  readonly slippage: Quantiles;
  readonly acknowledgeMs: Quantiles;
  readonly firstFillMs: Quantiles;
  readonly shortfall: ImplementationShortfall;
}

/** The report of a state, or of a list of records. Figures without observations are NaN. */
export function executionQualityReport(source: ExecutionQualityState | readonly ExecutionRecord[]): ExecutionQualityReport {
  const state = isRecords(source) ? source.reduce(observeExecution, emptyExecutionQuality()) : source;
  const share = (part: number, whole: number): number => (whole > 0 ? part / whole : Number.NaN);
  const { delay, trading, opportunity, fees } = state;
  const total = delay + trading + opportunity + fees;
  return {
    orders: state.orders,
    outcomes: state.outcomes,
    fills: state.fills,
    notional: state.notional,
    fillRate: share(state.outcomes.filled, state.orders),
    quantityFillRate: share(state.quantityShare, state.orders),
    slippageArrivalBps: share(state.arrivalBpsWeighted, state.notional),
    slippageMidBps: share(state.midBpsWeighted, state.midNotional),
    slippage: quantilesOf(state.arrivalBps),
    acknowledgeMs: quantilesOf(state.acknowledgeMs),
    firstFillMs: quantilesOf(state.firstFillMs),
    shortfall: { delay, trading, opportunity, fees, total, totalBps: share(total * 10_000, state.decisionNotional) },
  };
}

function isRecords(source: ExecutionQualityState | readonly ExecutionRecord[]): source is readonly ExecutionRecord[] {
  return Array.isArray(source);
}

function quantilesOf(values: readonly number[]): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const at = (p: number): number => quantileOfSorted(sorted, p);
  return { count: values.length, average: mean(values), p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
