import { join } from 'node:path';
import { alpacaSource } from '#adapters/data';
import type { DataSource } from '#data';
import { pipelineConfigSchema } from '#research';
import { planLiveModel } from '../../src/apps/cli/paper/live-plan.ts';
import { runPaper } from '../../src/apps/cli/paper/run.ts';

/**
 * A live paper session of the model in `workspace` on bars of a local server, in a time that the server tells: it moves a little with
 * every request, and ends with its last bar. node tests/live/live-model-session.ts WORKSPACE URL STEP_MS END
 */
const [workspace, url, stepMs, end] = process.argv.slice(2) as [string, string, string, string];
const time = { now: await clockOf(url) };
let ending = false;
const bars = alpacaSource({
  keyId: 'KEY',
  secret: 'SECRET',
  baseUrl: url,
  adjustment: 'raw',
  now: () => time.now,
  backoff: { sleep: async () => undefined },
});
const source: DataSource = {
  ...bars,
  load: async (request) => {
    const answer = await bars.load(request);
    time.now = await clockOf(url);
    if (time.now >= Number(end) && !ending) {
      ending = true;
      process.kill(process.pid, 'SIGTERM');
    }
    return answer;
  },
};
const state = join(workspace, 'live');
const sink = { write: () => true } as unknown as NodeJS.WritableStream;
const io = { stdout: sink, stderr: sink, environment: {}, cwd: workspace };
const given = { value: pipelineConfigSchema.parse({}), origins: new Map([['data.source', 'command line']]) };
const plan = await planLiveModel({ workspace, state, now: () => time.now, source }, given, io);
await runPaper(
  {
    plan: { ...plan, live: { source, everyMs: 2 * Number(stepMs) } },
    state,
    fresh: false,
    barsPerSecond: Number.POSITIVE_INFINITY,
    reconcileEveryMs: 30_000,
    json: true,
    clock: { now: () => time.now, sleep: async () => undefined },
  },
  io,
);

async function clockOf(address: string): Promise<number> {
  return Number(await (await fetch(`${address}/clock`)).text());
}
