import { atr, close, ema, macd, ret, sma, std, superTrend, time } from '#features';
import type { BarContext, EntryPlan } from '../contract.ts';
import { exit, hold, long, short } from '../decisions.ts';
import { defineStrategy } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';

/** Invested while the close is above its long average. */
export const movingAverageFilter = tunable({
  name: 'sma200',
  summary: 'long while the close is above its long average',
  source: 'Faber (2007), A quantitative approach to tactical asset allocation',
  parameters: {
    length: whole(200, 5, 1000, 'bars of the average'),
    band: real(0, 0, 0.2, 'fraction above or below that must be passed'),
    monthly: whole(0, 0, 1, '1 looks only at the first bar of a month: with length 210 the ten-month rule'),
    stop: real(0.25, 0.01, 0.9, 'stop below the entry, as a fraction'),
  },
  make: ({ length, band, monthly, stop }, { symbols }) =>
    defineStrategy({
      name: 'sma200',
      features: { average: sma(close, length), timeBefore: time.delay(1) },
      decide(context) {
        const { f, position } = context;
        if (monthly === 1 && monthOf(context.time) === monthOf(f.timeBefore)) return hold('not the first bar of a month');
        if (position.long) return context.close < f.average * (1 - band) ? exit('below the average') : hold('above the average');
        if (context.close <= f.average * (1 + band)) return hold('not above the average');
        return long({ stop: { percent: stop }, ...equalShare(context, symbols), reason: 'above the average' });
      },
    }),
});

const monthOf = (time: number): number => new Date(time).getUTCMonth();

/** Long while the MACD line is above its signal line. */
export const macdCross = tunable({
  name: 'macd',
  summary: 'long while MACD is above its signal line',
  source: 'Appel (1979), The Moving Average Convergence Divergence trading method',
  parameters: {
    fast: whole(12, 2, 100, 'bars of the fast average'),
    slow: whole(26, 3, 250, 'bars of the slow average'),
    signal: whole(9, 2, 100, 'bars of the signal line'),
    stop: real(3, 0.5, 20, 'stop below the entry, in ATRs'),
  },
  make: ({ fast, slow, signal, stop }, { symbols }) =>
    defineStrategy({
      name: 'macd',
      features: { hist: macd(close, fast, slow, signal).hist, atr: atr(14) },
      decide(context) {
        const { f, prior, position } = context;
        if (position.long) return f.hist < 0 ? exit('MACD fell below its signal') : hold('MACD is above its signal');
        if (!(f.hist > 0)) return hold('MACD is below its signal');
        if (prior.hist > 0) return hold('crossed earlier; waits for the next cross');
        return long({ stop: { away: stop * f.atr }, ...equalShare(context, symbols), reason: 'MACD rose above its signal' });
      },
    }),
});

/** Follows the SuperTrend line, long and short, with the line as the stop. */
export const superTrendFollow = tunable({
  name: 'supertrend',
  summary: 'follows the SuperTrend line, the line being the stop',
  source: 'Seban (2008), SuperTrend',
  parameters: {
    length: whole(10, 2, 100, 'bars of the ATR'),
    multiple: real(3, 0.5, 10, 'ATRs from the middle to the line'),
    shorts: whole(1, 0, 1, '1 also sells'),
  },
  make: ({ length, multiple, shorts }, { symbols }) => {
    const { level, side } = superTrend(length, multiple);
    return defineStrategy({
      name: 'supertrend',
      features: { level, side },
      decide(context) {
        const { f, prior, position } = context;
        if (position.long) return f.side < 0 ? exit('the line turned down') : hold('above the line');
        if (position.short) return f.side > 0 ? exit('the line turned up') : hold('below the line');
        if (f.side === prior.side) return hold('waits for the line to turn');
        const plan = { stop: f.level, ...equalShare(context, symbols) };
        if (f.side > 0) return long({ ...plan, reason: 'the line turned up' });
        return shorts === 1 ? short({ ...plan, reason: 'the line turned down' }) : hold('no short sales');
      },
    });
  },
});

/** The sign of the last year's return, in a size that gives every market the same volatility. */
export const timeSeriesMomentum = tunable({
  name: 'ts-momentum',
  summary: 'long after a year of gain, short after a year of loss, sized by volatility',
  source: 'Moskowitz, Ooi, Pedersen (2012), Time series momentum',
  parameters: {
    lookback: whole(252, 5, 1000, 'bars of the return'),
    smooth: whole(1, 1, 100, 'bars that smooth the close; 1 is none'),
    target: real(0.4, 0.02, 4, 'yearly volatility (252 bars) that a position is sized to'),
    window: whole(60, 10, 250, 'bars of the volatility'),
    stop: real(0.25, 0.01, 0.9, 'stop away from the entry, as a fraction'),
    shorts: whole(0, 0, 1, '1 also sells'),
  },
  make: ({ lookback, smooth, target, window, stop, shorts }, { symbols }) =>
    defineStrategy({
      name: 'ts-momentum',
      features: { gain: ret(smooth === 1 ? close : ema(close, smooth), lookback), deviation: std(ret(close, 1), window) },
      decide(context) {
        const { f, position } = context;
        if (position.long) return f.gain < 0 ? exit('the gain is gone') : hold('still a gain');
        if (position.short) return f.gain > 0 ? exit('the loss is gone') : hold('still a loss');
        const plan = { stop: { percent: stop }, ...sizedTo(context, target / (f.deviation * Math.sqrt(252)), symbols) };
        if (f.gain > 0) return long({ ...plan, reason: 'a gain over the look-back' });
        if (shorts === 1 && f.gain < 0) return short({ ...plan, reason: 'a loss over the look-back' });
        return hold('no gain');
      },
    }),
});

/** The share that gives the volatility wanted, at most an equal share of the account: nothing is borrowed. */
function sizedTo(context: BarContext, share: number, symbols: number): Pick<EntryPlan, 'size' | 'units'> {
  const most = equalShare(context, symbols);
  const part = Math.min(1, share);
  return most.units === undefined ? { size: most.size! * part } : { units: most.units * part };
}

/** Long while the fast average lies above the slow one by more than a band, short while below by more, out between. */
export const movingAverageBand = tunable({
  name: 'ma-band',
  summary: 'long above a band around the long average, short below it, out inside',
  source: 'Brock, Lakonishok, LeBaron (1992), Simple technical trading rules: the variable-length rule (1, 200, 1 %)',
  parameters: {
    fast: whole(1, 1, 100, 'bars of the fast average; 1 is the close itself'),
    slow: whole(200, 5, 1000, 'bars of the slow average'),
    band: real(0.01, 0, 0.2, 'half width of the band, as a fraction of the slow average'),
    stop: real(0.25, 0.01, 0.9, 'stop away from the entry, as a fraction'),
    shorts: whole(1, 0, 1, '1 also sells'),
  },
  make: ({ fast, slow, band, stop, shorts }, { symbols }) =>
    defineStrategy({
      name: 'ma-band',
      features: { fast: sma(close, fast), slow: sma(close, slow) },
      decide(context) {
        const { f, position } = context;
        const above = f.fast > f.slow * (1 + band);
        const below = f.fast < f.slow * (1 - band);
        if (position.long) return above ? hold('above the band') : exit('no longer above the band');
        if (position.short) return below ? hold('below the band') : exit('no longer below the band');
        const plan = { stop: { percent: stop }, ...equalShare(context, symbols) };
        if (above) return long({ ...plan, reason: 'above the band' });
        if (below && shorts === 1) return short({ ...plan, reason: 'below the band' });
        return hold(below ? 'below the band; no short sales' : 'inside the band');
      },
    }),
});
