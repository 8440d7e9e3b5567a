import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createRng, HOUR_MS } from '#core';
import { syntheticMarket } from '#data';
import { parseTimeframe, sliceBars, type BarSeries } from '#domain';
import { pipelineConfigSchema } from '#research';
import { readConfig } from '../../src/apps/cli/options.ts';
import { planLiveModel } from '../../src/apps/cli/paper/live-plan.ts';
import { modelPlan, readModel } from '../../src/apps/cli/paper/model-plan.ts';
import { planPaper } from '../../src/apps/cli/paper/plan.ts';
import { runPaper } from '../../src/apps/cli/paper/run.ts';
import { runCli } from '../../src/apps/cli/program.ts';
import { scratch } from './fixtures.ts';

const SESSION = fileURLToPath(new URL('live-model-session.ts', import.meta.url));
const STORED = 700;
const LIVE = 60;
/** How far the server's time moves with a request. */
const STEP_MS = HOUR_MS / 8;
const GIVEN = { value: pipelineConfigSchema.parse({}), origins: new Map<string, string>() };
const sink = { write: () => true } as unknown as NodeJS.WritableStream;

const market = syntheticMarket(
  {
    symbols: ['AAA', 'BBB'],
    timeframe: parseTimeframe('1h'),
    bars: STORED + LIVE + 2,
    start: Date.UTC(2024, 0, 1),
    venueHours: 'always',
    edge: { kind: 'momentum', lookbackBars: 20, informationCoefficient: 0.2 },
  },
  createRng(8),
);
const firstLive = market[0]!.time[STORED]!;

/** The venue: its time moves as it is asked; now and then it fails, sends a bar twice, or is a request late with one. */
const venue = { now: firstLive + 1000, requests: 0 };
const server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://local');
  if (url.pathname === '/clock') return void response.end(String(venue.now));
  venue.requests++;
  venue.now += STEP_MS;
  if (venue.requests % 37 === 0) return void response.writeHead(500).end('{"message":"try later"}');
  const symbol = url.searchParams.get('symbols')!;
  const bars = market.find((one) => one.symbol === symbol)!;
  const [from, to] = ['start', 'end'].map((name) => Date.parse(url.searchParams.get(name)!)) as [number, number];
  const late = venue.requests % 11 === 0 ? STEP_MS : 0;
  const rows = Array.from(bars.time.keys()).filter((row) => {
    const time = bars.time[row]!;
    return time >= from && time <= to && time + HOUR_MS + late <= venue.now;
  });
  if (venue.requests % 5 === 0 && rows.length > 0) rows.push(rows.at(-1)!);
  const sent = rows.map((row) => ({
    t: new Date(bars.time[row]!).toISOString(),
    o: bars.open[row],
    h: bars.high[row],
    l: bars.low[row],
    c: bars.close[row],
    v: bars.volume[row],
  }));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ bars: { [symbol]: sent }, next_page_token: null }));
});

let workspace: string;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  workspace = scratch();
  const folder = join(workspace, 'bars');
  mkdirSync(folder);
  for (const bars of market) writeFileSync(join(folder, `${bars.symbol}-1h.csv`), csvOf(sliceBars(bars, 0, STORED)));
  const data = ['--source', 'files', '--path', folder, '--timeframe', '1h', '--asset-class', 'crypto'];
  const small = ['model.shuffledControls=1', 'model.folds=2', 'model.trees=10', 'labels.cusumMultiple=0.5'].flatMap((pair) => [
    '--set',
    pair,
  ]);
  const io = { stdout: sink, stderr: sink, environment: {}, cwd: workspace };
  expect(await runCli(['pipeline', '--workers', '1', '--json', '--workspace', workspace, ...data, ...small], io)).toBe(0);
});
afterAll(() => server.close());

function csvOf({ time, open, high, low, close, volume }: BarSeries): string {
  const rows = Array.from(time, (at, row) => [new Date(at).toISOString(), open[row], high[row], low[row], close[row], volume[row]].join());
  return `time,open,high,low,close,volume\n${rows.join('\n')}\n`;
}

const journal = (folder: string): string => join(workspace, folder, 'journal.jsonl');
const linesOf = (folder: string): number =>
  existsSync(journal(folder)) ? readFileSync(journal(folder), 'utf8').split('\n').length - 1 : 0;

function startLive(): ChildProcess {
  const { port } = server.address() as AddressInfo;
  const end = firstLive + LIVE * HOUR_MS;
  return spawn(process.execPath, [SESSION, workspace, `http://127.0.0.1:${port}`, String(STEP_MS), String(end)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

test('the model over live bars, killed twice in the middle, has the journal of a replay of the same bars, byte for byte', async () => {
  for (const killAt of [STORED + 30, STORED + 80]) {
    const child = startLive();
    const ended = once(child, 'exit');
    while (linesOf('live') < killAt && child.exitCode === null) await wait(10);
    child.kill('SIGKILL');
    expect(await ended).toEqual([null, 'SIGKILL']);
  }
  const last = startLive();
  expect(await once(last, 'exit')).toEqual([0, null]);

  const traded = readFileSync(journal('live'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; time?: number });
  expect(traded.filter(({ kind }) => kind === 'control')).toEqual([]);
  const end = traded.findLast(({ kind }) => kind === 'bars')!.time!;
  expect(end).toBeGreaterThan(firstLive + (LIVE - 3) * HOUR_MS);

  const saved = await readModel(workspace, GIVEN);
  const series = market.map((bars) => sliceBars(bars, 0, bars.time.indexOf(end) + 1));
  const outcome = await runPaper(
    {
      plan: modelPlan(saved, series, firstLive),
      state: join(workspace, 'replay'),
      fresh: true,
      barsPerSecond: Number.POSITIVE_INFINITY,
      reconcileEveryMs: 30_000,
      json: true,
    },
    { stdout: sink, stderr: sink, environment: {}, cwd: workspace },
  );
  const [live, replayed] = ['live', 'replay'].map((folder) => readFileSync(journal(folder), 'utf8').split('\n'));
  expect(live!.findIndex((line, at) => line !== replayed![at])).toBe(-1);
  expect(live).toHaveLength(replayed!.length);
  expect(outcome.fills).toBeGreaterThan(5);
});

test('a source that tells another history than the model was made on, or has none of it, is refused before the first bar', async () => {
  const { port } = server.address() as AddressInfo;
  const io = { stdout: sink, stderr: sink, environment: { EDGEWRIGHT_ALPACA_KEY: 'K', EDGEWRIGHT_ALPACA_SECRET: 'S' }, cwd: workspace };
  const plan = (change: (bars: BarSeries) => BarSeries, source: string) =>
    planLiveModel(
      {
        workspace,
        state: join(workspace, 'other'),
        now: () => venue.now,
        source: {
          id: source,
          describe: () => ({ text: '', kind: 'real', venueHours: 'always' }),
          list: async () => [],
          load: async ({ symbol, timeframe }) => {
            const bars = change(market.find((one) => one.symbol === symbol)!);
            return { symbol, timeframe, columns: bars, provenance: {} as never };
          },
        },
      },
      GIVEN,
      io,
    );
  await expect(plan((bars) => ({ ...bars, close: bars.close.map((price) => price / 2) }), 'split')).rejects.toThrow(
    /the model was made on/,
  );
  await expect(plan((bars) => sliceBars(bars, STORED + 1, STORED + 5), 'later')).rejects.toThrow(/none of the last bars/);
  expect(port).toBeGreaterThan(0);
  const said: string[] = [];
  const told = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WritableStream;
  expect(
    await runCli(['paper', '--model', '--live', '--source', 'demo', '--workspace', workspace], { ...io, stdout: told, stderr: told }),
  ).toBe(2);
  expect(said.join('')).toContain('never has a new bar');
});

test('settings that name the data of the model, as a settings file does, are no wish for other data', async () => {
  const plan = async (settings: string) => {
    writeFileSync(join(workspace, 'edgewright.yaml'), settings);
    const io = { stdout: sink, stderr: sink, environment: {}, cwd: workspace };
    return planPaper({ workspace: '.', state: join(workspace, 'unused') }, await readConfig({ workspace: '.' }, io), io);
  };
  const own = 'data: { source: files, path: bars, timeframe: 1h, assetClass: crypto }';
  expect((await plan(own)).what).toBe("the pipeline's model");
  const other = await plan(own.replace('path: bars', 'path: bars/AAA-1h.csv'));
  expect([other.what, ...other.notes].join()).toMatch(/^strategy supertrend,The model here was made from other data/);
});
