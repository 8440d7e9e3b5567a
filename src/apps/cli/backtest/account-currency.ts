import type { BacktestAccount } from '#backtest';
import { UserError } from '#core';
import { firstRowAtOrAfter, instrument, type AssetClass, type BarSeries } from '#domain';

/** The currency of an account, and by foreign currency the bars of its rate. */
export interface AccountCurrency {
  readonly currency: string;
  readonly rates: Readonly<Record<string, BarSeries>>;
  /** Names the currency and the rates in a run's hash. */
  readonly fingerprint: string;
}

/** What a run gets of it. */
export function accountIn({ currency, rates }: AccountCurrency): Pick<BacktestAccount, 'currency' | 'conversion'> {
  return { currency, conversion: rates };
}

/**
 * The currency that a symbol is quoted in: of a pair (EURUSD, USD/JPY, BTC/EUR) its second part, else the usual one of its class. Looked
 * at only where the account has a currency.
 */
export function quotedIn(symbol: string, assetClass: AssetClass): string {
  const pair = /^[A-Z0-9]{2,10}[/_-]([A-Z]{3,5})(?::.*)?$/.exec(symbol)?.[1];
  const letters = assetClass === 'fx' || assetClass === 'crypto' ? /^[A-Z]{3}([A-Z]{3})$/.exec(symbol)?.[1] : undefined;
  return pair ?? letters ?? instrument(symbol, assetClass).currency;
}

/** Refuses a symbol that is quoted in a currency without a rate, before anything runs. */
export function checkQuotes(account: AccountCurrency, series: readonly BarSeries[], assetClass: AssetClass): void {
  for (const { symbol } of series) {
    const quote = quotedIn(symbol, assetClass);
    if (quote === account.currency || account.rates[quote] !== undefined) continue;
    throw new UserError(
      `${symbol} is quoted in ${quote}, the account is in ${account.currency}, and no rate between them is given`,
      `Add --conversion ${quote}=${account.currency}${quote}, a symbol of the data or a file of its bars.`,
    );
  }
}

/** The bars with their closes in the account's currency, for what compares an account with holding. */
export function inAccountCurrency(series: readonly BarSeries[], account: AccountCurrency, assetClass: AssetClass): readonly BarSeries[] {
  return series.map((bars) => {
    const rate = account.rates[quotedIn(bars.symbol, assetClass)];
    if (rate === undefined) return bars;
    const isInverse = rate.symbol.toUpperCase().startsWith(account.currency);
    return {
      ...bars,
      close: bars.close.map((price, row) => {
        const ended = bars.time[row]! + bars.timeframe.ms;
        const quoted = rate.close[Math.max(0, firstRowAtOrAfter(rate, ended - rate.timeframe.ms + 1) - 1)]!;
        return isInverse ? price / quoted : price * quoted;
      }),
    };
  });
}
