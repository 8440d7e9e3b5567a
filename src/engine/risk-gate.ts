import { timestamp } from '#core';
import type { OrderChange, WorkingOrder } from '#execution';
import type { Ledger } from '#portfolio';
import { ImpactLimit, type ImpactBook } from './impact-limit.ts';
import {
  checkOrder,
  createRiskGate,
  createRiskState,
  limitsExposure,
  noteEquity,
  noteMark,
  notePosition,
  noteSent,
  withoutOrder,
  type CompiledLimits,
  type OrderIntent,
  type RefusalCode,
  type RiskDecision,
  type RiskGate,
  type RiskLimits,
  type RiskState,
} from '#risk';

/** What the gate reads of the engine when an order asks to pass. */
export interface GateBook {
  readonly ledger: Pick<Ledger, 'held' | 'lots' | 'worth' | 'net' | 'openOf' | 'multiplier' | 'turnover'>;
  readonly symbols: readonly string[];
  readonly strategyNames: readonly string[];
  readonly marks: Float64Array;
  readonly columns: ImpactBook['columns'];
  readonly venue: ImpactBook['venue'];
  readonly row: number;
  readonly time: number;
  readonly leverage: number;
  readonly hedging: boolean;
  readonly account: { readonly cash: number; readonly exclusiveOrders: boolean };
}

/** An admitted order and the signed units it is reckoned with until the venue knows better. */
interface Admitted {
  readonly order: WorkingOrder;
  readonly key: string;
  readonly units: number;
  /** What had filled of the order before: not among the units. */
  readonly filledBefore: number;
}

/** Safe in JSON, the order by its id; snapshots of earlier versions do not tell what had filled before. */
type AdmittedSnapshot = readonly [id: number, key: string, units: number, filledBefore?: number];

/** Safe in JSON. */
export interface GateSnapshot {
  readonly state: RiskState;
  readonly refusals: readonly (readonly [RefusalCode, number])[];
  readonly ahead: readonly AdmittedSnapshot[];
  readonly resting: readonly AdmittedSnapshot[];
}

/** Units so few that no size limit sees them, so that an order that would trade nothing at this price still meets kill and halts. */
const ANY_UNITS = 1e-12;

/**
 * The limits before every order of one account. Orders that take any price count as filled at the last price from the moment they are
 * admitted, resting ones at their worst; sizes given as a weight, notional or share of margin are reckoned at the last price.
 * An order that can only close (`reduceOnly`, `closesOrder`) is never held back by a limit, yet counts as a message; it is refused only
 * when there is nothing it could reduce. Protective exits belong to the entry that was admitted and are not asked about again.
 * What an order asks with is an estimate, since prices and other orders move before it fills; the exposure limits are held once more,
 * against the real books, at every fill that opens: see `FillLimits`.
 */
export class OrderGate {
  /** Plain data, safe in JSON: a gate made with it goes on where this one stood, latched kill included. */
  readonly state: RiskState;
  /** Refusals so far by code. */
  readonly counts = new Map<RefusalCode, number>();
  readonly #gate: RiskGate;
  readonly #book: GateBook;
  readonly #impact: ImpactLimit | undefined;
  #ahead: Admitted[] = [];
  #resting: Admitted[] = [];
  #row = -1;
  /** Whether a fill has to be held against the exposure limits. */
  readonly limitsExposure: boolean;

  constructor(limits: RiskLimits, book: GateBook, state?: RiskState) {
    this.#gate = createRiskGate(limits);
    this.limitsExposure = limitsExposure(this.#gate.limits);
    this.#book = book;
    this.#impact = this.#gate.limits.maxCostToEdge === Number.POSITIVE_INFINITY ? undefined : new ImpactLimit(this.#gate.limits, book);
    this.state = state === undefined ? createRiskState(book.account.cash, timestamp(0)) : structuredClone(state);
  }

  get limits(): CompiledLimits {
    return this.#gate.limits;
  }

  snapshot(): GateSnapshot {
    const open = (list: readonly Admitted[]): AdmittedSnapshot[] =>
      list.filter(({ order }) => order.open).map(({ order, key, units, filledBefore }) => [order.id, key, units, filledBefore]);
    return { state: structuredClone(this.state), refusals: [...this.counts], ahead: open(this.#ahead), resting: open(this.#resting) };
  }

  restore(saved: GateSnapshot, orders: ReadonlyMap<number, WorkingOrder>): void {
    Object.assign(this.state, structuredClone(saved.state));
    for (const [code, count] of saved.refusals) this.counts.set(code, count);
    const named = (list: readonly AdmittedSnapshot[]): Admitted[] =>
      list.map(([id, key, units, filledBefore = 0]) => ({ order: orders.get(id)!, key, units, filledBefore }));
    this.#ahead = named(saved.ahead);
    this.#resting = named(saved.resting);
  }

  /** Equity at the close of a bar: what drawdown and the day's loss are measured on. */
  seen(equity: number, time: number): void {
    noteEquity(this.state, equity, timestamp(time));
  }

  /** Undefined when the order may be sent, and it is then counted as sent; else `code: sentence`. `close` is the last price of its symbol. */
  admit(order: WorkingOrder, close: number, expectedEdgeBps?: number): string | undefined {
    this.#refresh(order);
    return order.reduceOnly || order.closes > 0 ? this.#admitClosing(order, close) : this.#admitOpening(order, close, expectedEdgeBps);
  }

  #admitOpening(order: WorkingOrder, close: number, expectedEdgeBps: number | undefined): string | undefined {
    // A target weight takes the side that leads to it, whatever side it was asked with.
    const side = order.size.kind === 'target_weight' ? this.#units(order, close) : order.direction;
    const key = this.#key(order.symbol, this.#book.hedging && side < 0);
    const row = this.state.symbols[key]!;
    const { quantity } = row;
    const otherKey = this.#key(order.symbol, side >= 0);
    const other = this.#book.hedging ? this.state.symbols[otherKey]! : undefined;
    const otherQuantity = other?.quantity ?? 0;
    // The engine closes what an exclusive order replaces, on both sides, before it sends the order.
    if (this.#book.account.exclusiveOrders) {
      row.quantity -= this.#heldBy(order.strategy, order.symbol, key);
      if (other !== undefined) other.quantity -= this.#heldBy(order.strategy, order.symbol, otherKey);
    }
    const units = this.#units(order, close);
    let closing = 0;
    if (other !== undefined && order.size.kind === 'target_weight' && !this.#book.account.exclusiveOrders) {
      // An order for a weight nets also where both sides live side by side: what it closes is told of its own side.
      closing = Math.sign(units) * Math.min(Math.abs(units), Math.abs(this.#heldBy(order.strategy, order.symbol, otherKey)));
      other.quantity += closing;
      row.quantity -= closing;
    }
    const intent = this.#intent(order, key, units === 0 ? order.direction * ANY_UNITS : units);
    const idle = units === 0 && order.size.kind === 'target_weight' && order.size.weight === 0;
    let decision: RiskDecision = idle ? { kind: 'approved', order: intent } : checkOrder(this.#gate, intent, this.state);
    const against = Math.max(0, -Math.sign(units) * row.quantity) + Math.abs(closing);
    if (decision.kind === 'approved' && this.#impact !== undefined && Math.abs(units) > against * (1 + 1e-12))
      decision = this.#impact.judge(order, Math.abs(units), close, expectedEdgeBps) ?? decision;
    row.quantity = quantity;
    if (other !== undefined) other.quantity = otherQuantity;
    if (decision.kind === 'refused') return this.refusal(decision.code, decision.reason);
    this.#note(order, key, units - closing, intent);
    return undefined;
  }

  /**
   * Undefined when a working order may be changed so, and the change is then counted as sent; else `code: sentence`. The changed order is
   * judged as a new one that takes the old one's place; fewer units at the same prices, or an order that can only close, always pass.
   */
  admitChange(order: WorkingOrder, change: OrderChange, close: number): string | undefined {
    this.#refresh();
    const list = takesAnyPrice(order) ? this.#ahead : this.#resting;
    const at = list.findIndex((one) => one.order === order);
    const key = list[at]?.key ?? this.#key(order.symbol, this.#book.hedging && order.direction < 0);
    const left = Number.isNaN(order.quantity) ? Math.abs(this.#units(order, close)) : order.remaining;
    const units = order.direction * (change.quantity === undefined ? left : change.quantity - order.filled);
    const old = this.#intent(order, key, order.direction * left);
    const multiplier = this.#book.ledger.worth(order.symbol);
    const intent = {
      ...this.#intent(order, key, units),
      limitPrice: (change.limitPrice ?? order.limit) * multiplier,
      stopPrice: (change.stopPrice ?? order.stop) * multiplier,
    };
    const samePrices = Object.is(intent.limitPrice, old.limitPrice) && Object.is(intent.stopPrice, old.stopPrice);
    const harmless = order.reduceOnly || order.closes > 0 || units === 0 || (samePrices && Math.abs(units) <= left * (1 + 1e-12));
    const was = list[at] ?? { order, key, units: 0, filledBefore: 0 };
    const sent = { quantity: Math.abs(was.units), filled: order.filled - was.filledBefore };
    const ahead = takesAnyPrice(order) ? unfilled(was) : 0;
    const state = withoutOrder(this.state, { ...old, id: String(order.id), ...sent, ahead });
    let decision: RiskDecision = harmless ? { kind: 'approved', order: intent } : checkOrder(this.#gate, intent, state);
    if (decision.kind === 'approved' && Math.abs(units) > left * (1 + 1e-12))
      decision = this.#impact?.judge(order, Math.abs(units), close, undefined) ?? decision;
    if (decision.kind === 'refused') return this.refusal(decision.code, decision.reason);
    Object.assign(this.state, state);
    if (at >= 0) list.splice(at, 1);
    this.#note(order, key, units, intent);
    return undefined;
  }

  #admitClosing(order: WorkingOrder, close: number): string | undefined {
    const { strategy, symbol, direction } = order;
    const { ledger, hedging } = this.#book;
    const key = this.#key(symbol, hedging && direction > 0);
    const held = hedging ? this.#side(strategy, symbol, direction > 0) : ledger.held(strategy, symbol);
    const opener = this.#resting.concat(this.#ahead).some(({ order: other }) => isOpenerFor(order, other));
    if (order.closes === 0 && held * direction >= 0 && !opener)
      return this.refusal(
        'reduce_only_flip',
        `There is no position in ${this.#book.symbols[symbol]} that this ${sideOf(order)} could reduce.`,
      );
    const most =
      order.closes > 0
        ? Math.abs(ledger.openOf(strategy, symbol, order.closes))
        : Math.max(0, -this.#heldBy(strategy, symbol, key) * direction);
    const units = direction * Math.min(most, Math.abs(this.#units(order, close)));
    this.#note(order, key, units, { ...this.#intent(order, key, units), reduceOnly: true });
    return undefined;
  }

  /** Counts a refusal and words it as orders and the decision log carry it. */
  refusal(code: RefusalCode, reason: string): string {
    this.counts.set(code, (this.counts.get(code) ?? 0) + 1);
    return `${code}: ${reason}`;
  }

  #note(order: WorkingOrder, key: string, units: number, intent: OrderIntent): void {
    noteSent(this.state, String(order.id), intent, this.#gate.rememberMs);
    const admitted = { order, key, units, filledBefore: order.filled };
    if (!takesAnyPrice(order)) this.#resting.push(admitted);
    else {
      this.#ahead.push(admitted);
      this.state.symbols[key]!.quantity += units;
    }
  }

  /** Brings positions and working orders to what they are now, as the order would find them. */
  #refresh(asking?: WorkingOrder): void {
    if (this.#row === this.#book.row) this.#dropCanceled();
    else this.#readPositions();
    const replaced = this.#book.account.exclusiveOrders && asking?.closes === 0 ? asking : undefined;
    const working: RiskState['working'] = [];
    this.#resting = this.#resting.filter(({ order }) => order.open);
    for (const { order, key, units } of this.#resting) {
      if (order.strategy === replaced?.strategy && order.symbol === replaced.symbol) continue;
      working.push({
        id: String(order.id),
        symbol: key,
        side: sideOf(order),
        quantity: Number.isNaN(order.quantity) ? Math.abs(units) : order.remaining,
        limitPrice: Number.isNaN(order.limit) ? null : order.limit * this.#book.ledger.worth(order.symbol),
        dormant: !Number.isNaN(order.stop) && !order.triggered,
        reduceOnly: order.reduceOnly || order.closes > 0,
      });
    }
    this.state.working = working;
  }

  #dropCanceled(): void {
    this.#ahead = this.#ahead.filter((one) => {
      if (!one.order.open) this.state.symbols[one.key]!.quantity -= unfilled(one);
      return one.order.open;
    });
  }

  #readPositions(): void {
    const { ledger, symbols, marks, hedging, row } = this.#book;
    this.#row = row;
    for (let symbol = 0; symbol < symbols.length; symbol++) {
      const mark = marks[symbol]! * ledger.worth(symbol);
      for (let side = 0; side < (hedging ? 2 : 1); side++) {
        const key = this.#key(symbol, side === 1);
        noteMark(this.state, key, mark);
        notePosition(this.state, key, hedging ? this.#lots(symbol, side === 1) : ledger.net[symbol]!);
      }
    }
    this.#ahead = this.#ahead.filter(({ order }) => order.open);
    for (const one of this.#ahead) this.state.symbols[one.key]!.quantity += unfilled(one);
  }

  /** In a hedging account the long and the short lots of a symbol are two positions. */
  #key(symbol: number, short: boolean): string {
    const name = this.#book.symbols[symbol]!;
    return short ? `${name} short` : name;
  }

  #lots(symbol: number, short: boolean): number {
    let units = 0;
    for (let strategy = 0; strategy < this.#book.strategyNames.length; strategy++) units += this.#side(strategy, symbol, short);
    return units;
  }

  #side(strategy: number, symbol: number, short: boolean): number {
    let units = 0;
    for (const lot of this.#book.ledger.lots(strategy, symbol)) if (lot.quantity < 0 === short) units += lot.quantity;
    return units;
  }

  /** What a strategy holds of a position once its orders at any price are filled. */
  #heldBy(strategy: number, symbol: number, key: string): number {
    let units = this.#book.hedging
      ? this.#side(strategy, symbol, key !== this.#book.symbols[symbol])
      : this.#book.ledger.held(strategy, symbol);
    for (const one of this.#ahead) if (one.order.strategy === strategy && one.key === key) units += unfilled(one);
    return units;
  }

  /** Signed units of an order at the last price, or at its own limit. */
  #units(order: WorkingOrder, close: number): number {
    const { ledger, leverage } = this.#book;
    const { size, direction } = order;
    const value = (Number.isNaN(order.limit) ? close : order.limit) * ledger.worth(order.symbol);
    switch (size.kind) {
      case 'units':
        return direction * (Number.isNaN(size.units) ? Math.abs(ledger.openOf(order.strategy, order.symbol, order.closes)) : size.units);
      case 'notional':
        return (direction * size.notional) / value;
      case 'target_weight':
        return (size.weight * this.state.equity) / value - ledger.held(order.strategy, order.symbol);
      case 'margin_fraction': {
        let gross = 0;
        for (const key in this.state.symbols) gross += Math.abs(this.state.symbols[key]!.quantity) * this.state.symbols[key]!.mark;
        return (direction * Math.max(0, this.state.equity * leverage - gross) * size.fraction) / value;
      }
    }
  }

  #intent(order: WorkingOrder, key: string, units: number): OrderIntent {
    const multiplier = this.#book.ledger.worth(order.symbol);
    return {
      symbol: key,
      side: units < 0 ? 'sell' : 'buy',
      quantity: Math.abs(units),
      limitPrice: order.limit * multiplier,
      stopPrice: order.stop * multiplier,
      time: timestamp(this.#book.time),
    };
  }
}

const sideOf = (order: WorkingOrder): 'buy' | 'sell' => (order.direction > 0 ? 'buy' : 'sell');

function takesAnyPrice({ type }: WorkingOrder): boolean {
  return type === 'market' || type === 'market_on_open' || type === 'market_on_close' || type === 'market_to_limit';
}

/** Signed units that are still to come, of those an order was admitted with. */
function unfilled({ order, units, filledBefore }: Admitted): number {
  return Math.sign(units) * Math.max(0, Math.abs(units) - (order.filled - filledBefore));
}

/** Whether `other` may open what `closing` is there to close. */
function isOpenerFor(closing: WorkingOrder, other: WorkingOrder): boolean {
  const opens = other.open && !other.reduceOnly && other.closes === 0;
  return opens && other.strategy === closing.strategy && other.symbol === closing.symbol && other.direction !== closing.direction;
}
