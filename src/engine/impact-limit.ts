import {
  defaultPreTradeRules,
  feeFunction,
  preTradeVerdict,
  type ExecutionProfile,
  type FeeFunction,
  type MeasuredMarket,
  type PreTradeRules,
  type SymbolColumns,
  type WorkingOrder,
} from '#execution';
import type { Ledger } from '#portfolio';
import type { CompiledLimits, RiskDecision } from '#risk';

/** What is read of the engine to reckon what an order will cost. */
export interface ImpactBook {
  readonly ledger: Pick<Ledger, 'multiplier' | 'turnover'>;
  readonly symbols: readonly string[];
  readonly columns: readonly SymbolColumns[];
  /** Start of the bars of the instant in hand. */
  readonly time: number;
  readonly venue: {
    readonly profile: ExecutionProfile;
    measured(symbol: number, local: number): MeasuredMarket | undefined;
  };
}

/** What the fill model charges beside impact. */
interface SideCosts {
  readonly fee: FeeFunction;
  readonly rules: PreTradeRules;
  /** Of both sides together, slippage among it. */
  readonly spreadBps: number;
}

type Refusal = Extract<RiskDecision, { kind: 'refused' }>;

/** Mean of |x| of a standard normal x. */
const MEAN_HALF_NORMAL = Math.sqrt(2 / Math.PI);

/**
 * The veto on orders whose costs eat their edge. Costs are what the run's own fill model expects of the round trip: impact from the volume
 * and volatility measured up to the bar just closed, spread, slippage and a taker's fees. The edge is the order's `expectedEdgeBps`, else
 * the lesser of the limit's and what its target earns. Where volume, volatility or edge is unknown, the order is
 * refused: nothing is guessed.
 */
export class ImpactLimit {
  readonly #limits: CompiledLimits;
  readonly #book: ImpactBook;
  #made: SideCosts | undefined;

  constructor(limits: CompiledLimits, book: ImpactBook) {
    this.#limits = limits;
    this.#book = book;
  }

  /** The refusal of an order that would open `units`; `close` is the last price of its symbol. */
  judge(order: WorkingOrder, units: number, close: number, expectedEdgeBps: number | undefined): Refusal | undefined {
    const name = this.#book.symbols[order.symbol]!;
    const price = firstPrice(order.limit, order.stop, close);
    const edge = expectedEdgeBps ?? Math.min(this.#limits.expectedEdgeBps, targetBps(order, price));
    if (edge === Number.POSITIVE_INFINITY) {
      return refuse(
        'impact_unknown',
        `The expected edge of this ${name} order is unknown; give it a target or expectedEdgeBps, or set risk.expectedEdgeBps.`,
      );
    }
    const market = this.#book.venue.measured(order.symbol, this.#lastRow(order.symbol));
    const { fee, rules, spreadBps } = this.#costs();
    const notional = units * price * this.#book.ledger.multiplier(order.symbol);
    const { turnover } = this.#book.ledger;
    const fees = (fee(units, notional, false, false, turnover) + fee(units, notional, false, true, turnover)) / 2;
    // Volume and volatility of a bar serve as those of a day: in the square-root law their ratio does not depend on the length of time.
    const request = { quantity: units, dailyVolume: market?.meanVolume, dailyVolatility: market?.sigma, spreadBps };
    const verdict = preTradeVerdict({ ...request, feeBps: (fees / notional) * 10_000 }, edge, rules);
    switch (verdict.kind) {
      case 'accepted':
        return undefined;
      case 'unknown':
        return refuse('impact_unknown', `The bars of ${name} up to here tell no volume or volatility; its impact is not guessed.`);
      case 'vetoed':
        return refuse(
          'impact_eats_edge',
          `${verdict.reason} Costs may eat ${Number((this.#limits.maxCostToEdge * 100).toFixed(2))} % of it.`,
        );
    }
  }

  /** Made at the first order: the venue is not there yet when the limits are. */
  #costs(): SideCosts {
    return (this.#made ??= this.#make());
  }

  #make(): SideCosts {
    const { fees, halfSpreadBps, spreadOn, slippageBps, randomSlippageBps, impactY } = this.#book.venue.profile;
    const spread = halfSpreadBps * (spreadOn === 'both' ? 2 : 1);
    return {
      fee: feeFunction(fees),
      rules: {
        ...defaultPreTradeRules,
        coefficient: impactY,
        maxCostToEdge: this.#limits.maxCostToEdge,
        maxParticipation: Number.POSITIVE_INFINITY,
      },
      spreadBps: spread + 2 * (slippageBps + MEAN_HALF_NORMAL * randomSlippageBps),
    };
  }

  /** The symbol's last bar that starts at this instant or before. */
  #lastRow(symbol: number): number {
    const { time, length } = this.#book.columns[symbol]!;
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (time[middle]! <= this.#book.time) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

const refuse = (code: Refusal['code'], reason: string): Refusal => ({ kind: 'refused', code, reason });
const firstPrice = (limit: number, stop: number, close: number): number =>
  Number.isNaN(limit) ? (Number.isNaN(stop) ? close : stop) : limit;

/** What the order earns if its target is reached, in basis points; infinity without a target. */
function targetBps({ takeProfit, direction }: WorkingOrder, price: number): number {
  return Number.isNaN(takeProfit) ? Number.POSITIVE_INFINITY : direction * (takeProfit / price - 1) * 10_000;
}
