import { join } from 'node:path';
import type { ParquetStore } from '#adapters/data';
import type { DataSource, SyntheticMarketOptions } from '#data';
import { didYouMean, UserError } from '#core';
import { parseTimeframe, type VenueHours } from '#domain';
import type { PipelineConfig } from '#research';
import { isPath } from './config/paths.ts';

const SYNTHETIC_SYMBOLS = ['SYN1', 'SYN2', 'SYN3', 'SYN4'];
const SYNTHETIC_START = Date.UTC(2000, 0, 3);
const KNOWN = ['demo', 'synthetic', 'files', 'ccxt:<exchange>', 'alpaca'];

export interface SourceSurroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly seed: number;
  /** Symbols asked for, when any: a synthetic market makes just these. */
  readonly symbols?: readonly string[];
  /** Keeps what was downloaded when `data.cacheFolder` names no folder; default `data/cache` in the folder where the command runs. */
  readonly cacheFolder?: string;
  /** Asks the venue each time and keeps nothing: for bars as they close, some of which may come late. */
  readonly keepNothing?: boolean;
}

/**
 * The source that the configuration names. Throws `UserError` for an unknown one or for settings that it needs and lacks. What
 * `ccxt:<exchange>` and `alpaca` download is kept in `data/cache/<source>/` of the folder where the command runs, so that workspaces
 * share it and the next run asks only for what is missing; delete the folder to fetch everything anew. Bars of another feed, adjustment
 * or server are kept apart. Opening a source connects to nothing yet. `EDGEWRIGHT_ALPACA_KEY` and `EDGEWRIGHT_ALPACA_SECRET` hold the keys of Alpaca.
 */
export async function openSource(data: PipelineConfig['data'], surroundings: SourceSurroundings): Promise<DataSource> {
  const [kind, detail] = splitOnce(data.source);
  // Loaded when a source is opened: the store's database is native code, and most commands never need it.
  const adapters = await import('#adapters/data');
  const keptIn = (cache: string, folder: string): ParquetStore | undefined =>
    surroundings.keepNothing === true ? undefined : adapters.parquetStore(join(cache, folder));
  switch (kind) {
    case 'demo':
      return adapters.demoSource();
    case 'synthetic':
      return adapters.syntheticSource(...marketOf(data, surroundings));
    case 'files':
      if (data.path === undefined) throw new UserError('source "files" needs a path', 'Add --path bars/ (a folder, a file or a pattern).');
      return adapters.fileSource({ path: data.path, venueHours: hoursOf(data) });
    case 'ccxt': {
      const { apiUrl } = data.ccxt;
      const folder = ['ccxt', encodeURIComponent(detail), ...hostOf(apiUrl)].join('-');
      return adapters.ccxtSource({ exchange: detail, apiUrl, store: keptIn(cacheOf(data, surroundings), folder) });
    }
    case 'alpaca': {
      const { feed, adjustment, apiUrl } = data.alpaca;
      if (data.corporateActions !== undefined && adjustment !== 'raw')
        throw new UserError(
          `Alpaca adjusts its prices (data.alpaca.adjustment ${adjustment}), and data.corporateActions would adjust them twice`,
          'Add --set data.alpaca.adjustment=raw, or leave data.corporateActions out.',
        );
      const folder = ['alpaca', feed, adjustment, ...hostOf(apiUrl)].join('-');
      return adapters.alpacaSource({
        ...keysOf(surroundings),
        feed,
        adjustment,
        baseUrl: apiUrl,
        symbols: surroundings.symbols,
        store: keptIn(cacheOf(data, surroundings), folder),
      });
    }
    default:
      throw new UserError(
        `unknown data source "${data.source}"`,
        `${didYouMean(data.source, KNOWN)} Or give a file or folder that is there.`,
      );
  }
}

/**
 * The source that `data.secondSource` names, a known one or a path; undefined when it names none. Its bars are compared, never used.
 * Throws `UserError` as `openSource` does, and when a path holds no bars.
 */
export async function openSecondSource(data: PipelineConfig['data'], surroundings: SourceSurroundings): Promise<DataSource | undefined> {
  const { secondSource, corporateActions: _, ...others } = data;
  if (secondSource === undefined) return undefined;
  const path = isPath(secondSource, process.cwd());
  const source = await openSource(
    { ...others, ...(path ? { source: 'files', path: secondSource } : { source: secondSource }) },
    surroundings,
  );
  if (path) await source.list();
  return source;
}

const cacheOf = (data: PipelineConfig['data'], { cacheFolder }: SourceSurroundings): string =>
  data.cacheFolder ?? cacheFolder ?? join(process.cwd(), 'data', 'cache');

/** The server, as part of a folder's name; nothing for the usual one. */
function hostOf(apiUrl: string | undefined): readonly string[] {
  if (apiUrl === undefined) return [];
  const url = URL.parse(apiUrl);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(`"${apiUrl}" is no address of a server`, 'For example https://my-proxy.example.');
  return [encodeURIComponent(url.host)];
}

function keysOf({ environment }: SourceSurroundings) {
  return { keyId: environment['EDGEWRIGHT_ALPACA_KEY'] ?? '', secret: environment['EDGEWRIGHT_ALPACA_SECRET'] ?? '' };
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
