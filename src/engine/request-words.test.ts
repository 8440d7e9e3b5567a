import { expect, test } from 'vitest';
import { runBacktest } from '#backtest';
import { barSeries, parseTimeframe, type Order } from '#domain';

/** A strategy file runs unchecked, so a request may be anything. */
function asked(request: object, change?: object): Order {
  const flat = Float64Array.of(100, 100, 100);
  const time = Float64Array.from(flat, (_, row) => Date.UTC(2024, 0, 1 + row));
  const bars = barSeries('X', parseTimeframe('1d'), { time, open: flat, high: flat, low: flat, close: flat, volume: flat });
  const result = runBacktest({
    bars: [bars],
    strategy: {
      name: 'slip',
      features: {},
      onBar(context) {
        if (context.row === 0) context.submit(request as never);
        if (context.row === 1 && change !== undefined) context.replace(1, change);
        return undefined;
      },
    },
    account: { cash: 1000 },
    profile: 'frictionless',
  });
  expect(result.orders).toHaveLength(1);
  return result.orders[0]!;
}

const market = { side: 'buy', type: 'market', size: 1 };

test('an order as it should be is filled', () => {
  expect(asked(market)).toMatchObject({ status: 'filled', side: 'buy' });
});

test.each([
  [{ ...market, side: 'BUY' }, 'unknown side "BUY": buy or sell'],
  [{ ...market, side: undefined }, 'unknown side undefined: buy or sell'],
  [{ ...market, type: 'limt' }, 'unknown order type "limt". Did you mean "limit"?'],
  [{ ...market, type: 'constructor' }, 'unknown order type "constructor".'],
  [{ ...market, stoploss: 90 }, 'an order has no "stoploss". Did you mean "stopLoss"?'],
  [{ side: 'buy', type: 'market', quantity: 5 }, 'an order has no "quantity"'],
  [{ ...market, timeInForce: 'gtx' }, 'unknown timeInForce "gtx". Did you mean "gtc"?'],
  [{ side: 'buy', type: 'market' }, 'an order needs a size in units, or { kind: … }, got undefined'],
  [{ ...market, size: null }, 'an order needs a size in units, or { kind: … }, got null'],
  [{ ...market, size: '5' }, 'an order needs a size in units, or { kind: … }, got "5"'],
  [{ ...market, size: { kind: 'weight', weight: 1 } }, 'unknown kind of size "weight"'],
  [{ ...market, size: { kind: 'margin_fraction', fraction: 2 } }, 'a margin_fraction is a part of the margin in (0, 1], got 2'],
  [{ ...market, maxBars: 1.5 }, 'maxBars must be a whole number from 1, got 1.5'],
  [{ ...market, maxBars: -3 }, 'maxBars must be a whole number from 1, got -3'],
  [{ ...market, postOnly: true }, 'a market order takes liquidity and cannot be postOnly'],
  [{ ...market, type: 'trailing_stop', trailPercent: 5 }, 'trailPercent is a fraction below 1, got 5'],
  [{ ...market, timeInForce: 'gtd' }, 'a gtd order needs goodTill'],
  [{ ...market, timeInForce: 'gtd', goodTill: Number.NaN }, 'a gtd order needs goodTill, got NaN'],
  [{ ...market, goodTill: Date.UTC(2025, 0, 1) }, 'goodTill needs timeInForce gtd, got gtc'],
])('%o is denied, not read as something else', (request, reason) => {
  const order = asked(request);
  expect(order).toMatchObject({ status: 'denied', filledQuantity: 0 });
  expect(order.reason).toContain(reason);
});

test('a change by a word that no order has is not told as done', () => {
  const limit = { side: 'buy', type: 'limit', limitPrice: 50, size: 1 };
  expect(asked(limit, { limitPrice: 60 })).toMatchObject({ limitPrice: 60 });
  expect(() => asked(limit, { limit: 60 })).toThrow('a change of an order has no "limit"');
});
