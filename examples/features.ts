/** The same features in batch and bar by bar, equal to the last bit: `node examples/features.ts` (in a checkout after `make package`). */
import { atr, close, compile, createRng, ema, parseTimeframe, rsi, syntheticMarket } from 'edgewright';

const [bars] = syntheticMarket(
  { symbols: ['DEMO'], timeframe: parseTimeframe('1h'), bars: 2000, start: Date.UTC(2024, 0, 1), venueHours: 'always' },
  createRng(7),
);
const graph = compile({ strength: rsi(close, 14), trend: ema(close, 12).div(ema(close, 26)), range: atr(14).div(close) });
const batch = graph.batch(bars!);
const stream = graph.stream();
const row = new Float64Array(graph.names.length);
let different = 0;
for (let index = 0; index < bars!.length; index++) {
  stream.stepRow(bars!, index, row);
  graph.names.forEach((name, column) => {
    if (!Object.is(row[column], batch[name][index])) different++;
  });
}
console.log(`${graph.names.join(', ')}: ${bars!.length} bars, ${different} differences between batch and stream`);
