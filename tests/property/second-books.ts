import type { BacktestRequest, BacktestResult } from '#backtest';
import type { BarSeries, Fill, Instrument, OrderRequest } from '#domain';
import type { AccountEvent, Financing } from '#engine';
import type { ExecutionProfile } from '#execution';

/** What a run was given and what its strategies asked, by order id. */
export interface Case {
  readonly request: BacktestRequest;
  readonly bars: readonly BarSeries[];
  readonly instruments: readonly Instrument[];
  readonly profile: ExecutionProfile;
  readonly events: readonly AccountEvent[];
  readonly financing: Financing;
  /** Quote currency to its bars; the account is in USD. */
  readonly rates: Readonly<Record<string, BarSeries>>;
  readonly asked: Map<number, OrderRequest>;
  /** Orders that were asked to change. */
  readonly changed: Set<number>;
}

export interface OwnLot {
  readonly order: number;
  units: number;
  price: number;
  fee: number;
}

export interface Pair {
  units: number;
  pnl: number;
  fees: number;
}

const DAY = 86_400_000;
const UNIT = 2 ** 420;

/** A double as a whole number of 2^-420; nothing in these runs is finer. */
export function exact(value: number): bigint {
  const bits = new BigUint64Array(Float64Array.of(value).buffer)[0]!;
  const exponent = Math.max(1, Number((bits >> 52n) & 0x7ffn));
  const mantissa = (bits & 0xfffffffffffffn) | ((bits >> 52n) & 0x7ffn ? 1n << 52n : 0n);
  const shift = BigInt(exponent - 1075 + 420);
  const size = shift >= 0n ? mantissa << shift : mantissa >> -shift;
  return bits >> 63n ? -size : size;
}

/**
 * The second accounting: cash as whole numbers of 2^-420 of each currency, lots and round trips rebuilt from nothing but bars, fills,
 * account events and the rules of docs/account.md. It calls no code of the ledger, the desk or the venue.
 */
export class SecondBooks {
  readonly cash = new Map<string, bigint>();
  readonly lots = new Map<string, OwnLot[]>();
  readonly pairs = new Map<string, Pair>();
  readonly credits: { kind: string; time: number; amount: number }[] = [];
  readonly equity: number[] = [];
  readonly marks = new Map<string, number>();
  /** What fills alone brought and took. */
  #traded = 0n;
  readonly #case: Case;
  readonly #result: BacktestResult;
  readonly #rate = new Map<string, number>([['USD', 1]]);
  readonly #reduces: ReadonlySet<number>;
  /** Whose lots an order closes, 0 for any; a write-off, which is no order, takes those of one order, told by its first lot. */
  readonly #closes: Map<number, number>;

  constructor(given: Case, result: BacktestResult) {
    this.#case = given;
    this.#result = result;
    this.cash.set('USD', exact(given.request.account.cash));
    this.#reduces = new Set(result.orders.filter(({ reduceOnly }) => reduceOnly).map(({ id }) => id));
    this.#closes = new Map(result.orders.map(({ id, parentId }) => [id, parentId]));
  }

  /** Plays the whole run; `seen` looks at every fill before it is booked, `split` at every split. */
  replay(seen: (fill: Fill, books: SecondBooks) => void, split: (symbol: string, ratio: number) => void): void {
    const { bars, events } = this.#case;
    const pending = events.toSorted((one, other) => one.time - other.time);
    const rowAt = bars.map((series) => new Map(Array.from(series.time, (time, row) => [time, row])));
    let next = 0;
    this.#result.equity.time.forEach((time, instant) => {
      if (instant > 0) this.#finance(this.#result.equity.time[instant - 1]!, time);
      while (pending.length > 0 && pending[0]!.time <= time) this.#event(pending.shift()!, split);
      this.#rerate(time, 'open');
      for (; this.#result.fills[next]?.time === time; next++) {
        const fill = this.#result.fills[next]!;
        // Write-offs of a ruined account, and those at the end of the data, come after the close.
        if (/^(liquidation|end_of_data)$/.test(fill.reason) && !this.#closes.has(fill.orderId)) this.#rerate(time, 'close');
        seen(fill, this);
        this.#book(fill);
      }
      bars.forEach((series, at) => {
        const row = rowAt[at]!.get(time);
        if (row !== undefined) this.marks.set(series.symbol, series.close[row]!);
      });
      this.#rerate(time, 'close');
      this.equity.push(this.worth());
    });
    if (next !== this.#result.fills.length) throw new Error(`fill ${next} is at no instant of the run`);
  }

  worth(): number {
    let value = [...this.cash].reduce((sum, [currency, units]) => sum + this.balance(currency, units) * this.rateOf(currency), 0);
    for (const { symbol, currency, multiplier } of this.#case.instruments) {
      const net = this.net(symbol);
      if (net !== 0) value += net * this.marks.get(symbol)! * multiplier * this.rateOf(currency);
    }
    return value;
  }

  balance(currency: string, units = this.cash.get(currency) ?? 0n): number {
    return Number(units) / UNIT;
  }

  /** Start, fills and the credits that the run tells of, and nothing else, in an account of one currency. */
  cashFromRecords(): number {
    const credited = this.#result.credits.reduce((sum, { amount }) => sum + exact(amount), 0n);
    return Number(exact(this.#case.request.account.cash) + this.#traded + credited) / UNIT;
  }

  rateOf(currency: string): number {
    return this.#rate.get(currency) ?? 0;
  }

  held(strategy: string, symbol: string, side = 0): number {
    const lots = this.lots.get(`${strategy}/${symbol}`) ?? [];
    return lots.reduce((sum, { units }) => sum + (side === 0 || units * side > 0 ? units : 0), 0);
  }

  openOf(strategy: string, symbol: string, order: number): number {
    return (this.lots.get(`${strategy}/${symbol}`) ?? []).reduce((sum, lot) => sum + (lot.order === order ? lot.units : 0), 0);
  }

  net(symbol: string): number {
    let units = 0;
    for (const [key, lots] of this.lots) if (key.endsWith(`/${symbol}`)) for (const lot of lots) units += lot.units;
    return Math.abs(units) < 1e-9 ? 0 : units;
  }

  instrumentOf(symbol: string): Instrument {
    return this.#case.instruments.find((one) => one.symbol === symbol)!;
  }

  #pay(currency: string, amount: bigint): void {
    this.cash.set(currency, (this.cash.get(currency) ?? 0n) + amount);
  }

  #credit(kind: string, time: number, currency: string, amount: number): void {
    if (amount === 0) return;
    this.#pay(currency, exact(amount));
    this.credits.push({ kind, time, amount: amount * this.rateOf(currency) });
  }

  #rerate(time: number, moment: 'open' | 'close'): void {
    for (const [currency, series] of Object.entries(this.#case.rates)) {
      const known = moment === 'open' ? time : time + this.#case.bars[0]!.timeframe.ms;
      let rate: number | undefined;
      for (let row = 0; row < series.length; row++) {
        if (series.time[row]! + series.timeframe.ms <= known) rate = series.close[row]!;
        else if (moment === 'open' && series.time[row] === time) rate = series.open[row]!;
      }
      if (rate !== undefined) this.#rate.set(currency, rate);
    }
  }

  #finance(from: number, to: number): void {
    const nights = Math.floor(to / DAY) - Math.floor(from / DAY);
    const { borrow = {}, creditInterest = 0, debitInterest = 0 } = this.#case.financing;
    for (const { symbol, currency, multiplier } of this.#case.instruments) {
      const net = this.net(symbol);
      const rate = borrow[symbol] ?? borrow.default ?? 0;
      if (net < 0) this.#credit('borrow', to, currency, (net * this.marks.get(symbol)! * multiplier * rate * nights) / 365);
    }
    for (const [currency, units] of this.cash) {
      const balance = this.balance(currency, units);
      this.#credit('interest', to, currency, (balance * (balance > 0 ? creditInterest : debitInterest) * nights) / 365);
    }
  }

  #event(event: AccountEvent, split: (symbol: string, ratio: number) => void): void {
    const { symbol } = event;
    const { currency, multiplier } = this.instrumentOf(symbol);
    const mark = this.marks.get(symbol) ?? 0;
    if (event.kind === 'dividend') this.#credit('dividend', event.time, currency, this.net(symbol) * multiplier * event.perUnit);
    else if (event.kind === 'funding') this.#credit('funding', event.time, currency, -this.net(symbol) * multiplier * mark * event.rate);
    else if (event.kind === 'delisting') this.marks.set(symbol, event.price ?? mark);
    else {
      this.marks.set(symbol, mark / event.ratio);
      for (const [key, lots] of this.lots) {
        if (key.endsWith(`/${symbol}`)) for (const lot of lots) [lot.units, lot.price] = [lot.units * event.ratio, lot.price / event.ratio];
      }
      split(symbol, event.ratio);
    }
  }

  #book(fill: Fill): void {
    const { multiplier, currency } = this.instrumentOf(fill.symbol);
    const signed = fill.side === 'buy' ? fill.quantity : -fill.quantity;
    const paid = -((exact(signed * multiplier) * exact(fill.price)) >> 420n) - exact(fill.fee);
    this.#pay(currency, paid);
    this.#traded += paid;
    const key = `${fill.strategy}/${fill.symbol}`;
    const lots = this.lots.get(key) ?? [];
    const size = this.#case.asked.get(fill.orderId)?.size;
    const forWeight = typeof size === 'object' && size.kind === 'target_weight';
    const closesAll = this.#case.request.account.hedging !== true || this.#reduces.has(fill.orderId) || forWeight;
    let left = signed;
    for (const lot of lots) {
      const whole = Math.abs(lot.units + signed) < 1e-9;
      const parent = this.#closes.get(fill.orderId);
      const mine = parent === undefined ? whole : parent > 0 ? lot.order === parent : closesAll;
      if (!mine || Math.abs(left) < 1e-9 || lot.units * left > 0) continue;
      if (parent === undefined) this.#closes.set(fill.orderId, lot.order);
      const closed = Math.sign(lot.units) * Math.min(Math.abs(lot.units), Math.abs(left));
      const fees = (lot.fee * (closed / lot.units) + fill.fee * (closed / -signed)) * this.rateOf(currency);
      const pair = this.pairs.get(`${lot.order}>${fill.orderId}`) ?? { units: 0, pnl: 0, fees: 0 };
      pair.units += Math.abs(closed);
      pair.fees += fees;
      pair.pnl += closed * (fill.price - lot.price) * multiplier * this.rateOf(currency) - fees;
      this.pairs.set(`${lot.order}>${fill.orderId}`, pair);
      lot.fee -= lot.fee * (closed / lot.units);
      lot.units -= closed;
      left += closed;
    }
    if (Math.abs(left) > 1e-9) lots.push({ order: fill.orderId, units: left, price: fill.price, fee: fill.fee * (left / signed) });
    this.lots.set(
      key,
      lots.filter(({ units }) => Math.abs(units) > 1e-9),
    );
  }
}
