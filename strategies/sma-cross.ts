import { atr, close, sma } from '#features';
import { defineStrategy, equalShare, exit, hold, long, real, tunable, whole } from '#strategy';

/**
 * Long while the fast average of the close is above the slow one, out when it falls below.
 * Richard Donchian's moving-average rules of the 1960s; tested by Brock, Lakonishok and LeBaron, Journal of Finance 47 (1992).
 * The first example to read: the others have the same parts.
 */
export default tunable({
  name: 'sma-cross',
  summary: 'long while a fast moving average is above a slow one',
  source: 'Brock, Lakonishok, LeBaron (1992), Simple technical trading rules',
  // Numbers to turn with --param or to search with `edgewright optimize`: usual value, range, meaning.
  parameters: {
    fast: whole(20, 2, 250, 'bars of the fast average'),
    slow: whole(50, 3, 500, 'bars of the slow average'),
    stop: real(4, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  // Called with the numbers chosen; the second argument says how many symbols share the account.
  make: ({ fast, slow, stop }, { symbols }) =>
    defineStrategy({
      name: 'sma-cross',
      // Computed before the run, each once, from the bars up to the one they stand at.
      features: { fast: sma(close, fast), slow: sma(close, slow), atr: atr(14) },
      // Asked after every closed bar of every symbol; what it wants is filled at the next open at the earliest.
      decide(context) {
        const { f, position } = context;
        const up = f.fast > f.slow;
        if (position.long) return up ? hold('trend holds') : exit('fast average fell below the slow one');
        if (!up) return hold('fast average is below the slow one');
        if (context.prior.fast > context.prior.slow) return hold('crossed earlier; waits for the next cross');
        return long({ stop: { away: stop * f.atr }, ...equalShare(context, symbols), reason: 'fast average rose above the slow one' });
      },
    }),
});
