import { z } from 'zod';

/**
 * What the pipeline may be told. Every key has a default, so an empty object is a complete configuration.
 * Unknown keys are refused by `.strict()`; the apps turn that into a suggestion.
 */
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'use YYYY-MM-DD');

export const dataConfigSchema = z
  .strictObject({
    source: z.string().min(1).default('demo').describe('demo, synthetic, files, ccxt:<exchange> or alpaca'),
    path: z.string().optional().describe('file, folder or glob for source "files"'),
    timeframe: z.string().default('1d').describe('length of a bar: 1m, 5m, 1h, 4h, 1d'),
    start: date.optional().describe('first day, inclusive'),
    end: date.optional().describe('last day, exclusive'),
    assetClass: z.enum(['us_equity', 'crypto', 'fx', 'index', 'synthetic']).optional().describe('decides calendar, costs and lot sizes'),
    syntheticEdge: z
      .number()
      .min(0)
      .max(1)
      .default(0.12)
      .describe('source "synthetic": information coefficient of the planted edge, 0 for none'),
    syntheticBars: z.int().min(200).max(1_000_000).default(6000).describe('source "synthetic": bars a symbol'),
  })
  .prefault({});

export const featuresConfigSchema = z
  .strictObject({
    set: z.enum(['institutional']).default('institutional'),
    regimeStates: z.int().min(2).max(5).default(3).describe('states of the Gaussian HMM'),
    regimeRefitBars: z.int().min(20).default(250).describe('bars between refits of the HMM on its expanding window'),
  })
  .prefault({});

export const labelsConfigSchema = z
  .strictObject({
    volatilitySpan: z.int().min(5).max(500).default(50).describe('span, in bars, of the volatility that scales the barriers'),
    cusumMultiple: z.number().min(0).max(20).default(1).describe('CUSUM threshold in volatilities; 0 takes every bar'),
    barriers: z
      .union([z.literal('calibrate'), z.strictObject({ width: z.number().positive(), maxBars: z.int().min(1).max(5000) })])
      .default('calibrate')
      .describe('"calibrate" on the training part, or {width, maxBars}: stop and target lie that many volatilities from the price'),
    meta: z.boolean().default(false).describe('meta-labelling: learn whether a trend signal is right instead of the direction'),
  })
  .prefault({});

export const modelConfigSchema = z
  .strictObject({
    trees: z.int().min(1).max(5000).default(300),
    leaves: z.int().min(2).max(255).default(12),
    learningRate: z.number().positive().max(1).default(0.04),
    minSamplesInLeaf: z.int().min(1).default(30),
    l2: z.number().min(0).default(5),
    rowSample: z.number().positive().max(1).default(0.7),
    columnSample: z.number().positive().max(1).default(0.5),
    earlyStoppingRounds: z.int().min(1).default(30),
    scheme: z
      .enum(['k_fold', 'walk_forward', 'combinatorial'])
      .default('k_fold')
      .describe('how the training part validates itself; all are purged'),
    folds: z.int().min(2).max(20).default(5).describe('purged folds'),
    embargoFraction: z.number().min(0).max(0.2).default(0.01),
    trainFraction: z.number().min(0.5).max(0.95).default(0.8).describe('part of time, from the start, that may be learned from'),
    shuffledControls: z.int().min(1).max(200).default(20).describe('models trained on shuffled labels, which must show no skill'),
  })
  .prefault({});

export const tradingConfigSchema = z
  .strictObject({
    cash: z.number().positive().default(100_000),
    direction: z.enum(['long', 'short', 'both']).default('both'),
    profile: z.enum(['optimistic', 'base', 'harsh']).default('base').describe('the fill model that the verdict is about'),
    kellyFraction: z.number().positive().max(1).default(0.5).describe('part of the Bayesian Kelly size that is taken'),
    maxPositionFraction: z.number().positive().max(2).default(0.25).describe('largest notional of one position over equity'),
    minEdge: z.number().min(0).max(0.5).default(0.0).describe('least expected return over cost, in stop widths, to trade'),
  })
  .prefault({});

const exposure = z.union([z.literal('leverage'), z.number().positive()]);

/** Limits before every order of a backtest and of a paper session. What has no default is not checked. */
export const riskConfigSchema = z
  .strictObject({
    maxGrossExposure: exposure.default('leverage').describe('sum of absolute positions over equity; "leverage": what the account may hold'),
    maxNetExposure: z.number().positive().optional().describe('longs less shorts, over equity'),
    maxConcentration: exposure.default('leverage').describe('one symbol over equity'),
    maxOrderQuantity: z.number().positive().optional().describe('units of one order'),
    maxOrderNotional: z.number().positive().optional().describe('money of one order'),
    priceCollarFraction: z.number().positive().default(0.5).describe('how far a limit price may lie from the last price'),
    maxMessages: z.int().min(1).default(2000).describe('orders sent within messageWindowMs'),
    messageWindowMs: z.number().positive().default(60_000),
    maxOpenOrders: z.int().min(0).optional().describe('resting orders at once'),
    duplicateWindowMs: z.number().positive().optional().describe('the same order again within this time is refused'),
    sizeWindowMs: z.number().positive().optional().describe('window of the next two'),
    maxWindowQuantity: z.number().positive().optional().describe('units of a symbol within sizeWindowMs'),
    maxWindowNotional: z.number().positive().optional().describe('money within sizeWindowMs'),
    maxDailyLossFraction: z.number().positive().max(1).optional().describe('loss since midnight UTC at which nothing new is opened'),
    maxDrawdownFraction: z.number().positive().max(1).optional().describe('fall from the highest equity at which nothing new is opened'),
    refuseSelfCross: z.boolean().default(false).describe('refuse an order that could trade with one of our own'),
  })
  .prefault({});

export const gatesConfigSchema = z
  .strictObject({
    minSharpe: z.number().default(0.5),
    maxDrawdown: z.number().positive().max(1).default(0.25),
    minWinRate: z.number().min(0).max(1).default(0.45),
    minAccuracy: z.number().min(0).max(1).default(0.52),
    maxEce: z.number().positive().max(1).default(0.1),
    minPsr: z.number().min(0).max(1).default(0.95).describe('probability that the true Sharpe ratio is above zero'),
    minTrades: z.int().min(1).default(30),
  })
  .prefault({});

export const pipelineConfigSchema = z.strictObject({
  symbols: z.array(z.string().min(1)).default([]).describe('empty: every symbol that the source has'),
  seed: z.int().min(0).default(42),
  workers: z.int().min(1).max(64).default(2).describe('threads for training folds'),
  data: dataConfigSchema,
  features: featuresConfigSchema,
  labels: labelsConfigSchema,
  model: modelConfigSchema,
  trading: tradingConfigSchema,
  risk: riskConfigSchema,
  gates: gatesConfigSchema,
});

export type PipelineConfig = z.infer<typeof pipelineConfigSchema>;
