import { z } from 'zod';

const symbol = z.string().min(1).max(40);
const reason = z.string().min(1);
const bar = z.object({ timeMs: z.number(), open: z.number(), high: z.number(), low: z.number(), close: z.number(), volume: z.number() });
const bars = z.array(bar).min(1);
const direction = z.enum(['long', 'short', 'flat']);
const analysis = z.object({ symbol, lastClose: z.number().positive(), volatility: z.number().min(0), trend: z.number(), reason });
const regime = z.object({ name: z.string(), probability: z.number().min(0).max(1), reason });
const selection = z.object({
  strategy: z.string(),
  direction,
  confidence: z.number().min(0).max(1),
  stop: z.number().optional(),
  target: z.number().optional(),
  reason,
});
/** `fraction` of equity, signed by direction; `quantity` in units of the instrument. */
const position = z.object({ fraction: z.number().min(-10).max(10), quantity: z.number(), reason });
const execution = z.object({
  status: z.enum(['filled', 'partial', 'resting', 'rejected', 'none']),
  quantity: z.number(),
  price: z.number().optional(),
  orderId: z.string().optional(),
  reason,
});
const order = z.object({
  symbol,
  direction,
  quantity: z.number(),
  stop: z.number().optional(),
  target: z.number().optional(),
  lastClose: z.number().positive(),
});
const range = { symbols: z.array(symbol).min(1), start: z.string().optional(), end: z.string().optional() };
const metrics = z.record(z.string(), z.number().nullable());

function contract<I extends z.ZodType, O extends z.ZodType>(method: string, input: I, output: O): SliceContract<I, O> {
  return { method, input, output };
}

/** What a slice must offer: one method with checked input and output. */
export interface SliceContract<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> {
  readonly method: string;
  readonly input: I;
  readonly output: O;
}

/** The eleven slices. Prices in quote currency, times in UTC milliseconds, probabilities and fractions from 0 to 1. */
export const sliceContracts = {
  data: contract(
    'getData',
    z.object({ symbol, start: z.string().optional(), end: z.string().optional() }),
    z.object({ symbol, bars, source: z.string() }),
  ),
  analyze: contract('analyze', z.object({ symbol, bars }), analysis),
  market_regime: contract('detect', z.object({ symbol, bars }), regime),
  ml_strategy: contract('select', z.object({ symbol, bars, analysis, regime }), selection),
  position_sizing: contract('calculate', z.object({ symbol, analysis, regime, selection, equity: z.number().positive() }), position),
  backtest: contract(
    'run',
    z.object({ ...range, strategy: z.string().optional(), parameters: z.record(z.string(), z.number()).optional() }),
    z.object({ metrics, trades: z.int().min(0), reason }),
  ),
  paper_trade: contract('execute', order, execution),
  live_trade: contract('execute', order, execution),
  monitor: contract(
    'logEvent',
    z.object({ kind: z.string(), symbol, fields: z.record(z.string(), z.unknown()) }),
    z.object({ accepted: z.boolean() }),
  ),
  optimize: contract(
    'optimize',
    z.object({ ...range, strategy: z.string(), trials: z.int().min(1) }),
    z.object({ parameters: z.record(z.string(), z.unknown()), score: z.number(), trials: z.int(), reason }),
  ),
  adaptive_portfolio: contract(
    'allocate',
    z.object({ symbols: z.array(symbol).min(1), equity: z.number().positive() }),
    z.object({ weights: z.record(z.string(), z.number()), reason }),
  ),
} as const;

export type SliceName = keyof typeof sliceContracts;
export const sliceNames = Object.keys(sliceContracts) as readonly SliceName[];
export type SliceInput<N extends SliceName> = z.output<(typeof sliceContracts)[N]['input']>;
export type SliceOutput<N extends SliceName> = z.output<(typeof sliceContracts)[N]['output']>;
