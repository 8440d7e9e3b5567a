import { z } from './zod.ts';
import { safetyConfigSchema } from './safety-config.ts';

/**
 * What the pipeline may be told. Every key has a default, so an empty object is a complete configuration.
 * Unknown keys are refused by `.strict()`; the apps turn that into a suggestion.
 */
const date = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/, 'use YYYY-MM-DD')
  .refine(isDay, 'a day of the calendar');

/** Whether a date is written as the calendar has it: there is no 30 February. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export const dataConfigSchema = z
  .strictObject({
    source: z.string().min(1).default('demo').describe('demo, synthetic, files, ccxt:<exchange> or alpaca'),
    path: z.string().optional().describe('file, folder or glob for source "files"'),
    timeframe: z.string().default('1d').describe('length of a bar: 1m, 5m, 1h, 4h, 1d'),
    start: date.optional().describe('first day, inclusive'),
    end: date.optional().describe('last day, exclusive'),
    assetClass: z.enum(['us_equity', 'crypto', 'fx', 'index', 'synthetic']).optional().describe('decides calendar, costs and lot sizes'),
    corporateActions: z
      .string()
      .min(1)
      .optional()
      .describe('file or folder of splits and dividends, applied point in time to unadjusted bars, and of delistings'),
    adjust: z
      .enum(['all', 'splits', 'none'])
      .optional()
      .describe('what of corporateActions goes into the prices; the rest reaches open positions (default: all; for a backtest splits)'),
    secondSource: z.string().min(1).optional().describe('a source or path with the same bars, for the quality report to compare with'),
    cacheFolder: z.string().min(1).optional().describe('where downloads are kept (default: data/cache here)'),
    alpaca: z
      .strictObject({
        feed: z.enum(['iex', 'sip', 'otc']).default('iex').describe('iex: one exchange, free; sip: all of them'),
        adjustment: z.enum(['raw', 'split', 'dividend', 'all']).default('all').describe('what Alpaca adjusts past prices for'),
        apiUrl: z.string().min(1).optional().describe('another address of the data server'),
      })
      .prefault({}),
    ccxt: z.strictObject({ apiUrl: z.string().min(1).optional().describe('replaces scheme and host of the exchange') }).prefault({}),
    syntheticEdge: z
      .number()
      .min(0)
      .max(1)
      .default(0.12)
      .describe('source "synthetic": information coefficient of the planted edge, 0 for none'),
    syntheticBars: z.int().min(200).max(1_000_000).default(6000).describe('source "synthetic": bars a symbol'),
  })
  .prefault({});

const span = z.string().regex(/^\d+(\.\d+)?[hdw]$/, 'use hours, days or weeks: 36h, 45d, 8w');

/** A file of values that became known later than the time they describe; a bare text is the file. */
const lateSeriesSchema = z.preprocess(
  (given) => (typeof given === 'string' ? { file: given } : given),
  z.strictObject({
    file: z.string().min(1).describe('CSV or Parquet with time, value and known_time; optionally symbol'),
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]*$/, 'use small letters, digits and _')
      .optional()
      .describe('name of the feature (default: the name of the file)'),
    columns: z.array(z.string().min(1)).min(1).optional().describe('columns that hold values (default: value, or all that hold numbers)'),
    lag: span.optional().describe('how long after its time a value was published, for a file without known_time'),
    maxAge: span.optional().describe('a value known longer than this is missing'),
  }),
);
export type LateSeriesConfig = z.infer<typeof lateSeriesSchema>;

export const featuresConfigSchema = z
  .strictObject({
    set: z.enum(['institutional']).default('institutional'),
    regimeStates: z.int().min(2).max(5).default(3).describe('states of the Gaussian HMM'),
    regimeRefitBars: z.int().min(20).default(250).describe('bars between refits of the HMM on its expanding window'),
    series: z.array(lateSeriesSchema).default([]).describe('late-known series (fundamentals, macro), joined as of their known time'),
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
    maxCostToEdge: z
      .number()
      .positive()
      .optional()
      .describe("part of an entry's expected edge that impact, spread, slippage and fees of its round trip may eat"),
    expectedEdgeBps: z.number().positive().optional().describe('edge of entries that state none, bps of notional; needs maxCostToEdge'),
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
  safety: safetyConfigSchema,
  gates: gatesConfigSchema,
});

export type PipelineConfig = z.infer<typeof pipelineConfigSchema>;
