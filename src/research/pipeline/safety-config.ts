import { z } from './zod.ts';

/** Rules above the strategies of a session: what may shrink or stop them whatever they say. */
export const safetyConfigSchema = z
  .strictObject({
    breaker: z.boolean().default(true).describe('correlation circuit breaker, for sessions of two symbols or more'),
    breakerFlattenScore: z.number().positive().default(4).describe('standard errors above the usual correlation at which all is closed'),
    breakerFlattenCorrelation: z.number().min(0).max(1).default(0.7).describe('mean correlation that this needs besides'),
    staleness: z.boolean().default(true).describe("judge the pipeline's model by its outcomes, drift and age at each signal"),
    maxModelAgeDays: z
      .number()
      .positive()
      .optional()
      .describe('age of its training data at which a model opens nothing more (default: 90 days, or 365 bars when that is longer)'),
    crashRestarts: z
      .int()
      .min(0)
      .default(3)
      .describe('restarts after crashes, within crashWindowMinutes, that make a session reduce-only; 0: never'),
    crashWindowMinutes: z.number().positive().default(10).describe('also how long it must run without a crash to be let in again'),
  })
  .prefault({});

export type SafetyConfig = z.infer<typeof safetyConfigSchema>;
