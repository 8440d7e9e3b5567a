import { readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { checkQuality, type Provenance, type QualityReport } from '#data';
import { UserError } from '#core';
import { parseTimeframe, type AssetClass, type BarSeries } from '#domain';
import { dataConfigSchema } from '#research';
import { defineStep, type RegisteredStep } from '#workflow';
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
    description: 'Load, check and store bars with provenance',
    codeFiles: ['src/core', 'src/domain', 'src/data', 'src/adapters/data', 'src/apps/sources.ts', 'src/apps/steps/data-step.ts'],
    input: z.object({ symbols: z.array(z.string()), data: dataConfigSchema, seed: z.int() }),
    output: dataOutput,
    inputFiles: ({ data }) => (data.source === 'files' && data.path !== undefined ? filesUnder(data.path) : []),
    async run(context, input) {
      const { data } = input;
      const timeframe = parseTimeframe(data.timeframe);
      const source = await openSource(data, { environment, seed: input.seed, symbols: input.symbols });
      const symbols = input.symbols.length > 0 ? input.symbols : [...new Set((await source.list()).map((item) => item.symbol))];
      if (symbols.length === 0)
        throw new UserError(`source "${data.source}" cannot list its symbols`, 'Name them: --symbols BTC/USDT,ETH/USDT');
      const about = source.describe();
      const loaded: { readonly bars: BarSeries; readonly provenance: Provenance; readonly report: QualityReport }[] = [];
      for (const [index, symbol] of symbols.entries()) {
        const raw = await source.load({ symbol, timeframe, ...range(data) });
        const { bars, report } = checkQuality(raw, { venueHours: about.venueHours, minBars: MIN_BARS });
        loaded.push({ bars, provenance: raw.provenance, report });
        context.progress((index + 1) / symbols.length, `${symbol}: ${bars.length} bars`);
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
      writeJson(
        context.outputPath(PLACES.qualityReport),
        loaded.map((item) => item.report),
      );
      return {
        source: data.source,
        description: about.text,
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

/** The files that a path may stand for, so that a changed or added one makes the stage run again. */
function filesUnder(path: string): string[] {
  const folder = path.includes('*') ? dirname(path) : path;
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found === undefined || !found.isDirectory()) return found === undefined ? [] : [path];
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
