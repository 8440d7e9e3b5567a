import { didYouMean, UserError } from '#core';
import type { BarSeries } from '#domain';
import type { Financing } from '#engine';
import type { Strategy } from '#strategy';
import type { BacktestAccount, BacktestRequest } from './run.ts';

const REQUEST: Readonly<Record<keyof BacktestRequest, true>> = {
  bars: true,
  strategy: true,
  account: true,
  profile: true,
  instruments: true,
  finer: true,
  externals: true,
  seed: true,
  risk: true,
  supervisor: true,
  limits: true,
  events: true,
  atEnd: true,
  keepState: true,
  continueFrom: true,
};
const ACCOUNT: Readonly<Record<keyof BacktestAccount, true>> = {
  cash: true,
  leverage: true,
  hedging: true,
  exclusiveOrders: true,
  maintenanceMargin: true,
  financing: true,
  currency: true,
  conversion: true,
};
const FINANCING: Readonly<Record<keyof Financing, true>> = { borrow: true, creditInterest: true, debitInterest: true };
const ENDINGS: readonly string[] = ['mark', 'close', 'rerun'] satisfies NonNullable<BacktestRequest['atEnd']>[];

/** A setting that is misspelt would be one that is left out: `levrage: 3` a cash account, `profil: 'harsh'` base costs. */
export function checkWords(request: BacktestRequest): void {
  checkKeys('a backtest', request, REQUEST);
  checkKeys('an account', request.account, ACCOUNT);
  if (request.account.financing !== undefined) checkKeys('the financing of an account', request.account.financing, FINANCING);
  if (request.atEnd !== undefined && !ENDINGS.includes(request.atEnd))
    throw new UserError(`atEnd cannot be "${request.atEnd}"`, didYouMean(request.atEnd, ENDINGS));
}

function checkKeys(what: string, given: object, known: Readonly<Record<string, true>>): void {
  for (const key of Object.keys(given)) {
    if (!Object.hasOwn(known, key)) throw new UserError(`${what} has no "${key}"`, didYouMean(key, Object.keys(known)));
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

export function checkAccount(account: BacktestAccount, bars: readonly BarSeries[]): void {
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
