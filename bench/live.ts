/**
 * W1 through the live path: bars awaited from an asynchronous source, taken one by one by the session that paper trading runs, every input
 * and output kept in a journal in memory. Beside it the same strategy as a backtest and the fused hand-written loop, in the same run.
 * `node bench/live.ts [folder with bars_100k.f64, bars_1m.f64]`; without a folder a seeded walk of the same shape is used.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { runBacktest } from '#backtest';
import { instrument, type BarSeries } from '#domain';
import { executionProfile } from '#execution';
import { close, sma } from '#features';
import { TradingSession, type BarsRecord, type SessionSetup } from '#live';
import { exit, hold, long, type Strategy } from '#strategy';
import { columnsFile, fusedW1, seededWalk } from './engine.ts';
import { MemoryJournal } from './memory-journal.ts';

const fees = { kind: 'proportional', makerBps: 10, takerBps: 10 } as const;
const profile = executionProfile('frictionless', { fees });

/** W1 as a session takes it: an entry must have a stop, so it has one that no price reaches. */
const ENTER = long({ units: 1, stop: 0.000001, reason: 'fast above slow' });
const LEAVE = exit('fast below slow');
const HOLD_UP = hold('fast above slow');
const HOLD_DOWN = hold('fast below slow');
const w1: Strategy = {
  name: 'w1',
  features: { fast: sma(close, 20), slow: sma(close, 50) },
  onBar({ f, position }) {
    const up = f['fast']! > f['slow']!;
    if (position.flat) return up ? ENTER : HOLD_DOWN;
    return up ? HOLD_UP : LEAVE;
  },
};

const setupFor = (bars: BarSeries): SessionSetup => ({
  instruments: [instrument(bars.symbol, 'synthetic')],
  timeframe: bars.timeframe,
  strategies: [w1],
  account: { cash: 100_000, leverage: 2 },
  profile,
  seed: 1,
  tradeFrom: 0,
  source: 'memory',
  safety: { breaker: {} },
});

function recordAt({ time, open, high, low, close: closes, volume }: BarSeries, row: number): BarsRecord {
  return { kind: 'bars', row, time: time[row]!, bars: [[0, open[row]!, high[row]!, low[row]!, closes[row]!, volume[row]!]] };
}

/** Bars as a feed has them ready: some hundred at a time, each batch awaited. */
async function* feed(bars: BarSeries, batch: number): AsyncGenerator<readonly BarsRecord[]> {
  const { length } = bars;
  for (let from = 0; from < length; from += batch) {
    // Written with its first: a push into an empty list makes room for seventeen.
    const records = [recordAt(bars, from)];
    for (let row = from + 1; row < Math.min(length, from + batch); row++) records.push(recordAt(bars, row));
    if (from % (batch * 64) === 0) await nextTurn();
    yield records;
  }
}

async function live(bars: BarSeries, batch: number): Promise<{ readonly session: TradingSession; readonly journal: MemoryJournal }> {
  const session = new TradingSession(setupFor(bars));
  const journal = new MemoryJournal();
  for await (const records of feed(bars, batch)) for (const record of records) journal.append(record, session.take(record));
  return { session, journal };
}

/** Another session on the journal's bars gives the journal's outputs, byte for byte: nothing was left out. */
function holdsEverything(journal: MemoryJournal, bars: BarSeries): boolean {
  const session = new TradingSession(setupFor(bars));
  let step = '';
  for (const record of journal.records()) {
    if (record.kind === 'bars') step = JSON.stringify(session.take(record));
    else if (JSON.stringify(record) !== step) return false;
  }
  return session.nextRow === bars.length;
}

interface Timed<T> {
  readonly seconds: number;
  /** Of this process: what other processes take of the machine is not in it, the collector's threads are. */
  readonly cpuSeconds: number;
  readonly value: T;
}

async function best<T>(times: number, work: () => Promise<T> | T): Promise<Timed<T>> {
  let seconds = Number.POSITIVE_INFINITY;
  let cpuSeconds = Number.POSITIVE_INFINITY;
  let value: T | undefined;
  for (let at = 0; at < times; at++) {
    const start = performance.now();
    const cpu = process.cpuUsage();
    value = await work();
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
    cpuSeconds = Math.min(cpuSeconds, process.cpuUsage(cpu).user / 1e6);
  }
  return { seconds, cpuSeconds, value: value! };
}

const folder = process.argv[2] ?? process.env['BENCH_DATA'] ?? '';
for (const [name, rows, times] of [
  ['100k', 100_000, 8],
  ['1m', 1_000_000, 3],
] as const) {
  const path = join(folder, `bars_${name}.f64`);
  const bars = existsSync(path) ? columnsFile(path, rows, 'WALK') : seededWalk('WALK', rows);
  const speed = ({ seconds, cpuSeconds }: Timed<unknown>): string =>
    `${(rows / seconds / 1e6).toFixed(2)} M bars/s (${(rows / cpuSeconds / 1e6).toFixed(2)} M by CPU time)`;
  const batched = await best(times, () => live(bars, 256));
  const single = await best(Math.min(times, 3), () => live(bars, 1));
  const backtest = await best(times, () => runBacktest({ bars: [bars], strategy: w1, account: { cash: 100_000, leverage: 2 }, profile }));
  const fused = await best(times, () => fusedW1(bars));
  const { session, journal } = batched.value;
  const { ledger, equityNow } = session.engine;
  const whole = rows > 100_000 || holdsEverything(journal, bars) ? '' : ' THE JOURNAL IS NOT WHOLE.';
  console.log(
    `W1 ${name} live: ${speed(batched)} with 256 bars an await, ${speed(single)} with one; ${ledger.trades.length + ledger.openSymbols} trades, equity ${equityNow.toFixed(4)}.${whole} ` +
      `Backtest ${speed(backtest)}, equity ${backtest.value.endEquity.toFixed(4)}; fused loop ${speed(fused)}, equity ${fused.value.toFixed(4)}.`,
  );
}
