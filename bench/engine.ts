/**
 * The engine on W1, W3 and W4, each beside a fused hand-written loop on the same data in the same run.
 * `node bench/engine.ts [folder with bars_100k.f64, bars_1m.f64, port_50x25k.f64] [minutes.csv.gz for W5]`; without a folder a seeded walk of
 * the same shape is made.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import { runBacktest, type BacktestResult } from '#backtest';
import { createRng } from '#core';
import { barSeries, instrument, parseTimeframe, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import { defineStrategy, hold, long, type FeatureInput, type Strategy } from '#strategy';

const folder = process.argv[2] ?? process.env.BENCH_DATA ?? '';

function mean(window: number): FeatureInput {
  return ({ close, length }) => {
    const out = new Float64Array(length).fill(Number.NaN);
    let sum = 0;
    for (let row = 0; row < length; row++) {
      sum += close[row]!;
      if (row >= window) sum -= close[row - window]!;
      if (row >= window - 1) out[row] = sum / window;
    }
    return out;
  };
}

const unit = { kind: 'units', units: 1 } as const;

const w1: Strategy = {
  name: 'w1',
  features: { fast: mean(20), slow: mean(50) },
  onBar(context) {
    const up = context.f.fast! > context.f.slow!;
    const flat = context.position.flat;
    if (up && flat) context.submit({ side: 'buy', type: 'market', size: unit });
    else if (!up && !flat) context.submit({ side: 'sell', type: 'market', size: unit });
    return up ? HOLD_UP : HOLD_DOWN;
  },
};
const HOLD_UP = hold('fast above slow');
const HOLD_DOWN = hold('fast below slow');

const w3: Strategy = defineStrategy({
  name: 'w3',
  features: { fast: mean(20), slow: mean(50) },
  decide: ({ f, prior, position, close }) => {
    if (!(f.fast > f.slow) || !(prior.fast <= prior.slow)) return NO_CROSS;
    return position.flat ? long({ stop: close * 0.997, target: close * 1.006, units: 1 }) : IN_POSITION;
  },
});
const NO_CROSS = hold('no cross');
const IN_POSITION = hold('in position');

const w4: Strategy = {
  name: 'w4',
  features: {
    momentum: ({ close, length }) => {
      const out = new Float64Array(length).fill(Number.NaN);
      for (let row = 252; row < length; row++) out[row] = close[row]! / close[row - 252]!;
      return out;
    },
  },
  onInstant(context) {
    if (context.row < 252 || (context.row + 1) % 21 !== 0) return;
    const ranked = context.symbols
      .map((_, symbol) => symbol)
      .sort((a, b) => context.feature('momentum', b) - context.feature('momentum', a));
    context.targetWeights(new Map(ranked.slice(0, 10).map((symbol) => [context.symbols[symbol]!, 0.098])));
  },
};

export function columnsFile(path: string, rows: number, symbol: string): BarSeries {
  const bytes = readFileSync(path);
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const column = (at: number): Float64Array => all.slice(at * rows, (at + 1) * rows);
  return barSeries(symbol, parseTimeframe('1m'), {
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  });
}

export function seededWalk(symbol: string, rows: number, sigma = 0.0008, seed = 20260101): BarSeries {
  const rng = createRng(seed).stream(symbol);
  const make = (): Float64Array => new Float64Array(rows);
  const [time, open, high, low, close, volume] = [make(), make(), make(), make(), make(), make()];
  const round = (value: number): number => Math.round(value * 1e6) / 1e6;
  let last = 100;
  for (let row = 0; row < rows; row++) {
    time[row] = 1_577_836_800_000 + row * 60_000;
    open[row] = round(row === 0 ? last : last * Math.exp(rng.normal() * sigma * 0.1));
    last = round(last * Math.exp(rng.normal() * sigma - 0.5 * sigma * sigma));
    close[row] = last;
    high[row] = round(Math.max(open[row]!, last) * Math.exp(Math.abs(rng.normal()) * sigma * 0.5));
    low[row] = round(Math.min(open[row]!, last) * Math.exp(-Math.abs(rng.normal()) * sigma * 0.5));
    volume[row] = round(Math.exp(3 + 0.8 * rng.normal()));
  }
  return barSeries(symbol, parseTimeframe('1m'), { time, open, high, low, close, volume });
}

export function portfolioBars(path: string): BarSeries[] {
  const bytes = existsSync(path) ? readFileSync(path) : undefined;
  const [symbols, rows] = [50, 25_000];
  const time = Float64Array.from({ length: rows }, (_, row) => 1_577_836_800_000 + row * 86_400_000);
  if (!bytes) return Array.from({ length: symbols }, (_, at) => ({ ...seededWalk(`S${at}`, rows, 0.004), time }));
  const all = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
  const column = (field: number, symbol: number): Float64Array =>
    all.subarray((field * symbols + symbol) * rows, (field * symbols + symbol + 1) * rows);
  return Array.from({ length: symbols }, (_, at) =>
    barSeries(`S${at}`, parseTimeframe('1d'), {
      time,
      open: column(0, at),
      high: column(1, at),
      low: column(2, at),
      close: column(3, at),
      volume: column(4, at),
    }),
  );
}

const fees = { kind: 'proportional', makerBps: 10, takerBps: 10 } as const;
const withFees = executionProfile('frictionless', { fees });

export function runW1(bars: BarSeries): BacktestResult {
  return runBacktest({ bars: [bars], strategy: w1, account: { cash: 100_000 }, profile: withFees });
}
export function runW3(bars: BarSeries): BacktestResult {
  return runBacktest({ bars: [bars], strategy: w3, account: { cash: 100_000 }, profile: withFees });
}
export function runW4(bars: readonly BarSeries[]): BacktestResult {
  const instruments = bars.map(({ symbol }) => instrument(symbol, 'synthetic', { lotSize: 1e-8, minQuantity: 1e-8 }));
  return runBacktest({ bars, strategy: w4, account: { cash: 1_000_000 }, profile: withFees, instruments });
}

/** W5: real minutes with brackets under the profile `base`: spread, slippage, impact, volume cap, fees. */
export function runW5(bars: BarSeries): BacktestResult {
  return runBacktest({ bars: [bars], strategy: w3, account: { cash: 100_000 }, profile: 'base' });
}

/** A CSV of minutes: time in Unix milliseconds or seconds, open, high, low, close, volume by their names in the header; gzipped or not. */
export function minuteBars(path: string): BarSeries {
  const bytes = readFileSync(path);
  const lines = (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').trim().split('\n');
  const names = lines[0]!.toLowerCase().split(',');
  const rows = lines.slice(1).map((line) => line.split(','));
  const column = (name: RegExp): Float64Array => {
    const at = names.findIndex((one) => name.test(one.trim()));
    return Float64Array.from(rows, (row) => Number(row[at]));
  };
  const time = column(/time|date/);
  const unit = time[0]! < 1e11 ? 1000 : 1;
  return barSeries('BTCUSD', parseTimeframe('1m'), {
    time: time.map((value) => value * unit),
    open: column(/^open/),
    high: column(/^high/),
    low: column(/^low/),
    close: column(/^close/),
    volume: column(/^volume/),
  });
}

/** The limit in this language: W1 in one fused loop without orders. */
export function fusedW1({ open, close, length }: BarSeries): number {
  let [fast, slow, held, cash] = [0, 0, false, 100_000];
  const equity = new Float64Array(length);
  let want = false;
  for (let row = 0; row < length; row++) {
    if (want !== held) {
      const price = open[row]!;
      cash += (want ? -price : price) - price * 0.001;
      held = want;
    }
    fast += close[row]! - (row >= 20 ? close[row - 20]! : 0);
    slow += close[row]! - (row >= 50 ? close[row - 50]! : 0);
    equity[row] = held ? cash + close[row]! : cash;
    if (row >= 49) want = fast / 20 > slow / 50;
  }
  return equity[length - 1]!;
}

export function fusedW3({ open, high, low, close, length }: BarSeries): number {
  let [fast, slow, held, pending, before, cash, stop, target] = [0, 0, false, false, true, 100_000, 0, 0];
  const equity = new Float64Array(length);
  for (let row = 0; row < length; row++) {
    if (pending) {
      cash -= open[row]! * 1.001;
      held = true;
      pending = false;
    }
    if (held) {
      const price = low[row]! <= stop ? Math.min(open[row]!, stop) : high[row]! >= target ? Math.max(open[row]!, target) : 0;
      if (price > 0) {
        cash += price * 0.999;
        held = false;
      }
    }
    fast += close[row]! - (row >= 20 ? close[row - 20]! : 0);
    slow += close[row]! - (row >= 50 ? close[row - 50]! : 0);
    equity[row] = held ? cash + close[row]! : cash;
    if (row < 49) continue;
    const up = fast / 20 > slow / 50;
    if (up && !before && !held && row > 49) {
      pending = true;
      stop = close[row]! * 0.997;
      target = close[row]! * 1.006;
    }
    before = up;
  }
  return equity[length - 1]!;
}

export function fastest(times: number, work: () => number): { readonly seconds: number; readonly value: number } {
  let seconds = Number.POSITIVE_INFINITY;
  let value = 0;
  for (let at = 0; at < times; at++) {
    const start = performance.now();
    value = work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  return { seconds, value };
}

function report(name: string, rows: number, engine: () => BacktestResult, fused?: () => number): void {
  let last: BacktestResult | undefined;
  const times = rows <= 100_000 ? 40 : 9;
  const ours = fastest(times, () => {
    last = engine();
    return last.endEquity;
  });
  const limit = fused ? fastest(times, fused) : undefined;
  const ratio = limit
    ? `  fused ${(rows / limit.seconds / 1e6).toFixed(1)} M bars/s (engine = ${((limit.seconds / ours.seconds) * 100).toFixed(1)} %), its equity ${limit.value.toFixed(4)}`
    : '';
  console.log(
    `${name}: ${(rows / ours.seconds / 1e6).toFixed(2)} M bars/s, ${ours.seconds.toFixed(4)} s, ${last!.trades.length} trades, ${last!.fills.length} fills, equity ${ours.value.toFixed(4)}${ratio}`,
  );
}

if (import.meta.main) {
  for (const [name, rows] of [
    ['100k', 100_000],
    ['1m', 1_000_000],
  ] as const) {
    const path = join(folder, `bars_${name}.f64`);
    const bars = existsSync(path) ? columnsFile(path, rows, 'WALK') : seededWalk('WALK', rows);
    report(
      `W1 ${name}`,
      rows,
      () => runW1(bars),
      () => fusedW1(bars),
    );
    report(
      `W3 ${name}`,
      rows,
      () => runW3(bars),
      () => fusedW3(bars),
    );
  }
  const portfolio = portfolioBars(join(folder, 'port_50x25k.f64'));
  report('W4', 1_250_000, () => runW4(portfolio));
  const minutes = process.argv[3] ?? '';
  if (existsSync(minutes)) {
    const bitcoin = minuteBars(minutes);
    report('W5', bitcoin.length, () => runW5(bitcoin));
  }
}
