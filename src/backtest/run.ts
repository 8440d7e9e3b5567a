import { createRng, didYouMean, sha256, UserError } from '#core';
import { instrument, type BarSeries, type EquityCurve, type Fill, type Instrument, type Order, type Position, type Trade } from '#domain';
import {
  checkSymbols,
  Engine,
  type EngineSnapshot,
  featureTable,
  type AccountCredit,
  type AccountEvent,
  type AccountSettings,
  type CreditShare,
  type Financing,
  type RiskCheck,
  type Supervisor,
  withTurns,
} from '#engine';
import { executionProfile, type ExecutionProfile } from '#execution';
import type { ExternalColumns } from '#features';
import type { RefusalCode, RiskLimits } from '#risk';
import type { Strategy } from '#strategy';
import { align } from './align.ts';
import { checkAccount, checkKnown, checkPrices, checkStrategies, checkTogether, checkWords } from './check-request.ts';
import { takeOver } from './take-over.ts';
import { conversionSeries, type Conversion } from './conversion.ts';

export interface BacktestAccount {
  /** Start of the account, in its currency. */
  readonly cash: number;
  /** How many times equity may be held; default 1 (cash account). `Infinity` checks nothing. */
  readonly leverage?: number;
  /** Long and short lots of a symbol live side by side. */
  readonly hedging?: boolean;
  /** Every new order first cancels and closes what the strategy has in that symbol. */
  readonly exclusiveOrders?: boolean;
  /** Share of the gross exposure under which equity may not close (0.25 = 25 %): below it everything is closed at the next market. */
  readonly maintenanceMargin?: number;
  /** Borrow fees and interest, by the night. */
  readonly financing?: Financing;
  /** The currency of `cash` and of everything reported; default USD where `conversion` is given. */
  readonly currency?: string;
  /** Rates of the other currencies that instruments are quoted in (`Instrument.currency`), e.g. `{ EUR: 'EURUSD' }`. Without it, and without `currency`, all prices count as the account's currency. */
  readonly conversion?: Conversion;
}

export interface BacktestRequest {
  readonly bars: readonly BarSeries[];
  /** One strategy, or several on the one account with their own books. */
  readonly strategy: Strategy | readonly Strategy[];
  readonly account: BacktestAccount;
  /** A named profile or a whole one; default `base`. */
  readonly profile?: string | ExecutionProfile;
  /** By symbol; what is not given is a synthetic instrument without a price grid and with fractional lots. */
  readonly instruments?: readonly Instrument[];
  /** Bars of a lower timeframe for any of the symbols: stops, targets and limits then meet the price in the order it really took. */
  readonly finer?: readonly BarSeries[];
  /** External series of features (`external('name')`), by symbol and name: one value a bar, as known at its close. */
  readonly externals?: Readonly<Record<string, ExternalColumns>>;
  /** Default 1. The same seed gives the same bytes. */
  readonly seed?: number;
  readonly risk?: RiskCheck;
  /** Safety above the strategies: may withdraw, shrink and close. A fresh one for each run. */
  readonly supervisor?: Supervisor;
  /** Limits before every order; one that breaks them is denied as `code: sentence`. Absent: none. */
  readonly limits?: RiskLimits;
  /** Splits, dividends, funding and delistings; for bars that are not already adjusted for them. */
  readonly events?: readonly AccountEvent[];
  /** What is open at the end: `mark` it at the last close (default), `close` it there as trades named `end_of_data`, or `rerun` the last bar with market orders. */
  readonly atEnd?: 'mark' | 'close' | 'rerun';
  /** Leave everything open at the end and give the `state` from which another run can go on. */
  readonly keepState?: boolean;
  /**
   * Go on where a run of the same symbols, strategies and settings stopped: orders, fills, trades and equity of both are those of one run.
   * The bars hold its last one, and as many before it as features and the impact model look back on; the result begins after it.
   */
  readonly continueFrom?: EngineSnapshot;
}

export interface BacktestResult {
  readonly trades: readonly Trade[];
  readonly equity: EquityCurve;
  readonly fills: readonly Fill[];
  /** Every order of the run in the order of asking, denied ones with their reason. */
  readonly orders: readonly Order[];
  /** How many orders the limits refused, by code; empty without limits. */
  readonly refusals: Readonly<Partial<Record<RefusalCode, number>>>;
  /** What was open at the end. */
  readonly positions: readonly Position[];
  readonly startCash: number;
  readonly endEquity: number;
  readonly endCash: number;
  readonly feesPaid: number;
  /** Dividends, funding, borrow and interest, as they were booked. */
  readonly credits: readonly AccountCredit[];
  /** The same shared out to strategies and symbols; what belongs to none (interest on the starting cash) has empty names. */
  readonly creditShares: readonly CreditShare[];
  /** Cash of each currency at the end; absent where the account has but one. */
  readonly balances?: Readonly<Record<string, number>>;
  /** Σ |units| · price · multiplier of all fills. */
  readonly turnover: number;
  /** Bars with an open position, per instant: 1 or 0; the mean is the exposure. */
  readonly exposed: Uint8Array;
  readonly barsRun: number;
  readonly ruined: boolean;
  /** SHA-256 over all fills (order, symbol, side, quantity, price, fee, time): the fingerprint of a golden run. */
  readonly orderHash: string;
  /** With `keepState`: plain data, safe in JSON. */
  readonly state?: EngineSnapshot;
  /** Why a strategy did what it did on the bar that contains `time`; empty when it had no bar or nothing to say. */
  why(strategy: string, symbol: string, time: number): string;
  /** `why` at each of many ascending times, told where it changes. */
  whyChanges(strategy: string, symbol: string, times: Float64Array): readonly ReasonFrom[];
}

export interface ReasonFrom {
  /** The first of the times asked for at which the reason holds. */
  readonly time: number;
  readonly reason: string;
}

/** Runs one or several strategies over history through the full engine. */
export function runBacktest(request: BacktestRequest): BacktestResult {
  const { bars, account } = request;
  checkWords(request);
  checkSymbols(bars.map((series) => series.symbol));
  checkAccount(account, bars);
  checkPrices(bars);
  checkKnown(
    'instruments',
    (request.instruments ?? []).map(({ symbol }) => symbol),
    bars,
  );
  const strategies = 'name' in request.strategy ? [request.strategy] : request.strategy;
  checkStrategies(strategies);
  const profile = typeof request.profile === 'object' ? request.profile : executionProfile(request.profile);
  const { time, rows } = align(bars);
  if (time.length === 0) throw new UserError('the bars are empty', 'Choose a period that the data covers.');
  checkTogether(bars, time, strategies);
  const engine = new Engine({
    columns: bars,
    instruments: bars.map((series) => instrumentOf(series.symbol, request.instruments)),
    strategies,
    features: strategies.map((strategy) => featureTable(strategy, bars, request.externals)),
    account: {
      cash: account.cash,
      leverage: account.leverage ?? 1,
      hedging: account.hedging ?? false,
      exclusiveOrders: account.exclusiveOrders ?? false,
      ...(account.maintenanceMargin === undefined ? {} : { maintenanceMargin: account.maintenanceMargin }),
      ...(account.financing === undefined ? {} : { financing: account.financing }),
      ...currenciesOf(account, bars),
    },
    profile,
    rng: createRng(request.seed ?? 1),
    rows: time.length,
    ...(request.risk === undefined ? {} : { risk: request.risk }),
    ...(request.supervisor === undefined ? {} : { supervisor: request.supervisor }),
    ...(request.limits === undefined ? {} : { limits: request.limits }),
    ...(request.finer === undefined ? {} : { finer: finerOf(bars, request.finer) }),
    ...(request.events === undefined ? {} : { events: request.events }),
  });
  const equity = new Float64Array(time.length);
  const exposed = new Uint8Array(time.length);
  const from = request.continueFrom;
  const first = from === undefined ? 0 : takeOver(engine, from, time);
  let state: EngineSnapshot | undefined;
  withTurns(() => {
    drive(engine, time, rows, equity, exposed, bars.length, first);
    if (request.keepState === true) state = engine.snapshot();
    else finish(engine, rows, time.length - 1, equity, request.atEnd ?? 'mark');
  });
  return result(engine, { time, equity, exposed, first, state, startCash: from?.equity ?? account.cash }, strategies, bars);
}

function currenciesOf(
  { currency, conversion }: BacktestAccount,
  bars: readonly BarSeries[],
): Pick<AccountSettings, 'currency' | 'conversion'> {
  if (currency === undefined && conversion === undefined) return {};
  const own = currency ?? 'USD';
  return { currency: own, conversion: conversionSeries(own, conversion ?? {}, bars) };
}

function drive(
  engine: Engine,
  time: Float64Array,
  rows: readonly Int32Array[] | undefined,
  equity: Float64Array,
  exposed: Uint8Array,
  symbols: number,
  first: number,
): void {
  const locals = new Int32Array(symbols);
  const { ledger } = engine;
  const { length } = time;
  for (let row = first; row < length; row++) {
    placeRows(locals, symbols, rows, row);
    engine.step(row, time[row]!, locals);
    equity[row] = engine.equityNow;
    if (ledger.openSymbols > 0) exposed[row] = 1;
  }
}

/** Apart from `drive`, which must stay free of inner loops: the compiler then optimises its one loop instead of leaving it once a bar. */
function placeRows(locals: Int32Array, symbols: number, rows: readonly Int32Array[] | undefined, row: number): void {
  for (let symbol = 0; symbol < symbols; symbol++) locals[symbol] = rows === undefined ? row : rows[symbol]![row]!;
}

function finish(
  engine: Engine,
  rows: readonly Int32Array[] | undefined,
  last: number,
  equity: Float64Array,
  how: 'mark' | 'close' | 'rerun',
): void {
  if (how === 'mark') {
    engine.finishTrades();
    return;
  }
  const locals = Int32Array.from(engine.symbols, (_, symbol) => (rows === undefined ? last : rows[symbol]![last]!));
  if (how === 'rerun') engine.closeOnLastBar(last, locals);
  else engine.liquidate('end_of_data');
  engine.finishTrades();
  equity[last] = engine.ruined ? 0 : engine.ledger.equity(engine.marks);
}

interface Course {
  readonly time: Float64Array;
  readonly equity: Float64Array;
  readonly exposed: Uint8Array;
  /** First row that was run. */
  readonly first: number;
  readonly startCash: number;
  readonly state: EngineSnapshot | undefined;
}

function result(engine: Engine, course: Course, strategies: readonly Strategy[], bars: readonly BarSeries[]): BacktestResult {
  const { time, equity, exposed, first, startCash, state } = course;
  const names = strategies.map((strategy) => strategy.name);
  const balances = engine.ledger.balances();
  const laneOf = (strategy: string, symbol: string): number =>
    named('strategy', strategy, names) * bars.length + named('symbol', symbol, engine.symbols);
  let orders: readonly Order[] | undefined;
  let hash: string | undefined;
  return {
    get trades() {
      return engine.ledger.trades;
    },
    equity: { time: time.subarray(first), equity: equity.subarray(first) },
    get fills() {
      return engine.fills;
    },
    get orders() {
      orders ??= engine.records();
      return orders;
    },
    refusals: Object.fromEntries(engine.gate?.counts ?? []),
    positions: engine.ledger.positions(),
    startCash,
    endEquity: equity.at(-1) ?? startCash,
    endCash: engine.ledger.cash,
    feesPaid: engine.ledger.feesPaid,
    credits: engine.desk.credits,
    creditShares: engine.desk.shares(),
    ...(balances === undefined ? {} : { balances }),
    turnover: engine.ledger.turnover,
    exposed: exposed.subarray(first),
    barsRun: time.length - first,
    ...(state === undefined ? {} : { state }),
    ruined: engine.ruined,
    get orderHash() {
      hash ??= fillsHash(engine.fills);
      return hash;
    },
    why(strategy, symbol, at) {
      const lane = laneOf(strategy, symbol);
      const row = lastRowAt(time, at);
      return row < 0 ? '' : engine.decisions.read(lane, row);
    },
    whyChanges(strategy, symbol, times) {
      const lane = laneOf(strategy, symbol);
      const changes: ReasonFrom[] = [];
      const { decisions } = engine;
      let row = -1;
      let before = -1;
      for (let at = 0; at < times.length; at++) {
        while (row + 1 < time.length && time[row + 1]! <= times[at]!) row++;
        const code = row < 0 ? 0 : decisions.codeAt(lane, row);
        if (code === before) continue;
        before = code;
        changes.push({ time: times[at]!, reason: row < 0 ? '' : decisions.read(lane, row) });
      }
      return changes;
    },
  };
}

function named(kind: string, name: string, known: readonly string[]): number {
  const at = known.indexOf(name);
  if (at < 0) throw new UserError(`this run has no ${kind} "${name}"`, didYouMean(name, known) || `It has: ${known.join(', ')}.`);
  return at;
}

function lastRowAt(time: Float64Array, at: number): number {
  let low = 0;
  let high = time.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (time[middle]! <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The fingerprint of a list of fills. */
function fillsHash(fills: readonly Fill[]): string {
  return sha256(
    fills.map((fill) => `${fill.orderId},${fill.symbol},${fill.side},${fill.quantity},${fill.price},${fill.fee},${fill.time}`).join('\n'),
  );
}

function instrumentOf(symbol: string, given: readonly Instrument[] | undefined): Instrument {
  return given?.find((one) => one.symbol === symbol) ?? instrument(symbol, 'synthetic', { lotSize: 1e-8, minQuantity: 1e-8, tickSize: 0 });
}

/** The finer bars of each symbol, checked: their timeframe is shorter and their prices are valid. */
function finerOf(bars: readonly BarSeries[], finer: readonly BarSeries[]): (BarSeries | undefined)[] {
  checkPrices(finer);
  checkKnown(
    'finer bars',
    finer.map(({ symbol }) => symbol),
    bars,
  );
  return bars.map(({ symbol, timeframe }) => {
    const found = finer.find((series) => series.symbol === symbol);
    if (found !== undefined && found.timeframe.ms >= timeframe.ms)
      throw new UserError(
        `finer bars of ${symbol} are ${found.timeframe.id}, the run's are ${timeframe.id}`,
        'Give bars of a lower timeframe.',
      );
    return found;
  });
}
