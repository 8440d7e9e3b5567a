import { atr, close, rsi, sma } from '#features';
import { defineStrategy, equalShare, exit, hold, long, real, tunable, whole } from '#strategy';

/**
 * Buys a short, sharp fall inside a long rise: RSI of two bars below 10 with the close above its 200-bar average; sells strength.
 * Larry Connors and Cesar Alvarez, Short Term Trading Strategies That Work (2009). They use no stop; the contract asks for one, so a
 * wide one stands far below.
 */
export default tunable({
  name: 'rsi2-reversion',
  summary: 'buys two-bar weakness above the long average, sells when the close is back above the short one',
  source: 'Connors, Alvarez (2009), Short Term Trading Strategies That Work',
  parameters: {
    length: whole(2, 2, 14, 'bars of the RSI'),
    oversold: real(10, 1, 50, 'RSI below which it buys'),
    trend: whole(200, 10, 500, 'bars of the long average'),
    recovery: whole(5, 2, 50, 'bars of the short average whose crossing ends the trade'),
    maxBars: whole(10, 1, 100, 'bars after which the trade ends'),
    stop: real(5, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  make: ({ length, oversold, trend, recovery, maxBars, stop }, { symbols }) =>
    defineStrategy({
      name: 'rsi2-reversion',
      features: { rsi: rsi(close, length), trend: sma(close, trend), recovery: sma(close, recovery), atr: atr(14) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return context.close > f.recovery ? exit('recovered') : hold('waits for the recovery');
        if (context.close < f.trend) return hold('below the long average');
        if (f.rsi >= oversold) return hold('not oversold');
        return long({ stop: { away: stop * f.atr }, maxBars, ...equalShare(context, symbols), reason: 'oversold in a rising market' });
      },
    }),
});
