import { didYouMean, UserError } from '#core';
import { firstRowAtOrAfter, type BarSeries } from '#domain';
import type { Financing } from '#engine';
import type { Strategy } from '#strategy';

/** The words of a request and of its account; that they are all of them is held in check-request.test.ts. */
export const REQUEST_WORDS = [
  'bars',
  'strategy',
  'account',
  'profile',
  'instruments',
  'finer',
  'externals',
  'seed',
  'risk',
  'supervisor',
  'limits',
  'events',
  'atEnd',
  'keepState',
  'continueFrom',
] as const;
export const ACCOUNT_WORDS = [
  'cash',
  'leverage',
  'hedging',
  'exclusiveOrders',
  'maintenanceMargin',
  'financing',
  'currency',
  'conversion',
] as const;
const FINANCING_WORDS: readonly (keyof Financing)[] = ['borrow', 'creditInterest', 'debitInterest'];
const ENDINGS: readonly string[] = ['mark', 'close', 'rerun'];

interface AskedAccount {
  readonly cash: number;
  readonly leverage?: number;
  readonly financing?: Financing;
}

/** A setting that is misspelt would be one that is left out: `levrage: 3` a cash account, `profil: 'harsh'` base costs. */
export function checkWords(request: { readonly account: AskedAccount; readonly atEnd?: string }): void {
  checkKeys('a backtest', request, REQUEST_WORDS);
  checkKeys('an account', request.account, ACCOUNT_WORDS);
  if (request.account.financing !== undefined) checkKeys('the financing of an account', request.account.financing, FINANCING_WORDS);
  if (request.atEnd !== undefined && !ENDINGS.includes(request.atEnd))
    throw new UserError(`atEnd cannot be "${request.atEnd}"`, didYouMean(request.atEnd, ENDINGS));
}

function checkKeys(what: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) throw new UserError(`${what} has no "${key}"`, didYouMean(key, known));
  }
}

/** Names that must be symbols of the run. */
export function checkKnown(what: string, names: readonly string[], bars: readonly BarSeries[]): void {
  const symbols = bars.map(({ symbol }) => symbol);
  for (const name of names) {
    if (!symbols.includes(name))
      throw new UserError(`there are ${what} for ${name}, which is not in this run`, `It has: ${symbols.join(', ')}.`);
  }
}

export function checkAccount(account: AskedAccount, bars: readonly BarSeries[]): void {
  if (!(account.cash > 0) || !Number.isFinite(account.cash))
    throw new UserError(`an account cannot start with ${account.cash} in cash`, 'Give a positive amount, e.g. cash: 100000.');
  if (account.leverage !== undefined && !(account.leverage > 0))
    throw new UserError(`leverage must be positive, got ${account.leverage}`, 'Use 1 for a cash account.');
  const borrowed = Object.keys(account.financing?.borrow ?? {}).filter((name) => name !== 'default');
  checkKnown('borrow rates', borrowed, bars);
}

export function checkStrategies(strategies: readonly Strategy[]): void {
  if (strategies.length === 0) throw new UserError('there is no strategy to run', 'Give at least one.');
  const names = new Set<string>();
  for (const { name } of strategies) {
    if (names.has(name)) throw new UserError(`two strategies are named "${name}"`, 'Give each its own name: trades are attributed by it.');
    names.add(name);
  }
}

/** Bars that reach a run are clean; the first price that is not a positive number, or bar that does not follow the one before, stops it. */
export function checkPrices(bars: readonly BarSeries[]): void {
  for (const series of bars) {
    const row = firstWrongRow(series);
    if (row >= 0) throw wrongRow(series, row);
  }
}

/** −1 when there is none. By itself, with the one loop: inside that over the symbols the compiler would leave it once a symbol. */
function firstWrongRow({ time, open, high, low, close, length }: BarSeries): number {
  let before = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < length; row++) {
    const start = time[row]!;
    const top = high[row]!;
    const bottom = low[row]!;
    if (
      start > before &&
      bottom > 0 &&
      top >= bottom &&
      top < Number.POSITIVE_INFINITY &&
      open[row]! <= top &&
      open[row]! >= bottom &&
      close[row]! <= top &&
      close[row]! >= bottom
    )
      before = start;
    else return row;
  }
  return -1;
}

function wrongRow({ symbol, time, open, high, low, close }: BarSeries, row: number): UserError {
  const before = row === 0 ? Number.NEGATIVE_INFINITY : time[row - 1]!;
  if (!(time[row]! > before))
    return new UserError(
      `the bars of ${symbol} are not in order: row ${row} starts at ${time[row]}, the one before at ${before}`,
      'Sort them by time, each once: edgewright data check.',
    );
  return new UserError(
    `${symbol} has no valid bar at row ${row}: open ${open[row]}, high ${high[row]}, low ${low[row]}, close ${close[row]}`,
    'Run the quality gate on the data first: edgewright data check.',
  );
}

/**
 * Bars of several symbols meet by their starts, so they must be of one length: where one of them has yet to end, its close would be in the
 * account, and before a strategy, hours early. Bars of one length that begin apart end in the same order, and each symbol is traded on its
 * own next bar; but a strategy that sees all symbols at once would trade one at an open before the close of another that told it to.
 */
export function checkTogether(bars: readonly BarSeries[], time: Float64Array, strategies: readonly Strategy[]): void {
  const [first] = bars;
  const other = bars.find(({ timeframe }) => timeframe.ms !== first!.timeframe.ms);
  if (other !== undefined)
    throw new UserError(
      `${first!.symbol} has ${first!.timeframe.id} bars and ${other.symbol} ${other.timeframe.id} bars: their closes are not known together`,
      'Give all symbols bars of one length, or run them one at a time.',
    );
  if (bars.length > 1 && strategies.some((strategy) => strategy.onInstant !== undefined)) checkOverlap(bars, time);
}

function checkOverlap(bars: readonly BarSeries[], time: Float64Array): void {
  // A day of 23 hours is still a day.
  const least = bars[0]!.timeframe.ms * 0.9;
  for (let row = 1; row < time.length; row++) {
    if (time[row]! - time[row - 1]! >= least) continue;
    const [one, late] = [row - 1, row].map((at) => {
      const { symbol } = bars.find((series) => series.time[firstRowAtOrAfter(series, time[at]!)] === time[at])!;
      return `${symbol} at ${new Date(time[at]!).toISOString()}`;
    });
    throw new UserError(
      `a strategy that sees all symbols at once needs bars that start together: there is one of ${one} and one of ${late}`,
      'Resample them to one grid, or leave out the symbols that trade at other hours.',
    );
  }
}
