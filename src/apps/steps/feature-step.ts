import { resolve } from 'node:path';
import { z } from 'zod';
import { buildFeatures, checkLateSymbols, featuresConfigSchema, finite, modelConfigSchema, seamTime } from '#research';
import { defineStep } from '#workflow';
import { loadLateSeries } from '../late-series.ts';
import { PLACES, symbolFile, writeJson } from './files.ts';
import { dataOutput, featuresOutput } from './shapes.ts';
import { readSeries, writeColumns } from './tables.ts';

/** Stage 2: what was known at each bar's close, and where training ends. */
export const featureStep = defineStep({
  name: 'features.build',
  description: 'Institutional features and filtered regime probabilities, point in time',
  codeFiles: [
    'src/core',
    'src/domain',
    'src/features',
    'src/data',
    'src/adapters/data/series-file.ts',
    'src/apps/late-series.ts',
    'src/research/pipeline/late-features.ts',
    'src/research/pipeline/featuring.ts',
    'src/research/pipeline/labelling.ts',
    'src/apps/steps/feature-step.ts',
  ],
  input: z.object({
    data: dataOutput,
    features: featuresConfigSchema,
    model: z.object({ trainFraction: modelConfigSchema.unwrap().shape.trainFraction }),
  }),
  output: featuresOutput,
  inputFiles: ({ features }) => features.series.map(({ file }) => resolve(file)),
  async run(context, input) {
    const { datasets, timeframe, alwaysOpen } = input.data;
    const series = await Promise.all(datasets.map((dataset) => readSeries(context.inputPath(dataset.path), dataset.symbol, timeframe)));
    const seam = seamTime(series, input.model.trainFraction);
    const late = await loadLateSeries(input.features.series);
    checkLateSymbols(
      late,
      series.map(({ symbol }) => symbol),
    );
    const files = [];
    const notes = [];
    let count = 0;
    for (const [index, bars] of series.entries()) {
      const table = buildFeatures(bars, seam, input.features, alwaysOpen ? 'always' : 'us_equity', late);
      const path = symbolFile(PLACES.features, bars.symbol, `-${timeframe}.parquet`);
      await writeColumns(context.outputPath(path), {
        time: bars.time,
        ...Object.fromEntries(table.names.map((name, column) => [name, table.columns[column]!])),
      });
      files.push({ symbol: bars.symbol, path });
      notes.push(table.notes);
      count = table.names.length;
      context.progress((index + 1) / series.length, bars.symbol);
    }
    writeJson(context.outputPath(PLACES.featureNotes), finite({ seam: new Date(seam).toISOString(), count, symbols: notes }));
    return { seam, features: count, files };
  },
});
