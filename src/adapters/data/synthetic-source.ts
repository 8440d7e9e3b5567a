import { contentHash, createRng, didYouMean, UserError } from '#core';
import { rangeOf, syntheticMarket, type DataSource, type SyntheticMarketOptions } from '#data';
import { cutRange } from './file-source.ts';

/** A seeded synthetic market as a source; its provenance always says that it is synthetic. */
export function syntheticSource(options: SyntheticMarketOptions, seed: number | string): DataSource {
  return {
    id: 'synthetic',
    describe: () => ({ text: `Synthetic market, seed ${seed}: not real prices`, kind: 'synthetic', venueHours: options.venueHours }),
    list: async () => options.symbols.map((symbol) => ({ symbol, timeframe: options.timeframe })),
    load: async (request) => {
      if (request.timeframe.ms !== options.timeframe.ms)
        throw new UserError(
          `the synthetic market has ${options.timeframe.id} bars, not ${request.timeframe.id}`,
          `Use timeframe ${options.timeframe.id}.`,
        );
      const bars = syntheticMarket(options, createRng(seed)).find((series) => series.symbol === request.symbol);
      if (!bars) throw new UserError(`the synthetic market has no ${request.symbol}`, didYouMean(request.symbol, options.symbols));
      const edge = options.edge?.kind ?? 'none';
      const { time, open, high, low, close, volume } = bars;
      const provenance = {
        what: `Synthetic market, planted edge: ${edge}`,
        kind: 'synthetic' as const,
        licence: 'Apache-2.0',
        symbol: bars.symbol,
        timeframe: bars.timeframe.id,
        retrievedFrom: `generator, seed ${seed}`,
        sha256: contentHash({ options: JSON.stringify(options), seed }),
        ...rangeOf(time),
        transformations: [],
      };
      return cutRange(
        { symbol: bars.symbol, timeframe: bars.timeframe, columns: { time, open, high, low, close, volume }, provenance },
        request,
      );
    },
  };
}
