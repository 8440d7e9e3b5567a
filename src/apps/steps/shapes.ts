import { z } from 'zod';

/** What the data step tells the later ones. */
const datasetSchema = z.object({ symbol: z.string(), path: z.string(), rows: z.int(), first: z.string(), last: z.string() });

export const dataOutput = z.object({
  source: z.string(),
  description: z.string(),
  kind: z.enum(['real', 'synthetic']),
  assetClass: z.enum(['us_equity', 'crypto', 'fx', 'index', 'synthetic']),
  alwaysOpen: z.boolean(),
  timeframe: z.string(),
  datasets: z.array(datasetSchema),
  findings: z.int(),
});
export type DataOutput = z.infer<typeof dataOutput>;

export const featuresOutput = z.object({
  /** End of training, UTC milliseconds. */
  seam: z.number(),
  features: z.int(),
  files: z.array(z.object({ symbol: z.string(), path: z.string() })),
});
export type FeaturesOutput = z.infer<typeof featuresOutput>;

export const labelsOutput = z.object({
  width: z.number(),
  maxBars: z.int(),
  events: z.int(),
  upShare: z.number(),
  files: z.array(z.object({ symbol: z.string(), path: z.string() })),
});
export type LabelsOutput = z.infer<typeof labelsOutput>;

export const trainOutput = z.object({
  trainSamples: z.int(),
  validationSamples: z.int(),
  purged: z.int(),
  rounds: z.int(),
  auc: z.number(),
  accuracy: z.number(),
  payoff: z.object({ win: z.number(), loss: z.number() }),
});

export const calibrateOutput = z.object({ ece: z.number(), kind: z.string(), refits: z.int() });

export const backtestOutput = z.object({
  trades: z.int(),
  sharpe: z.number().nullable(),
  maxDrawdown: z.number().nullable(),
  totalReturn: z.number().nullable(),
});

export const validateOutput = z.object({ passed: z.boolean(), statement: z.string(), gatesPassed: z.int(), gates: z.int() });
