import { createRng } from '#core';
import { atr, close, sma } from '#features';
import { hold, long, short } from '../decisions.ts';
import { defineStrategy } from '../define.ts';
import { equalShare, real, tunable, whole } from '../recipe.ts';

/** Buys on the first bar and never sells: what no skill would have earned, costs included. */
export const buyAndHold = tunable({
  name: 'buy-and-hold',
  summary: 'control: buys on the first bar, in equal parts, and holds',
  source: 'control; equal parts after DeMiguel, Garlappi, Uppal (2009), Optimal versus naive diversification',
  parameters: {},
  make: (_, { symbols }) =>
    defineStrategy({
      name: 'buy-and-hold',
      features: {},
      decide: (context) =>
        context.position.flat ? long({ stop: { percent: 0.999 }, ...equalShare(context, symbols), reason: 'buys once' }) : hold('holds'),
    }),
});

/** The barest trend rule: no stop, no size, one unit. `edgewright optimize` has a loop of its own for it. */
export const crossing = tunable({
  name: 'crossing',
  summary: 'control: one unit long while the fast average is above the slow one, no stop',
  source: 'control; the rule of Brock, Lakonishok, LeBaron (1992), Simple technical trading rules',
  parameters: {
    fast: whole(20, 1, 2500, 'bars of the fast average'),
    slow: whole(50, 2, 5000, 'bars of the slow average'),
  },
  make: ({ fast, slow }) => ({
    name: 'crossing',
    features: { fast: sma(close, fast), slow: sma(close, slow) },
    onBar(context) {
      const above = context.f['fast']! > context.f['slow']!;
      if (above && context.position.flat) context.submit({ side: 'buy', type: 'market', size: 1 });
      else if (!above && context.position.long) context.closePosition();
      return above ? ABOVE : BELOW;
    },
  }),
});
const ABOVE = hold('the fast average is above the slow one');
const BELOW = hold('the fast average is not above the slow one');

/** Enters at random, either way, and leaves by stop, target or time: what the exits alone earn. The seed decides all. */
export const randomEntry = tunable({
  name: 'random-entry',
  summary: 'control: enters by coin toss, leaves by stop, target or time',
  source: 'control',
  parameters: {
    chance: real(0.05, 0.0001, 1, 'probability of an entry on a flat bar'),
    stop: real(2, 0.1, 20, 'stop away from the entry, in ATRs'),
    target: real(2, 0.1, 50, 'target away from the entry, in ATRs'),
    maxBars: whole(20, 1, 1000, 'bars after which the trade ends'),
  },
  make: ({ chance, stop, target, maxBars }, { seed, symbols }) => {
    const rng = createRng(seed).stream('random-entry');
    return defineStrategy({
      name: 'random-entry',
      features: {
        atr: atr(14),
      },
      decide(context) {
        const { f, position } = context;
        if (!position.flat) return hold('waits for stop, target or time');
        const draw = rng.stream(`${context.symbol}/${context.time}`).uniform();
        if (draw >= chance) return hold('no luck');
        const plan = { stop: { away: stop * f.atr }, target: { away: target * f.atr }, maxBars, ...equalShare(context, symbols) };
        return draw < chance / 2 ? long({ ...plan, reason: 'heads' }) : short({ ...plan, reason: 'tails' });
      },
    });
  },
});
