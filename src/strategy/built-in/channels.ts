import { adx, aroon, atr, close, donchian, high, keltner, minusDi, plusDi, rsi, sar, tsmax } from '#features';
import { exit, hold, long, short } from '../decisions.ts';
import { defineStrategy } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';

/** Follows closes outside the Keltner channel, out at its middle. */
export const keltnerBreakout = tunable({
  name: 'keltner',
  summary: 'long above the Keltner channel, out at its middle',
  source: 'Keltner (1960), How To Make Money in Commodities; with the ATR width of Linda Raschke',
  parameters: {
    length: whole(20, 5, 250, 'bars of the middle and of the ATR'),
    width: real(2, 0.5, 6, 'ATRs to the channel'),
    stop: real(3, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  make: ({ length, width, stop }, { symbols }) => {
    const channel = keltner(length, width);
    return defineStrategy({
      name: 'keltner',
      features: { top: channel.up, middle: channel.mavg, atr: atr(length) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return context.close < f.middle ? exit('back at the middle') : hold('above the middle');
        if (context.close <= f.top) return hold('not above the channel');
        return long({ stop: { away: stop * f.atr }, ...equalShare(context, symbols), reason: 'above the channel' });
      },
    });
  },
});

/** In on a new high of the long channel, out on a new low of the short one, which is also the stop. */
export const donchianChannel = tunable({
  name: 'donchian',
  summary: 'long on a new 20-bar high, out on a 10-bar low',
  source: 'Donchian (1960), Commodities: high finance in copper; the 20/10 channels of the Turtles’ System 1 in Faith (2003)',
  parameters: {
    entry: whole(20, 2, 300, 'bars of the channel that is broken'),
    exit: whole(10, 1, 150, 'bars of the channel that ends the trade'),
    shorts: whole(0, 0, 1, '1 also sells new lows'),
  },
  make: ({ entry, exit: leave, shorts }, { symbols }) => {
    const [channel, trail] = [donchian(entry), donchian(leave)];
    return defineStrategy({
      name: 'donchian',
      features: {
        top: channel.high.delay(1),
        bottom: channel.low.delay(1),
        exitTop: trail.high.delay(1),
        exitBottom: trail.low.delay(1),
      },
      decide(context) {
        const { f, position } = context;
        if (position.long) return context.close < f.exitBottom ? exit('new low of the exit channel') : hold('no new low');
        if (position.short) return context.close > f.exitTop ? exit('new high of the exit channel') : hold('no new high');
        if (context.close > f.top)
          return long({ stop: f.exitBottom, ...equalShare(context, symbols), reason: 'new high of the entry channel' });
        if (shorts === 1 && context.close < f.bottom)
          return short({ stop: f.exitTop, ...equalShare(context, symbols), reason: 'new low of the entry channel' });
        return hold('inside the channel');
      },
    });
  },
});

/** Trades the stronger directional indicator while the ADX says that there is a trend. */
export const directionalTrend = tunable({
  name: 'adx-di',
  summary: 'trades the stronger of +DI and −DI while ADX shows a trend',
  source: 'Wilder (1978), New Concepts in Technical Trading Systems',
  parameters: {
    length: whole(14, 2, 100, 'bars of ADX and DI'),
    trend: real(25, 5, 60, 'ADX above which there is a trend'),
    stop: real(3, 0.5, 20, 'stop away from the entry, in ATRs'),
    shorts: whole(0, 0, 1, '1 also sells'),
  },
  make: ({ length, trend, stop, shorts }, { symbols }) =>
    defineStrategy({
      name: 'adx-di',
      features: { adx: adx(length), up: plusDi(length), down: minusDi(length), atr: atr(length) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return f.up < f.down ? exit('−DI rose above +DI') : hold('+DI leads');
        if (position.short) return f.up > f.down ? exit('+DI rose above −DI') : hold('−DI leads');
        if (f.adx < trend) return hold('no trend');
        const plan = { stop: { away: stop * f.atr }, ...equalShare(context, symbols) };
        if (f.up > f.down) return long({ ...plan, reason: '+DI leads in a trend' });
        return shorts === 1 ? short({ ...plan, reason: '−DI leads in a trend' }) : hold('−DI leads; no short sales');
      },
    }),
});

/** Long while the parabolic stop-and-reverse lies under the price. */
export const parabolic = tunable({
  name: 'parabolic-sar',
  summary: 'long while the parabolic SAR lies under the price, the SAR being the stop',
  source: 'Wilder (1978), New Concepts in Technical Trading Systems',
  parameters: {
    step: real(0.02, 0.001, 0.2, 'acceleration'),
    maximum: real(0.2, 0.01, 1, 'greatest acceleration'),
  },
  make: ({ step, maximum }, { symbols }) =>
    defineStrategy({
      name: 'parabolic-sar',
      features: { sar: sar(step, maximum) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return context.close < f.sar ? exit('the SAR turned') : hold('above the SAR');
        if (context.close <= f.sar) return hold('below the SAR');
        return long({ stop: f.sar, ...equalShare(context, symbols), reason: 'the SAR turned up' });
      },
    }),
});

/** Long after a recent high and no recent low. */
export const aroonTrend = tunable({
  name: 'aroon',
  summary: 'long while the last high is younger than the last low',
  source: 'Chande (1995), The time price oscillator',
  parameters: {
    length: whole(25, 5, 250, 'bars looked back on'),
    strong: real(70, 50, 100, 'Aroon up at which it buys'),
    stop: real(4, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  make: ({ length, strong, stop }, { symbols }) => {
    const { aroonUp, aroonDown } = aroon(length);
    return defineStrategy({
      name: 'aroon',
      features: { up: aroonUp, down: aroonDown, atr: atr(14) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return f.down > f.up ? exit('the last low is younger') : hold('the last high is younger');
        if (f.up < strong || f.down > f.up) return hold('no fresh high');
        return long({ stop: { away: stop * f.atr }, ...equalShare(context, symbols), reason: 'a fresh high' });
      },
    });
  },
});

/** Buys weakness and sells strength of the RSI, plainly. */
export const rsiReversion = tunable({
  name: 'rsi14',
  summary: 'buys when the RSI leaves the oversold zone, out at the overbought one',
  source: 'Wilder (1978), New Concepts in Technical Trading Systems',
  parameters: {
    length: whole(14, 2, 100, 'bars of the RSI'),
    oversold: real(30, 1, 50, 'RSI it must rise above'),
    overbought: real(70, 50, 99, 'RSI at which the trade ends'),
    stop: real(3, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  make: ({ length, oversold, overbought, stop }, { symbols }) =>
    defineStrategy({
      name: 'rsi14',
      features: { rsi: rsi(close, length), atr: atr(14) },
      decide(context) {
        const { f, prior, position } = context;
        if (position.long) return f.rsi > overbought ? exit('overbought') : hold('waits for strength');
        if (!(prior.rsi < oversold && f.rsi >= oversold)) return hold('has not left the oversold zone');
        return long({ stop: { away: stop * f.atr }, ...equalShare(context, symbols), reason: 'left the oversold zone' });
      },
    }),
});

/** Holds what is near its highest price of a year. */
export const yearHigh = tunable({
  name: 'year-high',
  summary: 'long near the highest price of the year',
  source: 'George, Hwang (2004), The 52-week high and momentum investing',
  parameters: {
    length: whole(252, 20, 1000, 'bars of the highest price'),
    near: real(0.95, 0.5, 1, 'part of that price above which it buys'),
    far: real(0.85, 0.3, 1, 'part of that price below which it sells'),
    stop: real(0.2, 0.01, 0.9, 'stop below the entry, as a fraction'),
  },
  make: ({ length, near, far, stop }, { symbols }) =>
    defineStrategy({
      name: 'year-high',
      features: { nearness: close.div(tsmax(high, length)) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return f.nearness < far ? exit('far from its high') : hold('near enough to its high');
        if (f.nearness < near) return hold('not near its high');
        return long({ stop: { percent: stop }, ...equalShare(context, symbols), reason: 'near its high' });
      },
    }),
});
