import { close, sma } from '#features';
import { hold, tunable, whole } from '#strategy';

/** One unit from the open after the close rises above its average to the open after it falls below: backtrader's test of SMA(15) on 2006. */
export default tunable({
  name: 'close-over-average',
  summary: 'one unit while the close is above its average',
  source: 'backtrader, tests/test_strategy_unoptimized.py',
  parameters: { length: whole(15, 2, 500, 'bars of the average') },
  make: ({ length }) => ({
    name: 'close-over-average',
    features: { average: sma(close, length), close },
    onBar(context) {
      const { f, prior, position } = context;
      if (position.flat && prior.close! <= prior.average! && f.close! > f.average!) {
        context.submit({ side: 'buy', type: 'market', size: 1 });
        return ABOVE;
      }
      if (position.long && prior.close! >= prior.average! && f.close! < f.average!) {
        context.submit({ side: 'sell', type: 'market', size: 1 });
        return BELOW;
      }
      return NO_CROSS;
    },
  }),
});

const ABOVE = hold('the close rose above its average');
const BELOW = hold('the close fell below its average');
const NO_CROSS = hold('the close did not cross its average');
