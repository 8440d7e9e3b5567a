import { durationText } from './duration.ts';
import type { WorkflowPlan } from './plan.ts';

/** A workflow for a reader: what it is, its parameters with defaults, its steps and what each waits for. */
export function describeWorkflow(plan: WorkflowPlan): string {
  const parameters = Object.entries(plan.parameters).map(([name, spec]) => {
    const value = spec.default === undefined ? 'must be given' : `default ${JSON.stringify(spec.default)}`;
    return `  ${name}: ${spec.type}, ${value}${spec.description === '' ? '' : ` (${spec.description})`}`;
  });
  const steps = plan.steps.map((step) => {
    const extras = [
      step.needs.length === 0 ? '' : `after ${step.needs.join(', ')}`,
      step.when === undefined ? '' : 'conditional',
      step.retry.times === 0 ? '' : `${step.retry.times} retries`,
      step.timeoutMs === step.step.timeoutMs ? '' : `at most ${durationText(step.timeoutMs)}`,
      step.fallback === undefined ? '' : `else ${step.fallback.step.name}`,
      step.continueOnFailure ? 'may fail' : '',
    ].filter((extra) => extra !== '');
    return `  ${String(step.number).padStart(2)}  ${step.id} (${step.step.name})${extras.length === 0 ? '' : `: ${extras.join('; ')}`}`;
  });
  const head = plan.description === '' ? plan.name : `${plan.name}: ${plan.description}`;
  return [head, ...(parameters.length === 0 ? [] : ['parameters', ...parameters]), 'steps', ...steps].join('\n');
}
