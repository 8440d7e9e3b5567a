import { stackSamples, type FeatureColumns, type LabelledEvents, type SampleSet } from '#research';
import type { StepContext } from '#workflow';
import { EVENT_COLUMNS } from './label-step.ts';
import type { FeaturesOutput, LabelsOutput } from './shapes.ts';
import { readColumns } from './tables.ts';

/** The samples of all symbols from the features and labels that earlier stages wrote. */
export async function loadSamples(context: StepContext, features: FeaturesOutput, labels: LabelsOutput): Promise<SampleSet> {
  const featureTables: FeatureColumns[] = [];
  const eventTables: LabelledEvents[] = [];
  for (const { symbol, path } of features.files) {
    const { time: _, ...columns } = await readColumns(context.inputPath(path));
    featureTables.push({ symbol, names: Object.keys(columns), columns: Object.values(columns) });
  }
  for (const { symbol, path } of labels.files) {
    const columns = await readColumns(context.inputPath(path));
    const at = (name: (typeof EVENT_COLUMNS)[number]) => columns[name] ?? new Float64Array(0);
    eventTables.push({
      symbol,
      row: at('row'),
      time: at('time'),
      endTime: at('endTime'),
      label: at('label'),
      outcome: at('outcome'),
      width: at('width'),
      side: at('side'),
      uniqueness: at('uniqueness'),
    });
  }
  return stackSamples(featureTables, eventTables);
}
