import { atr, donchian } from '#features';
import { defineStrategy, exit, hold, long, real, short, tunable, unitsAtRisk, whole } from '#strategy';

/**
 * The Turtles' System 2: enters on a new 55-bar high (or low), leaves on a 20-bar low (or high), stops two ATRs away and sizes so
 * that the stop costs a fixed part of equity. Curtis Faith, The Original Turtle Trading Rules (2003). Without their pyramiding.
 */
export default tunable({
  name: 'donchian-breakout',
  summary: 'follows new highs and lows, with an ATR stop and risk-based size',
  source: 'Faith (2003), The Original Turtle Trading Rules',
  parameters: {
    entry: whole(55, 5, 300, 'bars of the channel that is broken'),
    exit: whole(20, 2, 150, 'bars of the channel that ends the trade'),
    stop: real(2, 0.5, 10, 'stop away from the entry, in ATRs'),
    risk: real(0.01, 0.001, 0.1, 'part of equity lost at the stop'),
    shorts: whole(1, 0, 1, '1 also sells new lows'),
  },
  make: ({ entry, exit: leave, stop, risk, shorts }, { symbols }) => {
    const channel = donchian(entry);
    const trail = donchian(leave);
    return defineStrategy({
      name: 'donchian-breakout',
      features: {
        top: channel.high.delay(1),
        bottom: channel.low.delay(1),
        exitTop: trail.high.delay(1),
        exitBottom: trail.low.delay(1),
        atr: atr(20),
      },
      decide(context) {
        const { f, close, position } = context;
        if (position.long) return close < f.exitBottom ? exit('new low of the exit channel') : hold('trend up holds');
        if (position.short) return close > f.exitTop ? exit('new high of the exit channel') : hold('trend down holds');
        const away = stop * f.atr;
        const plan = { stop: { away }, ...unitsAtRisk(context, risk, away, symbols) };
        if (close > f.top) return long({ ...plan, reason: 'new high of the entry channel' });
        if (shorts === 1 && close < f.bottom) return short({ ...plan, reason: 'new low of the entry channel' });
        return hold('inside the channel');
      },
    });
  },
});
