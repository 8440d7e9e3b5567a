import { hold, type Strategy } from '#strategy';

/**
 * All of the account into one symbol after the first bar, and held: `SetHoldings("SPY", 1)` of LEAN's BasicTemplateDailyAlgorithm. LEAN keeps
 * a quarter of a percent free and takes whole shares that fit with their fee, reckoned at the last close.
 */
const allInOnce: Strategy = {
  name: 'all-in-once',
  features: {},
  onBar(context) {
    if (context.row > 0) return HELD;
    const budget = 0.9975 * context.account.equity;
    let shares = Math.floor(budget / context.close);
    while (shares > 0 && shares * context.close + Math.max(1, 0.005 * shares) > budget) shares--;
    context.submit({ side: 'buy', type: 'market', size: shares });
    return BOUGHT;
  },
};

const HELD = hold('holds what it bought after the first bar');
const BOUGHT = hold('buys with all of the account');

export default allInOnce;
