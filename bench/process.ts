/**
 * The command line as a user waits for it: wall time, processor time and greatest memory of the whole process, from the shell's start to the
 * last file written. `node bench/process.ts FOLDER`, FOLDER with bars_100k.csv and bars_1m.csv; beside it, in the same run, an empty Node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

const folder = process.argv[2] ?? '';
const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'edgewright-bench-'));
/** Run inside the measured process: says at its end what it used. */
const PROBE = `data:text/javascript,${encodeURIComponent(`import{writeSync}from'node:fs';process.on('exit',()=>{const u=process.resourceUsage();writeSync(3,JSON.stringify({rss:u.maxRSS/1024,cpu:(u.userCPUTime+u.systemCPUTime)/1e6}))})`)}`;

interface Used {
  readonly seconds: number;
  readonly cpu: number;
  readonly rss: number;
}

function once(command: string, argv: readonly string[]): Used {
  const start = performance.now();
  const { output, status, stderr } = spawnSync(command, argv, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import=${PROBE}` },
  });
  if (status !== 0) throw new Error(`${command} ${argv.join(' ')} ended with ${status}: ${String(stderr)}`);
  return { seconds: (performance.now() - start) / 1000, ...(JSON.parse(String(output[3])) as { rss: number; cpu: number }) };
}

/** The least of several: everything above it is somebody else's work on this machine. The first fills the compile cache. */
function measure(name: string, command: string, argv: readonly string[], times = 5): void {
  const all = Array.from({ length: times + 1 }, () => once(command, argv)).slice(1);
  const least = (pick: (used: Used) => number): number => Math.min(...all.map(pick));
  console.log(
    `${name.padEnd(22)} wall ${least((one) => one.seconds).toFixed(3)} s   processor ${least((one) => one.cpu).toFixed(3)} s   peak ${least((one) => one.rss).toFixed(0)} MB`,
  );
}

const cli = join(root, 'edgewright');
measure('empty node', process.execPath, ['-e', '0']);
measure('edgewright --help', cli, ['--help']);
for (const [name, times] of [
  ['100k', 15],
  ['1m', 2],
] as const) {
  const data = join(folder, `bars_${name}.csv`);
  if (!existsSync(data)) continue;
  const out = join(scratch, name);
  measure(
    `W1 on ${name} bars`,
    cli,
    `backtest --strategy ${join(import.meta.dirname, 'w1.ts')} --data ${data} --asset-class crypto --profile frictionless --fees 0.1% --at-end mark --out ${out}`.split(
      ' ',
    ),
    times,
  );
  const { statistics, account } = JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')) as {
    statistics: { trades: { count: number } };
    account: { endEquity: number };
  };
  console.log(`  ${statistics.trades.count} trades, equity ${account.endEquity.toFixed(4)}`);
}
rmSync(scratch, { recursive: true, force: true });
