import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { UserError } from '#core';
import type { BarSeries } from '#domain';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import type { CliEnvironment } from '../terminal.ts';
import type { AccountCurrency } from './account-currency.ts';
import { loadBars, type LoadedBars } from './load-bars.ts';

export interface CurrencyWishes {
  readonly currency?: string;
  readonly conversion?: readonly string[];
}

/** `USD=EURUSD` as currency and pair. */
function parseConversion(pairs: readonly string[]): readonly (readonly [currency: string, pair: string])[] {
  const found = pairs.map((text): readonly [string, string] => {
    const [, currency, pair] = /^([A-Za-z]{2,10})=(.+)$/.exec(text) ?? [];
    if (currency === undefined || pair === undefined)
      throw new UserError(`--conversion takes currency=pair, got "${text}"`, 'Example: --currency EUR --conversion USD=EURUSD');
    return [currency.toUpperCase(), pair];
  });
  const twice = found.find(([currency], at) => found.some(([other], before) => before < at && other === currency));
  if (twice !== undefined) throw new UserError(`--conversion gives two rates of ${twice[0]}`, 'Keep one.');
  return found;
}

/**
 * Loads the rates that `--conversion` names: a file of bars, or a symbol of the run's own source. What is named only as a rate is not
 * traded. Undefined when the account is said to be in no currency: then all prices count as its own.
 */
export async function readCurrency(
  { currency: given, conversion = [] }: CurrencyWishes,
  config: Pick<ResolvedConfig<PipelineConfig>, 'value' | 'origins'>,
  io: CliEnvironment,
): Promise<AccountCurrency | undefined> {
  if (given === undefined && conversion.length === 0) return undefined;
  const currency = (given ?? 'USD').toUpperCase();
  if (!/^[A-Z]{2,10}$/.test(currency)) throw new UserError(`--currency cannot be "${given}"`, 'Example: --currency EUR');
  const rates: Record<string, BarSeries> = {};
  const parts = [currency];
  for (const [foreign, pair] of parseConversion(conversion)) {
    if (foreign === currency)
      throw new UserError(`the account is in ${currency} and needs no rate of it`, `Leave --conversion ${foreign}=… out.`);
    const { series, provenance } = await loadRate(pair, config, io);
    rates[foreign] = series[0]!;
    parts.push(`${foreign}=${series[0]!.symbol} ${provenance[0]!.sha256}`);
  }
  return { currency, rates, fingerprint: parts.join(', ') };
}

function loadRate(
  pair: string,
  { value, origins }: Pick<ResolvedConfig<PipelineConfig>, 'value' | 'origins'>,
  io: CliEnvironment,
): Promise<LoadedBars> {
  const isFile = /[./\\]/.test(pair) && existsSync(resolve(io.cwd, pair));
  if (/\.(csv|tsv|txt|gz|parquet)$/i.test(pair) && !isFile)
    throw new UserError(`there are no rates at ${pair}`, 'Check the path given to --conversion.');
  const { corporateActions: _, adjust: __, secondSource: ___, ...data } = value.data;
  const from = isFile ? { ...data, source: 'files', path: pair, assetClass: 'fx' as const } : data;
  // A rate may have bars of another length than what is traded.
  return loadBars({ value: { ...value, symbols: isFile ? [] : [pair], data: from }, origins: isFile ? new Map() : origins }, io);
}
