/** A strategy of three lines, backtested on a synthetic market: `node examples/backtest.ts` (in a checkout after `make package`). */
import {
  createRng,
  defineStrategy,
  ema,
  close,
  hold,
  long,
  parseTimeframe,
  runBacktest,
  summarisePerformance,
  syntheticMarket,
} from 'edgewright';

const [bars] = syntheticMarket(
  {
    symbols: ['DEMO'],
    timeframe: parseTimeframe('1d'),
    bars: 1500,
    start: Date.UTC(2018, 0, 1),
    venueHours: 'us_equity',
    edge: { kind: 'momentum', lookbackBars: 20, informationCoefficient: 0.15 },
  },
  createRng(1),
);

const cross = defineStrategy({
  name: 'ema-cross',
  features: { fast: ema(close, 8), slow: ema(close, 21) },
  decide: ({ f, position }) =>
    f.fast > f.slow && position.flat ? long({ stop: { percent: 0.05 }, target: { percent: 0.1 }, maxBars: 40 }) : hold('no cross'),
});

const result = runBacktest({ bars: [bars!], strategy: cross, account: { cash: 100_000 } });
const { sharpe, maxDrawdown, totalReturn } = summarisePerformance({ equity: result.equity.equity, periodsPerYear: 252 });
console.log(
  `${result.trades.length} trades, return ${(totalReturn * 100).toFixed(1)} %, Sharpe ${sharpe.toFixed(2)}, drawdown ${(maxDrawdown * 100).toFixed(1)} %`,
);
console.log(`orders ${result.orderHash.slice(0, 12)}: the same on every machine`);
