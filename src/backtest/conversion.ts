import { didYouMean, UserError } from '#core';
import type { BarSeries } from '#domain';
import type { ConversionSeries } from '#engine';

/** Bars of a pair for each foreign currency, or the symbol of one of the run's own series. */
export type Conversion = Readonly<Record<string, BarSeries | string>>;

/**
 * The rate series of an account. A pair whose symbol begins with the account's currency (USDJPY for JPY in an account in USD) is quoted
 * the other way round and inverted; any other says what one unit of the foreign currency costs.
 */
export function conversionSeries(account: string, conversion: Conversion, bars: readonly BarSeries[]): ConversionSeries[] {
  return Object.entries(conversion).map(([currency, given]) => {
    if (currency === account)
      throw new UserError(`the account is in ${account} and needs no rate of it`, `Take "${currency}" out of conversion.`);
    const columns = typeof given === 'string' ? named(given, currency, bars) : given;
    return { currency, columns, inverse: columns.symbol.toUpperCase().startsWith(account.toUpperCase()) };
  });
}

function named(symbol: string, currency: string, bars: readonly BarSeries[]): BarSeries {
  const found = bars.find((series) => series.symbol === symbol);
  if (found !== undefined) return found;
  const symbols = bars.map((series) => series.symbol);
  throw new UserError(
    `the rate of ${currency} is to come from ${symbol}, which is not in this run`,
    didYouMean(symbol, symbols) || `Give its bars, or one of: ${symbols.join(', ')}.`,
  );
}
