import { createRng } from '#core';
import { barSeries, parseTimeframe, type BarSeries, type OrderRequest, type OrderType } from '#domain';
import type { BarContext, Strategy } from '#strategy';

/** A driftless walk on ticks with thin and empty bars, the same for the same seed. */
export function walk(rows: number, seed: number | string, sigma = 0.01, timeframe = '4h', ticksAUnit = 100): BarSeries {
  const rng = createRng(seed);
  const make = (): Float64Array => new Float64Array(rows);
  const [time, open, high, low, close, volume] = [make(), make(), make(), make(), make(), make()];
  const cents = (value: number): number => Math.round(value * ticksAUnit) / ticksAUnit;
  const frame = parseTimeframe(timeframe);
  let last = 100;
  for (let row = 0; row < rows; row++) {
    time[row] = 1_577_836_800_000 + row * frame.ms;
    open[row] = cents(last * Math.exp(rng.normal() * sigma * 0.2));
    last = Math.max(1, cents(last * Math.exp(rng.normal() * sigma - (sigma * sigma) / 2)));
    close[row] = last;
    high[row] = cents(Math.max(open[row]!, last) * (1 + Math.abs(rng.normal()) * sigma * 0.5));
    low[row] = cents(Math.min(open[row]!, last) * (1 - Math.abs(rng.normal()) * sigma * 0.5));
    volume[row] = rng.integer(6) === 0 ? 0 : Math.round(400 * rng.uniform());
  }
  return barSeries('WALK', frame, { time, open, high, low, close, volume });
}

/**
 * A market without drift inside its bars too: each bar is 24 steps of one martingale, so that a resting order buys nothing the price
 * does not owe. (In `walk` highs and lows are drawn apart from the close, which would pay whoever rests at them.)
 */
export function fairMarket(rows: number, seed: number | string, sigma = 0.01): BarSeries {
  const rng = createRng(seed);
  const make = (): Float64Array => new Float64Array(rows);
  const [time, open, high, low, close, volume] = [make(), make(), make(), make(), make(), make()];
  const step = sigma / Math.sqrt(24);
  let price = 100;
  for (let row = 0; row < rows; row++) {
    time[row] = 1_577_836_800_000 + row * 3_600_000;
    for (let tick = 0; tick < 24; tick++) {
      price *= 1 + rng.normal() * step;
      if (tick === 0) open[row] = high[row] = low[row] = price;
      high[row] = Math.max(high[row]!, price);
      low[row] = Math.min(low[row]!, price);
    }
    close[row] = price;
    volume[row] = 1000;
  }
  return barSeries('WALK', parseTimeframe('1h'), { time, open, high, low, close, volume });
}

export const TYPES: readonly OrderType[] = [
  'market',
  'limit',
  'stop',
  'stop_limit',
  'trailing_stop',
  'market_if_touched',
  'limit_if_touched',
  'market_to_limit',
  'market_on_open',
  'market_on_close',
  'limit_on_open',
  'limit_on_close',
];

/** Orders of every kind, groups, cancels and replacements at random; its choices depend on the moment alone. */
export function anyTrader(seed: number, name = 'any', replaces = true): Strategy {
  return {
    name,
    features: {},
    onBar(context) {
      const rng = createRng(`${seed}/${name}/${context.symbol}/${context.time}`);
      const draw = (): number => rng.uniform();
      if (draw() < 0.04) context.cancelAll();
      if (draw() < 0.05) context.closePosition(0.5);
      if (draw() < 0.1) protect(context, draw);
      for (const order of context.orders()) {
        const chance = draw();
        if (chance < 0.02) context.cancel(order.id);
        else if (replaces && chance < 0.04) context.replace(order.id, { limitPrice: context.close });
      }
      if (draw() < 0.3) context.submit(anyRequest(draw, context.close));
      return undefined;
    },
  };
}

/** A target and a stop in one group for all that is held. */
function protect(context: BarContext, draw: () => number): void {
  const held = context.position.quantity;
  if (held === 0) return;
  const side = held > 0 ? 'sell' : 'buy';
  const sign = Math.sign(held);
  const units = Math.abs(held);
  const kind = draw() < 0.5 ? 'oco' : 'ouo';
  const name = `${kind}:${units}:${context.symbol}:${context.time}`;
  const group = kind === 'oco' ? { ocoGroup: name } : { ouoGroup: name };
  const shared = { side, size: units, ...group, tag: name, reduceOnly: draw() < 0.5 } as const;
  context.submit({ ...shared, type: 'limit', limitPrice: context.close * (1 + sign * 0.01 * (0.2 + draw())) });
  context.submit({ ...shared, type: 'stop', stopPrice: context.close * (1 - sign * 0.01 * (0.2 + draw())) });
}

function anyRequest(draw: () => number, close: number): OrderRequest {
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(draw() * items.length)]!;
  const side = draw() < 0.5 ? 'buy' : 'sell';
  const sign = side === 'buy' ? 1 : -1;
  const type = pick(TYPES);
  const timeInForce = pick(['gtc', 'gtc', 'day', 'ioc', 'fok'] as const);
  const touches = type === 'market_if_touched' || type === 'limit_if_touched';
  const limits = type.startsWith('limit') || type === 'stop_limit';
  return {
    side,
    type,
    size: 1 + Math.floor(draw() * 20),
    timeInForce,
    reduceOnly: draw() < 0.2,
    ...(type === 'limit' && draw() < 0.3 ? { postOnly: true, tag: 'post' } : {}),
    ...(type === 'stop' || type === 'stop_limit' ? { stopPrice: close * (1 + sign * 0.005) } : {}),
    ...(touches ? { triggerPrice: close * (1 - sign * 0.005) } : {}),
    ...(limits ? { limitPrice: close * (1 + sign * (type === 'limit' ? -0.01 : touches ? -0.003 : 0.01)) } : {}),
    ...(type === 'trailing_stop' ? { trailPercent: 0.01, ...(draw() < 0.4 ? { activationPrice: close * (1 - sign * 0.01) } : {}) } : {}),
    ...(type === 'market' && draw() < 0.5
      ? { stopLoss: close * (1 - sign * 0.03), takeProfit: close * (1 + sign * 0.04), maxBars: 15 }
      : {}),
  };
}

/** Four finer bars inside each bar of `walk` with the same seed: open to one extreme, to the other, to the close. */
export function fineWalk(rows: number, seed: number | string, ticksAUnit = 100): BarSeries {
  const bars = walk(rows, seed, 0.01, '4h', ticksAUnit);
  const rng = createRng(`${seed}/path`);
  const make = (): Float64Array => new Float64Array(rows * 4);
  const [time, open, high, low, close, volume] = [make(), make(), make(), make(), make(), make()];
  for (let row = 0; row < rows; row++) {
    const [first, second] = rng.uniform() < 0.5 ? [bars.high[row]!, bars.low[row]!] : [bars.low[row]!, bars.high[row]!];
    const stops = [bars.open[row]!, first, (first + second) / 2, second, bars.close[row]!];
    for (let step = 0; step < 4; step++) {
      const at = row * 4 + step;
      time[at] = bars.time[row]! + step * 3_600_000;
      [open[at], close[at]] = [stops[step]!, stops[step + 1]!];
      high[at] = Math.max(open[at]!, close[at]!);
      low[at] = Math.min(open[at]!, close[at]!);
      volume[at] = bars.volume[row]! / 4;
    }
  }
  return barSeries('WALK', parseTimeframe('1h'), { time, open, high, low, close, volume });
}
