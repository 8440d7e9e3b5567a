import { join } from 'node:path';
import { alpacaSource, ccxtSource, demoSource, fileSource, parquetStore, syntheticSource } from '#adapters/data';
import type { DataSource } from '#data';
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
  switch (kind) {
    case 'demo':
      return demoSource();
    case 'synthetic':
      return synthetic(data, surroundings);
    case 'files':
      if (data.path === undefined) throw new UserError('source "files" needs a path', 'Add --path bars/ (a folder, a file or a pattern).');
      return fileSource({ path: data.path, venueHours: hoursOf(data) });
    case 'ccxt':
      return ccxtSource({ exchange: detail, store: parquetStore(join(cacheOf(surroundings), `ccxt-${encodeURIComponent(detail)}`)) });
    case 'alpaca':
      return alpaca(surroundings);
    default:
      throw new UserError(`unknown data source "${data.source}"`, didYouMean(data.source, KNOWN));
  }
}

const cacheOf = ({ cacheFolder = join(process.cwd(), 'data', 'cache') }: SourceSurroundings): string => cacheFolder;

function alpaca(surroundings: SourceSurroundings): DataSource {
  const { environment, symbols } = surroundings;
  return alpacaSource({
    keyId: environment['EDGEWRIGHT_ALPACA_KEY'] ?? '',
    secret: environment['EDGEWRIGHT_ALPACA_SECRET'] ?? '',
    feed: 'iex',
    adjustment: 'all',
    symbols,
    store: parquetStore(join(cacheOf(surroundings), 'alpaca-iex-all')),
  });
}

function synthetic(data: PipelineConfig['data'], { seed, symbols = [] }: SourceSurroundings): DataSource {
  return syntheticSource(
    {
      symbols: symbols.length > 0 ? symbols : SYNTHETIC_SYMBOLS,
      timeframe: parseTimeframe(data.timeframe),
      bars: data.syntheticBars,
      start: data.start === undefined ? SYNTHETIC_START : Date.parse(`${data.start}T00:00:00Z`),
      venueHours: 'always',
      edge: data.syntheticEdge > 0 ? { kind: 'momentum', lookbackBars: 20, informationCoefficient: data.syntheticEdge } : { kind: 'none' },
    },
    seed,
  );
}

/** Files do not say when their venue is open: stocks unless told otherwise. */
function hoursOf(data: PipelineConfig['data']): VenueHours {
  return data.assetClass === undefined || data.assetClass === 'us_equity' || data.assetClass === 'index' ? 'us_equity' : 'always';
}

function splitOnce(source: string): readonly [string, string] {
  const at = source.indexOf(':');
  return at < 0 ? [source, ''] : [source.slice(0, at), source.slice(at + 1)];
}
