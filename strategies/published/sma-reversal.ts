import { close, sma } from '#features';
import { hold, tunable, whole } from '#strategy';

/**
 * Long while the fast average of the close is above the slow one, short while it is below, turned at each crossing with all of the cash:
 * the strategy whose statistics the tests of backtesting.py print (SmaCross of backtesting/test/_test.py).
 */
export default tunable({
  name: 'sma-reversal',
  summary: 'always in the market: long after a cross up, short after a cross down',
  source: 'backtesting.py, test_compute_stats',
  parameters: {
    fast: whole(10, 2, 250, 'bars of the fast average'),
    slow: whole(30, 3, 500, 'bars of the slow average'),
  },
  make: ({ fast, slow }) => ({
    name: 'sma-reversal',
    features: { fast: sma(close, fast), slow: sma(close, slow) },
    onBar(context) {
      const { f, prior } = context;
      const up = prior.fast! < prior.slow! && f.fast! > f.slow!;
      const down = prior.fast! > prior.slow! && f.fast! < f.slow!;
      if (!up && !down) return NO_CROSS;
      if (!context.position.flat) context.closePosition();
      context.submit({ side: up ? 'buy' : 'sell', type: 'market', size: { kind: 'margin_fraction', fraction: 0.9999 } });
      return up ? CROSS_UP : CROSS_DOWN;
    },
  }),
});

const NO_CROSS = hold('the averages do not cross');
const CROSS_UP = hold('the fast average rose above the slow one');
const CROSS_DOWN = hold('the fast average fell below the slow one');
