import { feeFunction, floorToLot, type ExecutionProfile, type FeeFunction, type WorkingOrder } from '#execution';
import type { Instrument } from '#domain';
import type { Ledger } from '#portfolio';
import { openingReason, openingRoom, type OpeningMoment, type OpeningRoom } from '#risk';
import type { OrderGate } from './risk-gate.ts';

/** What is read of the engine when an order is about to open a position. */
export interface FillBook {
  readonly ledger: Ledger;
  readonly symbols: readonly string[];
  readonly strategyNames: readonly string[];
  readonly marks: Float64Array;
  readonly hedging: boolean;
}

/** What a limit took off a fill or a change of an order, to be told in the decision log of its lane. */
export interface LimitNote {
  readonly strategy: number;
  readonly symbol: number;
  readonly text: string;
}

/**
 * The exposure limits (gross, net, concentration) at the moment of a fill, for every kind of order. Whatever opens is held against the
 * books as they are then, both at the price of the fill and at the price the account is marked at, the other symbols at their marks and
 * the fee of the fill (the dearer of maker and taker) taken off equity. So exposure exceeds a limit only by what happens after a fill:
 * prices that move, money charged without a fill (funding, borrow, interest, dividends of shorts), and closings, which nothing holds back,
 * of what offset it (another symbol in the net exposure, another strategy's opposite units of the same symbol).
 * An order whose size is decided at the fill (share of margin, target weight, notional) is cut to the whole lots that fit; one that named
 * its units, or that must fill whole, is refused. Working orders do not count here: each is held against the limits when it fills.
 */
export class FillLimits {
  /** Where refusals and cuts are told. */
  readonly #notes: LimitNote[];
  readonly #gate: OrderGate;
  readonly #book: FillBook;
  readonly #instruments: readonly Instrument[];
  readonly #fee: FeeFunction;

  constructor(gate: OrderGate, book: FillBook, instruments: readonly Instrument[], profile: ExecutionProfile, notes: LimitNote[]) {
    this.#notes = notes;
    this.#gate = gate;
    this.#book = book;
    this.#instruments = instruments;
    this.#fee = feeFunction(profile.fees);
  }

  /** Opening units that the limits allow at this price; with fewer than asked, the reason is in the order and among the notes. */
  admit(order: WorkingOrder, units: number, price: number): number {
    const { limits } = this.#gate;
    const mark = this.#book.marks[order.symbol]!;
    if (this.#fits(order, units, price, price) && (!(mark > 0) || mark === price || this.#fits(order, units, mark, price))) return units;
    let room = this.#room(order, units, price, price);
    if (mark > 0 && mark !== price) room = tighter(room, this.#room(order, units, mark, price));
    if (room.code === undefined || units <= room.units * NEARLY) return units;
    const fits = this.#whole(order, room.units, price);
    const at = this.#moment(order, units, room.at, price);
    const sentence = openingReason(limits, at, units, room.code);
    if (fits > 0) order.reason = `${room.code}: ${sentence} Cut from ${show(units)} to ${show(fits)} units.`;
    else order.reason = this.#gate.refusal(room.code, sentence);
    this.#notes.push({
      strategy: order.strategy,
      symbol: order.symbol,
      text: `${fits > 0 ? 'cut' : 'refused'} at the fill: ${order.reason}`,
    });
    return fits;
  }

  /** Whole lots that may be traded instead, 0 where the order must be what was asked or the venue takes nothing so small. */
  #whole(order: WorkingOrder, room: number, price: number): number {
    if (order.size.kind === 'units' || order.timeInForce === 'fok') return 0;
    const { lotSize, minQuantity, minNotional, multiplier } = this.#instruments[order.symbol]!;
    const units = floorToLot(Math.max(0, room), lotSize);
    return units < minQuantity * (1 - 1e-12) || units * price * multiplier < minNotional ? 0 : units;
  }

  #fits(order: WorkingOrder, units: number, at: number, price: number): boolean {
    return units <= openingRoom(this.#gate.limits, this.#moment(order, units, at, price)).units * NEARLY;
  }

  /** Room at `at`, found without the fee and then once more with the fee of what was found: a smaller order pays no more than that. */
  #room(order: WorkingOrder, units: number, at: number, price: number): RoomAt {
    const { limits } = this.#gate;
    const first = openingRoom(limits, this.#moment(order, 0, at, price));
    return { ...openingRoom(limits, this.#moment(order, Math.min(units, first.units), at, price)), at };
  }

  /** The books with the order's own closings done at `price` and the symbol worth `at`; `units` are what opens, for the fee. */
  #moment(order: WorkingOrder, units: number, at: number, price: number): OpeningMoment {
    const { ledger, marks, hedging, symbols } = this.#book;
    const { symbol, direction, strategy } = order;
    const worth = ledger.worth(symbol);
    const net = ledger.net[symbol]!;
    const closing = hedging ? this.#lotsClosed(order) : Math.max(0, -direction * ledger.held(strategy, symbol));
    const held = net + direction * closing;
    const own = hedging ? ledger.grossUnits(symbol) : Math.abs(net);
    const othersGross = ledger.gross(marks) - own * marks[symbol]! * worth;
    const traded = closing + units;
    const rate = ledger.rate(symbol);
    const fee = traded > 0 ? this.#dearest(order, traded, traded * price * ledger.multiplier(symbol)) * rate : 0;
    const equity = ledger.equity(marks) + (net * (at - marks[symbol]!) + direction * traded * (at - price)) * worth - fee;
    return {
      symbol: symbols[symbol]!,
      direction,
      value: at * worth,
      equity,
      othersGross: Math.max(0, othersGross),
      othersNet: this.#othersNet(symbol),
      held,
      side: hedging ? this.#side(symbol, direction) : held,
      grossUnits: hedging ? own - closing : Math.abs(held),
      hedging,
    };
  }

  /** In a hedging account only an order for a weight closes, whatever is on the other side, before it opens. */
  #lotsClosed({ size, strategy, symbol, direction }: WorkingOrder): number {
    if (size.kind !== 'target_weight') return 0;
    let units = 0;
    for (const { quantity } of this.#book.ledger.lots(strategy, symbol)) if (quantity * direction < 0) units += Math.abs(quantity);
    return units;
  }

  #dearest(order: WorkingOrder, units: number, notional: number): number {
    const { turnover } = this.#book.ledger;
    const sale = order.direction < 0;
    return Math.max(0, this.#fee(units, notional, true, sale, turnover), this.#fee(units, notional, false, sale, turnover));
  }

  #othersNet(but: number): number {
    const { ledger, marks } = this.#book;
    let value = 0;
    for (let symbol = 0; symbol < marks.length; symbol++) {
      if (symbol !== but && ledger.net[symbol]! !== 0) value += ledger.net[symbol]! * marks[symbol]! * ledger.worth(symbol);
    }
    return value;
  }

  /** Lots of one direction, of all strategies, signed. */
  #side(symbol: number, direction: number): number {
    const { ledger, strategyNames } = this.#book;
    let units = 0;
    for (let strategy = 0; strategy < strategyNames.length; strategy++) {
      for (const lot of ledger.lots(strategy, symbol)) if (lot.quantity * direction > 0) units += lot.quantity;
    }
    return units;
  }
}

/** A limit of 0.3 means 0.3, though the sum of what is held is a hair more. */
const NEARLY = 1 + 1e-12;

type RoomAt = OpeningRoom & { readonly at: number };

const tighter = (one: RoomAt, other: RoomAt): RoomAt => (other.units < one.units ? other : one);
const show = (units: number): string => String(Number(units.toPrecision(8)));
