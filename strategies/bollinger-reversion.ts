import { atr, bbands, close } from '#features';
import { defineStrategy, equalShare, exit, hold, long, real, short, tunable, whole } from '#strategy';

/**
 * Trades back to the average from outside the bands. The bands are John Bollinger's (Bollinger on Bollinger Bands, 2001), who
 * himself warns that a touch of a band alone is no signal: here as the plain control of that idea.
 */
export default tunable({
  name: 'bollinger-reversion',
  summary: 'buys below the lower band, sells above the upper one, leaves at the average',
  source: 'Bollinger (2001), Bollinger on Bollinger Bands',
  parameters: {
    length: whole(20, 5, 250, 'bars of the average'),
    width: real(2, 0.5, 5, 'standard deviations to the bands'),
    stop: real(3, 0.5, 20, 'stop away from the entry, in ATRs'),
    maxBars: whole(20, 1, 250, 'bars after which the trade ends'),
    shorts: whole(0, 0, 1, '1 also sells above the upper band'),
  },
  make: ({ length, width, stop, maxBars, shorts }, { symbols }) => {
    const bands = bbands(close, length, width, width);
    return defineStrategy({
      name: 'bollinger-reversion',
      features: { ...bands, atr: atr(14) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return context.close >= f.middle ? exit('back at the average') : hold('waits for the average');
        if (position.short) return context.close <= f.middle ? exit('back at the average') : hold('waits for the average');
        const plan = { stop: { away: stop * f.atr }, maxBars, ...equalShare(context, symbols) };
        if (context.close < f.lower) return long({ ...plan, reason: 'below the lower band' });
        if (shorts === 1 && context.close > f.upper) return short({ ...plan, reason: 'above the upper band' });
        return hold('inside the bands');
      },
    });
  },
});
