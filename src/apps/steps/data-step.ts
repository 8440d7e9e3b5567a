import { readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { DAY_MS, UserError } from '#core';
import type { QualityReport } from '#data';
import { parseTimeframe, type AssetClass } from '#domain';
import { dataConfigSchema } from '#research';
import { defineStep, type RegisteredStep } from '#workflow';
import { openGate, type CheckedBars } from '../checked-bars.ts';
import { openSource } from '../sources.ts';
import { PLACES, symbolFile, writeJson } from './files.ts';
import { dataOutput } from './shapes.ts';
import { writeColumns } from './tables.ts';

/** Fewer bars than this teach nothing and prove nothing. */
const MIN_BARS = 100;

/** Stage 1: bars from wherever, through the quality gate, stored with what they are and what was found in them. */
export function dataStep(environment: Readonly<Record<string, string | undefined>>): RegisteredStep {
  return defineStep({
    name: 'data.load',
    // A first download of years of minutes takes hours.
    timeoutMs: DAY_MS,
    description: 'Load, check and store bars with provenance',
    codeFiles: [
      'src/core',
      'src/domain',
      'src/data',
      'src/adapters/data',
      'src/apps/sources.ts',
      'src/apps/checked-bars.ts',
      'src/apps/steps/data-step.ts',
    ],
    input: z.object({ symbols: z.array(z.string()), data: dataConfigSchema, seed: z.int() }),
    output: dataOutput,
    inputFiles: ({ data: { source, path, corporateActions, secondSource } }) =>
      [source === 'files' ? path : undefined, corporateActions, secondSource].flatMap((given) =>
        given === undefined ? [] : filesUnder(given),
      ),
    async run(context, input) {
      const { data } = input;
      const timeframe = parseTimeframe(data.timeframe);
      const surroundings = { environment, seed: input.seed, symbols: input.symbols };
      const source = await openSource(data, surroundings);
      const symbols = input.symbols.length > 0 ? input.symbols : [...new Set((await source.list()).map((item) => item.symbol))];
      if (symbols.length === 0)
        throw new UserError(`source "${data.source}" cannot list its symbols`, 'Name them: --symbols BTC/USDT,ETH/USDT');
      const about = source.describe();
      const gate = await openGate(source, { data, usualAdjust: 'all', minBars: MIN_BARS }, surroundings);
      const loaded: CheckedBars[] = [];
      for (const [index, symbol] of symbols.entries()) {
        const checked = await gate.load({ symbol, timeframe, ...range(data) });
        loaded.push(checked);
        context.progress((index + 1) / symbols.length, `${symbol}: ${checked.bars.length} bars`);
      }
      const datasets = [];
      for (const { bars, provenance } of loaded) {
        const path = symbolFile(PLACES.data, bars.symbol, `-${timeframe.id}.parquet`);
        const { time, open, high, low, close, volume } = bars;
        await writeColumns(context.outputPath(path), { time, open, high, low, close, volume });
        writeJson(context.outputPath(path.replace(/\.parquet$/, '.provenance.json')), provenance);
        datasets.push({
          symbol: bars.symbol,
          path,
          rows: bars.length,
          first: new Date(time[0]!).toISOString(),
          last: new Date(time.at(-1)!).toISOString(),
        });
      }
      const reports = loaded.map((item) => item.report);
      writeJson(context.outputPath(PLACES.qualityReport), reports);
      for (const line of worthSaying(reports)) context.log('warn', line);
      return {
        source: data.source,
        description: `${about.text}${gate.note}`,
        kind: about.kind,
        assetClass: data.assetClass ?? classOf(about.kind, data.source, about.venueHours === 'always'),
        alwaysOpen: about.venueHours === 'always',
        timeframe: timeframe.id,
        datasets,
        findings: loaded.reduce((sum, item) => sum + item.report.findings.length, 0),
      };
    },
  });
}

/** Lines that a terminal shows of a report; the rest is in the file. */
const LINES = 5;

/** What was dropped as wrong, what looks like an unadjusted split, and what a second source contradicts. */
function worthSaying(reports: readonly QualityReport[]): string[] {
  const lines = reports.flatMap(({ symbol, findings }) =>
    findings
      .filter(({ check, severity }) => severity === 'error' || check === 'source_disagreement')
      .map(({ check, text, examples }) => {
        const first = examples.length === 0 ? '' : ` (first ${examples[0]!.slice(0, 10)})`;
        return `${symbol}: ${text}${first}${check === 'unadjusted_split' ? '; --corporate-actions puts them into the prices' : ''}`;
      }),
  );
  const more = lines.length - LINES;
  return more > 1 ? [...lines.slice(0, LINES), `${more} more findings: ${PLACES.qualityReport}`] : lines;
}

/** The files that a path may stand for (none when it is the name of a source), so that a changed or added one makes the stage run again. */
function filesUnder(path: string): string[] {
  const folder = resolve(path.includes('*') ? dirname(path) : path);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) return found === undefined ? [] : [folder];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(folder, entry.name))
    .sort();
}

function range(data: z.infer<typeof dataConfigSchema>): { from?: number; to?: number } {
  const at = (text: string) => Date.parse(`${text}T00:00:00Z`);
  if (data.start !== undefined && data.end !== undefined && at(data.start) >= at(data.end))
    throw new UserError(`data.start ${data.start} is not before data.end ${data.end}`, 'The end is exclusive.');
  return { ...(data.start === undefined ? {} : { from: at(data.start) }), ...(data.end === undefined ? {} : { to: at(data.end) }) };
}

function classOf(kind: 'real' | 'synthetic', source: string, alwaysOpen: boolean): AssetClass {
  if (kind === 'synthetic') return 'synthetic';
  return source.startsWith('ccxt:') || alwaysOpen ? 'crypto' : 'us_equity';
}
