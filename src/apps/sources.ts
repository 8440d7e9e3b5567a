import { join } from 'node:path';
import type { DataSource, SyntheticMarketOptions } from '#data';
import { didYouMean, UserError } from '#core';
import { parseTimeframe, type VenueHours } from '#domain';
import type { PipelineConfig } from '#research';

const SYNTHETIC_SYMBOLS = ['SYN1', 'SYN2', 'SYN3', 'SYN4'];
const SYNTHETIC_START = Date.UTC(2000, 0, 3);
const KNOWN = ['demo', 'synthetic', 'files', 'ccxt:<exchange>', 'alpaca'];

export interface SourceSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly seed: number;
  /** Symbols asked for, when any: a synthetic market makes just these. */
  readonly symbols?: readonly string[];
  /** Keeps what was downloaded; default `data/cache` in the folder where the command runs. */
  readonly cacheFolder?: string;
}

/**
 * The source that the configuration names. Throws `UserError` for an unknown one or for settings that it needs and lacks. What
 * `ccxt:<exchange>` and `alpaca` download is kept in `data/cache/<source>/` of the folder where the command runs, so that workspaces
 * share it and the next run asks only for what is missing; delete the folder to fetch everything anew. Opening a source connects to
 * nothing yet. `EDGEWRIGHT_ALPACA_KEY` and `EDGEWRIGHT_ALPACA_SECRET` hold the keys of Alpaca.
 */
export async function openSource(data: PipelineConfig['data'], surroundings: SourceSurroundings): Promise<DataSource> {
  const [kind, detail] = splitOnce(data.source);
  // Loaded when a source is opened: the store's database is native code, and most commands never need it.
  const adapters = await import('#adapters/data');
  switch (kind) {
    case 'demo':
      return adapters.demoSource();
    case 'synthetic':
      return adapters.syntheticSource(...marketOf(data, surroundings));
    case 'files':
      if (data.path === undefined) throw new UserError('source "files" needs a path', 'Add --path bars/ (a folder, a file or a pattern).');
      return adapters.fileSource({ path: data.path, venueHours: hoursOf(data) });
    case 'ccxt':
      return adapters.ccxtSource({
        exchange: detail,
        store: adapters.parquetStore(join(cacheOf(surroundings), `ccxt-${encodeURIComponent(detail)}`)),
      });
    case 'alpaca':
      return adapters.alpacaSource({
        ...alpacaOptions(surroundings),
        store: adapters.parquetStore(join(cacheOf(surroundings), 'alpaca-iex-all')),
      });
    default:
      throw new UserError(`unknown data source "${data.source}"`, didYouMean(data.source, KNOWN));
  }
}

const cacheOf = ({ cacheFolder = join(process.cwd(), 'data', 'cache') }: SourceSurroundings): string => cacheFolder;

function alpacaOptions({ environment, symbols }: SourceSurroundings) {
  return {
    keyId: environment['EDGEWRIGHT_ALPACA_KEY'] ?? '',
    secret: environment['EDGEWRIGHT_ALPACA_SECRET'] ?? '',
    feed: 'iex',
    adjustment: 'all',
    symbols,
  } as const;
}

function marketOf(data: PipelineConfig['data'], { seed, symbols = [] }: SourceSurroundings): [SyntheticMarketOptions, number] {
  return [
    {
      symbols: symbols.length > 0 ? symbols : SYNTHETIC_SYMBOLS,
      timeframe: parseTimeframe(data.timeframe),
      bars: data.syntheticBars,
      start: data.start === undefined ? SYNTHETIC_START : Date.parse(`${data.start}T00:00:00Z`),
      venueHours: 'always',
      edge: data.syntheticEdge > 0 ? { kind: 'momentum', lookbackBars: 20, informationCoefficient: data.syntheticEdge } : { kind: 'none' },
    },
    seed,
  ];
}

/** Files do not say when their venue is open: stocks unless told otherwise. */
function hoursOf(data: PipelineConfig['data']): VenueHours {
  return data.assetClass === undefined || data.assetClass === 'us_equity' || data.assetClass === 'index' ? 'us_equity' : 'always';
}

function splitOnce(source: string): readonly [string, string] {
  const at = source.indexOf(':');
  return at < 0 ? [source, ''] : [source.slice(0, at), source.slice(at + 1)];
}
