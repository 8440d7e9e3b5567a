import { z } from 'zod';
import {
  fitBarriers,
  labelEvents,
  labelsConfigSchema,
  profileFor,
  roundTripCost,
  tradingConfigSchema,
  type LabelledEvents,
} from '#research';
import { defineStep } from '#workflow';
import { PLACES, symbolFile, writeJson } from './files.ts';
import { dataOutput, featuresOutput, labelsOutput } from './shapes.ts';
import { readSeries, writeColumns } from './tables.ts';
import { sectionsAsConfig } from './sections.ts';

/** Stage 3: where decisions are made, what came of each, and how far the barriers lie. */
export const labelStep = defineStep({
  name: 'labels.build',
  description: 'Triple-barrier labels at CUSUM events, barriers calibrated on the training part',
  codeFiles: [
    'src/core',
    'src/domain',
    'src/ml/labels',
    'src/research/pipeline/labelling.ts',
    'src/research/pipeline/trend-side.ts',
    'src/apps/steps/label-step.ts',
  ],
  input: z.object({ data: dataOutput, features: featuresOutput, labels: labelsConfigSchema, trading: tradingConfigSchema }),
  output: labelsOutput,
  async run(context, input) {
    const { seam } = input.features;
    const config = sectionsAsConfig(input);
    const series = await Promise.all(
      input.data.datasets.map((dataset) => readSeries(context.inputPath(dataset.path), dataset.symbol, input.data.timeframe)),
    );
    const cost = roundTripCost(profileFor(input.trading.profile, input.data.assetClass));
    const barriers = fitBarriers(series, seam, cost, config);
    const tables = series.map((bars) => labelEvents(bars, barriers, seam, config));
    const files = [];
    for (const [index, table] of tables.entries()) {
      const path = symbolFile(PLACES.labels, table.symbol, '.parquet');
      await writeColumns(context.outputPath(path), eventColumns(table));
      files.push({ symbol: table.symbol, path });
      context.progress((index + 1) / tables.length, table.symbol);
    }
    const labels = tables.flatMap((table) => Array.from(table.label).filter((label) => !Number.isNaN(label)));
    const upShare = labels.length === 0 ? 0 : labels.filter((label) => label === 1).length / labels.length;
    const events = tables.reduce((sum, table) => sum + table.time.length, 0);
    writeJson(context.outputPath(PLACES.labelNotes), {
      barriers,
      seam: new Date(seam).toISOString(),
      roundTripCost: cost,
      events,
      resolved: labels.length,
      upShare,
      meta: input.labels.meta,
    });
    return { width: barriers.width, maxBars: barriers.maxBars, events, upShare, files };
  },
});

export const EVENT_COLUMNS = ['row', 'time', 'endTime', 'label', 'outcome', 'width', 'side', 'uniqueness'] as const;

function eventColumns(table: LabelledEvents): Record<string, Float64Array> {
  return Object.fromEntries(EVENT_COLUMNS.map((name) => [name, table[name]]));
}
