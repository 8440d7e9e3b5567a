/**
 * W1 to W5 in one run: the full engine, the limit in this language (a fused loop without orders), and the same in Python where a python3 with
 * numpy is found. Trades and equity of all must agree; a line that does not says so and the process ends with 1.
 * `node bench/workloads.ts FOLDER [minutes.csv.gz for W5]`, FOLDER with bars_100k.f64, bars_1m.f64 and port_50x25k.f64.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { openCrossingSweeps } from '#adapters/sweep';
import { crossingPairs, toTicks, type BacktestResult, type CrossingSweepResult } from '#backtest';
import { columnsFile, fastest, fusedW1, fusedW3, minuteBars, portfolioBars, runW1, runW3, runW4, runW5 } from './engine.ts';

interface Line {
  readonly workload: string;
  readonly who: string;
  readonly seconds: number;
  /** Undefined where only the equity is kept. */
  readonly trades: number | undefined;
  readonly equity: number;
}

const folder = process.argv[2] ?? '';
const minutes = process.argv[3] ?? '';
if (!existsSync(join(folder, 'bars_1m.f64'))) {
  process.stderr.write('Give the folder with bars_100k.f64, bars_1m.f64 and port_50x25k.f64.\n');
  process.exit(2);
}
const BARS: Readonly<Record<string, number>> = { 'W1 100k': 1e5, 'W3 100k': 1e5, 'W1 1m': 1e6, 'W3 1m': 1e6, W4: 1.25e6 };
const lines: Line[] = [];

function engine(workload: string, run: () => BacktestResult, times: number, counted: (result: BacktestResult) => number): void {
  let last: BacktestResult | undefined;
  const { seconds } = fastest(times, () => (last = run()).endEquity);
  lines.push({ workload, who: 'edgewright', seconds, trades: counted(last!), equity: last!.endEquity });
}

function fused(workload: string, run: () => number, times: number): void {
  const { seconds, value } = fastest(times, run);
  lines.push({ workload, who: 'fused loop, JS', seconds, trades: undefined, equity: value });
}

const closed = ({ trades }: BacktestResult): number => trades.length;
for (const [name, rows, times] of [
  ['100k', 100_000, 40],
  ['1m', 1_000_000, 7],
] as const) {
  const bars = columnsFile(join(folder, `bars_${name}.f64`), rows, 'WALK');
  engine(`W1 ${name}`, () => runW1(bars), times, closed);
  fused(`W1 ${name}`, () => fusedW1(bars), times);
  engine(`W3 ${name}`, () => runW3(bars), times, closed);
  fused(`W3 ${name}`, () => fusedW3(bars), times);
  if (name === '100k') await sweep(bars.open, bars.close);
}
const portfolio = portfolioBars(join(folder, 'port_50x25k.f64'));
engine(
  'W4',
  () => runW4(portfolio),
  16,
  ({ fills }) => fills.length,
);
if (existsSync(minutes)) {
  const bitcoin = minuteBars(minutes);
  engine(`W5 ${bitcoin.length} bars`, () => runW5(bitcoin), 3, closed);
}
python();
print();

/** W2 on two cores; starting the threads is not counted. */
async function sweep(open: Float64Array, close: Float64Array): Promise<void> {
  const range = (from: number, to: number, step: number): number[] =>
    Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, at) => from + at * step);
  const pairs = crossingPairs(range(5, 50, 1), range(20, 200, 5));
  const task = () => ({
    openTicks: toTicks(open, 1e-6),
    closeTicks: toTicks(close, 1e-6),
    tickSize: 1e-6,
    ...pairs,
    feeFraction: 0.001,
    cash: 100_000,
  });
  const sweeps = await openCrossingSweeps(2);
  let seconds = Number.POSITIVE_INFINITY;
  let result: CrossingSweepResult | undefined;
  for (let time = 0; time < 5; time++) {
    const start = performance.now();
    result = await sweeps.run(task());
    seconds = Math.min(seconds, (performance.now() - start) / 1000);
  }
  await sweeps.close();
  const total = (values: ArrayLike<number>): number => Array.from(values).reduce((sum, value) => sum + value, 0);
  const trades = total(result!.entries) - total(result!.open);
  lines.push({ workload: 'W2', who: 'edgewright', seconds, trades, equity: total(result!.endEquity) });
}

/** The peers that this machine has; none is no fault. */
function python(): void {
  for (const runtime of ['/usr/bin/python3', 'python3']) {
    const run = spawnSync(runtime, [join(import.meta.dirname, 'peers.py'), folder], { encoding: 'utf8' });
    if (run.error !== undefined || run.status !== 0) continue;
    for (const line of run.stdout.trim().split('\n')) lines.push(JSON.parse(line) as Line);
    return;
  }
  console.log('No python3 with numpy here: its lines are missing.\n');
}

function print(): void {
  console.log('workload       who              seconds   M bars/s   against us   trades      equity               agrees');
  for (const { workload, who, seconds, trades, equity } of lines.toSorted((a, b) =>
    a.workload < b.workload ? -1 : Number(a.workload > b.workload),
  )) {
    const ours = lines.find((line) => line.workload === workload && line.who === 'edgewright')!;
    const bars = BARS[workload];
    const agrees =
      (trades === undefined || trades === ours.trades) && Math.abs(equity - ours.equity) < 1e-4 * Math.max(1, Math.abs(equity) / 1e6);
    if (!agrees) process.exitCode = 1;
    console.log(
      [
        workload.padEnd(14),
        who.padEnd(16),
        seconds.toFixed(4).padStart(8),
        (bars === undefined ? '' : (bars / seconds / 1e6).toFixed(2)).padStart(10),
        `${(seconds / ours.seconds).toFixed(2)} ×`.padStart(12),
        String(trades ?? '').padStart(9),
        equity.toFixed(4).padStart(18),
        agrees ? '  yes' : '  NO',
      ].join(' '),
    );
  }
}
