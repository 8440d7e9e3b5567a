import { fileURLToPath } from 'node:url';
import { didYouMean, sha256, UserError } from '#core';
import { parseTimeframe, type Timeframe } from '#domain';
import { parseCsv, rangeOf, type DataRequest, type DataSource, type RawDataset } from '#data';
import { cutRange } from './file-source.ts';
import { readBytes } from './durable-file.ts';

interface DemoSet {
  readonly what: string;
  readonly licence: string;
  readonly retrievedFrom: string;
  readonly path: () => string;
}

const DAILY: Timeframe = parseTimeframe('1d');
const SETS: Readonly<Record<string, DemoSet>> = {
  AAPL: {
    what: 'Apple Inc., daily bars of May 2013 to May 2018, real prices adjusted for splits but not for dividends',
    licence: 'ISC',
    retrievedFrom: 'npm:@observablehq/sample-datasets/aapl.csv',
    path: () => fileURLToPath(import.meta.resolve('@observablehq/sample-datasets/aapl.csv')),
  },
  SP500: {
    what: 'S&P 500 index, daily bars of 2000 to 2020, real index levels (not a tradable instrument)',
    licence: 'BSD-3-Clause',
    retrievedFrom: 'npm:vega-datasets/data/sp500-2000.csv',
    path: () => fileURLToPath(new URL('../data/sp500-2000.csv', import.meta.resolve('vega-datasets'))),
  },
};

/** Real daily bars that come with the installed packages: works without network, key or file. Symbols AAPL and SP500. */
export function demoSource(): DataSource {
  return {
    id: 'demo',
    describe: () => ({
      text: 'Demo data, real: AAPL daily 2013–2018 and the S&P 500 daily 2000–2020, from npm packages',
      kind: 'real',
      venueHours: 'us_equity',
    }),
    list: async () => Object.keys(SETS).map((symbol) => ({ symbol, timeframe: DAILY })),
    load: loadDemo,
  };
}

async function loadDemo(request: DataRequest): Promise<RawDataset> {
  const set = SETS[request.symbol];
  if (!set) throw new UserError(`the demo data have no symbol ${request.symbol}`, didYouMean(request.symbol, Object.keys(SETS)));
  if (request.timeframe.id !== '1d') throw new UserError(`the demo data are daily, not ${request.timeframe.id}`, 'Use timeframe 1d.');
  const bytes = await readBytes(set.path());
  const parsed = parseCsv(bytes, set.retrievedFrom);
  const { what, licence, retrievedFrom } = set;
  return cutRange(
    {
      symbol: request.symbol,
      timeframe: DAILY,
      columns: parsed.columns,
      ...(parsed.adjustedClose ? { adjustedClose: parsed.adjustedClose } : {}),
      provenance: {
        what,
        kind: 'real',
        licence,
        retrievedFrom,
        symbol: request.symbol,
        timeframe: '1d',
        sha256: sha256(bytes),
        ...rangeOf(parsed.columns.time),
        transformations: parsed.notes,
      },
    },
    request,
  );
}
