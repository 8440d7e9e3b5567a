import { z } from 'zod';

const identifier = z.string().regex(/^[A-Za-z_][\w-]{0,63}$/, 'letters, digits, _ and - only, starting with a letter');
const duration = z
  .int()
  .min(1)
  .max(7 * 86_400_000);
const json = z.json();

const retrySchema = z.strictObject({
  /** Attempts after the first. */
  times: z.int().min(0).max(100),
  backoffMs: z.int().min(0).max(3_600_000).default(1_000),
  factor: z.number().min(1).max(10).default(2),
});

const fallbackSchema = z.union([z.string(), z.strictObject({ uses: z.string(), with: z.record(z.string(), json).optional() })]);

const stepSchema = z.strictObject({
  id: identifier,
  title: z.string().max(80).optional(),
  uses: z.string(),
  with: z.record(z.string(), json).default({}),
  needs: z.union([identifier.transform((id) => [id]), z.array(identifier)]).optional(),
  when: z.union([z.string(), z.boolean().transform(String)]).optional(),
  retry: retrySchema.optional(),
  timeoutMs: duration.optional(),
  fallback: fallbackSchema.optional(),
  continueOnFailure: z.boolean().default(false),
  /** Further names for parts of the step's own outputs: `sharpe: report.metrics.sharpe`. */
  outputs: z.record(identifier, z.string()).default({}),
});

const groupSchema = z.strictObject({ parallel: z.array(stepSchema).min(1).max(100), maxParallel: z.int().min(1).max(64).optional() });

const parameterTypes = ['string', 'number', 'integer', 'boolean', 'list', 'object'] as const;
export type ParameterType = (typeof parameterTypes)[number];

export const parameterSchema = z.strictObject({
  type: z.enum(parameterTypes),
  default: json.optional(),
  description: z.string().default(''),
  choices: z.array(z.union([z.string(), z.number()])).optional(),
});

const workflowSchema = z.strictObject({
  name: identifier,
  description: z.string().default(''),
  parameters: z.record(identifier, parameterSchema).default({}),
  maxParallel: z.int().min(1).max(64).default(1),
  steps: z.array(z.unknown()).min(1).max(200),
  outputs: z.record(identifier, z.string()).default({}),
});

export const schemas = { workflow: workflowSchema, step: stepSchema, group: groupSchema };

export type StepSpec = z.output<typeof stepSchema>;
export type GroupSpec = z.output<typeof groupSchema>;
export type ParameterSpec = z.output<typeof parameterSchema>;
export type RetrySpec = z.output<typeof retrySchema>;
