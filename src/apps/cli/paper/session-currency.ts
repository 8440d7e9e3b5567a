import type { AssetClass, BarSeries, Instrument } from '#domain';
import type { SessionSetup } from '#live';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import type { CurrencyWishes } from '../backtest/read-currency.ts';
import type { CliEnvironment } from '../terminal.ts';

export interface PaperCurrency {
  /** Symbols that are there as a rate. */
  readonly rates: ReadonlySet<string>;
  readonly note: string;
  /** The instruments with what they are quoted in, and the account's currency. Refuses a symbol whose currency has no rate. */
  setupFor(
    instruments: readonly Instrument[],
    series: readonly BarSeries[],
    assetClass: AssetClass,
  ): Pick<SessionSetup, 'instruments' | 'currency'>;
}

/** The currency of the account as a backtest reads it, by the same flags; undefined when there is to be none. */
export async function readSessionCurrency(
  { currency, conversion }: CurrencyWishes,
  config: ResolvedConfig<PipelineConfig>,
  io: CliEnvironment,
): Promise<PaperCurrency | undefined> {
  if (currency === undefined && conversion === undefined) return undefined;
  const [{ readCurrency }, { checkQuotes, quotedIn }, { conversionSeries }] = await Promise.all([
    import('../backtest/read-currency.ts'),
    import('../backtest/account-currency.ts'),
    import('#backtest'),
  ]);
  const wishes = { ...(currency === undefined ? {} : { currency }), ...(conversion === undefined ? {} : { conversion }) };
  const account = (await readCurrency(wishes, config, io))!;
  const pairs = Object.entries(account.rates).map(([foreign, { symbol }]) => `${foreign} by ${symbol}`);
  return {
    rates: new Set(Object.values(account.rates).map(({ symbol }) => symbol)),
    note: `The account is in ${account.currency}${pairs.length === 0 ? '' : `; rates: ${pairs.join(', ')}`}.`,
    setupFor(instruments, series, assetClass) {
      checkQuotes(account, series, assetClass);
      return {
        instruments: instruments.map((one) => ({ ...one, currency: quotedIn(one.symbol, assetClass) })),
        currency: {
          currency: account.currency,
          conversion: conversionSeries(account.currency, account.rates, series),
          fingerprint: account.fingerprint,
        },
      };
    },
  };
}
