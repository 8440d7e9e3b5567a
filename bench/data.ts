/**
 * Reading, storing and the first three stages of the pipeline, with time, peak memory and ratios to plain references of the same run.
 * `node bench/data.ts [minutes.csv.gz]`: with a file of one-minute crypto bars (epoch or ISO times; named SYMBOL-1m.csv.gz) its bars go
 * through parse, gate, store and resample, then through stages 1 to 3 as the pipeline runs them. Without one that part is left out.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gunzipSync } from 'node:zlib';
import { parquetStore, readTable, writeTable } from '#adapters/data';
import { createRng } from '#core';
import { checkQuality, parseCsv, resample } from '#data';
import { parseTimeframe } from '#domain';
import { pipelineConfigSchema } from '#research';
import type { RegisteredStep, StepContext } from '#workflow';
import { dataStep } from '../src/apps/steps/data-step.ts';
import { featureStep } from '../src/apps/steps/feature-step.ts';
import { labelStep } from '../src/apps/steps/label-step.ts';

const folder = mkdtempSync(join(tmpdir(), 'edgewright-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

interface Measured<T> {
  readonly wallMs: number;
  /** Of all threads of this process: what remains comparable when the machine is busy. */
  readonly cpuMs: number;
  readonly value: T;
}

/** The best of `times` runs by processor time, and what the last gave. */
async function best<T>(times: number, work: () => T | Promise<T>): Promise<Measured<T>> {
  let [wallMs, cpuMs] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 1; ; run++) {
    const start = performance.now();
    const before = process.cpuUsage();
    const value = await work();
    const { user, system } = process.cpuUsage(before);
    wallMs = Math.min(wallMs, performance.now() - start);
    cpuMs = Math.min(cpuMs, (user + system) / 1000);
    if (run >= times) return { wallMs, cpuMs, value };
  }
}

const peakMb = (): number => process.resourceUsage().maxRSS / 1024;
function say(what: string, { wallMs, cpuMs }: Measured<unknown>, reference?: Measured<unknown>): void {
  const ratio = reference === undefined ? '' : `, ${(cpuMs / reference.cpuMs).toFixed(2)} x reference`;
  process.stdout.write(`${what}: ${wallMs.toFixed(0)} ms, CPU ${cpuMs.toFixed(0)} ms${ratio} (peak so far ${peakMb().toFixed(0)} MB)\n`);
}

/** The plain way to read a CSV in Node: one string, split, Number. */
function plainCsv(bytes: Uint8Array): Float64Array[] {
  const lines = new TextDecoder().decode(bytes).trimEnd().split('\n');
  const columns = NAMES.map(() => new Float64Array(lines.length - 1));
  for (let row = 1; row < lines.length; row++) {
    const cells = lines[row]!.split(',');
    for (let column = 0; column < 6; column++) columns[column]![row - 1] = Number(cells[column]);
  }
  return columns;
}

async function million(): Promise<void> {
  const rows = 1_000_000;
  const rng = createRng(1);
  const table = Object.fromEntries(NAMES.map((name) => [name, new Float64Array(rows)]));
  for (let row = 0, price = 100; row < rows; row++) {
    const next = Math.round(price * Math.exp(0.001 * (rng.uniform() - 0.5)) * 1e6) / 1e6;
    table['time']![row] = 1_600_000_000_000 + row * 60_000;
    table['open']![row] = price;
    table['close']![row] = next;
    table['high']![row] = Math.max(price, next);
    table['low']![row] = Math.min(price, next);
    table['volume']![row] = Math.round(1e6 * rng.uniform()) / 1e3;
    price = next;
  }
  const columns = NAMES.map((name) => table[name]!);
  const copied = await best(5, () => columns.map((column) => column.slice()));
  say('reference: copy of 1M x 6 in memory', copied);
  const path = join(folder, 'million.parquet');
  say('Parquet write, 1M x 6', await best(1, () => writeTable(path, table)));
  const read = await best(3, () => readTable(path));
  say('Parquet to columns, 1M x 6', read, copied);
  for (const [column, name] of NAMES.entries()) sameColumn(read.value[name] as Float64Array, columns[column]!, name);
  const lines = Array.from({ length: rows }, (_, row) => columns.map((column) => column[row]).join(','));
  const bytes = new TextEncoder().encode(`${NAMES.join(',')}\n${lines.join('\n')}\n`);
  const plain = await best(2, () => plainCsv(bytes));
  say('reference: plain split and Number, CSV of 1M rows', plain);
  const parsed = await best(2, () => parseCsv(bytes, 'million.csv'));
  say('CSV of 1M rows', parsed, plain);
  for (const [column, name] of NAMES.entries()) sameColumn(parsed.value.columns[name], plain.value[column]!, name);
}

function sameColumn(found: Float64Array, expected: Float64Array, name: string): void {
  if (found.length !== expected.length || found.some((value, row) => value !== expected[row]))
    throw new Error(`column ${name} is not what was written`);
}

async function realMinutes(path: string): Promise<void> {
  const timeframe = parseTimeframe('1m');
  const symbol = basename(path).replace(/-1m\.csv(\.gz)?$/, '');
  const unzipped = await best(2, () => {
    const bytes = readFileSync(path);
    return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  });
  say('read and unzip', unzipped);
  const plain = await best(2, () => plainCsv(unzipped.value));
  say('reference: plain split and Number', plain);
  const parsed = await best(2, () => parseCsv(unzipped.value, basename(path)));
  const rows = parsed.value.columns.time.length;
  say(`parse, ${rows} bars`, parsed, plain);
  const checked = await best(2, () => checkQuality({ symbol, timeframe, columns: parsed.value.columns }, { venueHours: 'always' }));
  say(`gate (${checked.value.report.findings.map(({ check, count }) => `${count} ${check}`).join(', ')})`, checked, plain);
  const store = parquetStore(join(folder, 'store'));
  const provenance = {
    what: '',
    kind: 'real',
    licence: '',
    symbol,
    timeframe: '1m',
    first: '',
    last: '',
    rows,
    retrievedFrom: '',
  } as const;
  const { bars } = checked.value;
  say('store', await best(1, () => store.write(bars, { ...provenance, sha256: '', transformations: [] })), plain);
  say('read back', await best(2, () => store.read(symbol, timeframe)), plain);
  const hours = await best(2, () => resample(bars, parseTimeframe('1h'), 'always'));
  say(`resample to ${hours.value.length} whole hours`, hours, plain);
}

/** Runs a step as the workflow engine does: input and output through its schemas, files in a workspace. */
async function runStep(step: RegisteredStep, input: unknown): Promise<unknown> {
  const place = (path: string): string => join(folder, 'workspace', path);
  const context = { inputPath: place, outputPath: place, progress: () => {} } as unknown as StepContext;
  return step.output.parse(await step.run(context, step.input.parse(input)));
}

/** A week of minutes between fits of the regime model; the default of 250 bars is meant for daily and hourly ones (2,080 fits here). */
const REGIME_REFIT_BARS = 10_080;

async function stages(path: string): Promise<void> {
  const config = pipelineConfigSchema.parse({
    data: { source: 'files', path, timeframe: '1m', assetClass: 'crypto' },
    features: { regimeRefitBars: REGIME_REFIT_BARS },
  });
  const { data: dataConfig, features: featuresConfig, labels, trading, model, seed } = config;
  const stage = async (name: string, step: RegisteredStep, input: unknown): Promise<unknown> => {
    const measured = await best(1, () => runStep(step, input));
    say(name, measured);
    return measured.value;
  };
  const all = await best(1, async () => {
    const data = await stage('stage 1, data', dataStep({}), { symbols: [], data: dataConfig, seed });
    const features = await stage(`stage 2, features (regime fitted every ${REGIME_REFIT_BARS} bars)`, featureStep, {
      data,
      features: featuresConfig,
      model,
    });
    await stage('stage 3, labels', labelStep, { data, features, labels, trading });
  });
  say('stages 1 to 3', all);
}

const [minutes] = process.argv.slice(2);
if (minutes !== '--stages-only') await million();
const path = minutes === '--stages-only' ? process.argv[3] : minutes;
if (path === undefined || !existsSync(path))
  process.stdout.write(`real one-minute bars: left out, ${path === undefined ? 'no file was named' : `there is no ${basename(path)}`}\n`);
else {
  if (minutes !== '--stages-only') await realMinutes(path);
  await stages(path);
}
