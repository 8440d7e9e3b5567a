import type { RiskLimits } from '#risk';
import type { PipelineConfig } from './config.ts';

/** An account that is full to the last cent is a rounding away from its leverage, not beyond it. */
const ROUNDING = 1 + 1e-9;

/** The `risk` section as the gate takes it, for an account that may hold `leverage` times its equity. */
export function limitsFor(risk: PipelineConfig['risk'], leverage: number): RiskLimits {
  const { maxGrossExposure, maxConcentration, ...others } = risk;
  const multiple = (given: number | 'leverage'): number => (given === 'leverage' ? leverage * ROUNDING : given);
  const limits = { ...others, maxGrossExposure: multiple(maxGrossExposure), maxConcentration: multiple(maxConcentration) };
  return Object.fromEntries(Object.entries(limits).filter(([, limit]) => limit !== undefined && limit !== Number.POSITIVE_INFINITY));
}
