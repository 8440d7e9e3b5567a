import { didYouMean, UserError } from '#core';
import type { BarSeries } from '#domain';
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
  for (const { symbol, time, open, high, low, close, length } of bars) {
    let before = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < length; row++) {
      const start = time[row]!;
      if (!(start > before))
        throw new UserError(
          `the bars of ${symbol} are not in order: row ${row} starts at ${start}, the one before at ${before}`,
          'Sort them by time, each once: edgewright data check.',
        );
      before = start;
      if (
        low[row]! > 0 &&
        high[row]! >= low[row]! &&
        high[row]! < Number.POSITIVE_INFINITY &&
        open[row]! <= high[row]! &&
        open[row]! >= low[row]! &&
        close[row]! <= high[row]! &&
        close[row]! >= low[row]!
      )
        continue;
      throw new UserError(
        `${symbol} has no valid bar at row ${row}: open ${open[row]}, high ${high[row]}, low ${low[row]}, close ${close[row]}`,
        'Run the quality gate on the data first: edgewright data check.',
      );
    }
  }
}
