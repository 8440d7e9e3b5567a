import { didYouMean, UserError } from '#core';
import type { PlannedStep, WorkflowPlan } from '../plan.ts';

export interface Selection {
  /** Run again even when nothing changed. */
  readonly force: ReadonlySet<string>;
  /** Must be there already; running them was not asked for. */
  readonly reuse: ReadonlySet<string>;
  /** Not part of this run. */
  readonly leave: ReadonlySet<string>;
}

export interface StageOptions {
  /** Only this step (its number from 1, or its id); those before it must be done. */
  readonly stage?: string | number;
  /** This step and all after it, again; those before it must be done. */
  readonly fromStage?: string | number;
  /** This step and what comes before it, as far as it is not done; nothing after it. */
  readonly untilStage?: string | number;
  /** Everything again, whatever is done. */
  readonly fresh?: boolean;
}

export function selectSteps(plan: WorkflowPlan, options: StageOptions): Selection {
  const given = [options.stage, options.fromStage, options.untilStage].filter((stage) => stage !== undefined);
  if (given.length > 1) throw new UserError('--stage, --from-stage and --until-stage cannot be used together', 'Choose one.');
  const ids = (keep: (step: PlannedStep) => boolean): ReadonlySet<string> => new Set(plan.steps.filter(keep).map((step) => step.id));
  if (options.stage !== undefined) {
    const { number } = findStage(plan, options.stage);
    return {
      force: ids((step) => step.number === number),
      reuse: ids((step) => step.number < number),
      leave: ids((step) => step.number > number),
    };
  }
  if (options.fromStage !== undefined) {
    const { number } = findStage(plan, options.fromStage);
    return { force: ids((step) => step.number >= number), reuse: ids((step) => step.number < number), leave: new Set() };
  }
  const fresh = ids(() => options.fresh === true);
  if (options.untilStage === undefined) return { force: fresh, reuse: new Set(), leave: new Set() };
  const { number } = findStage(plan, options.untilStage);
  return { force: fresh, reuse: new Set(), leave: ids((step) => step.number > number) };
}

function findStage(plan: WorkflowPlan, stage: string | number): PlannedStep {
  const text = String(stage);
  const found = plan.steps.find((step) => step.id === text || String(step.number) === text);
  if (found !== undefined) return found;
  const hint = /^\d+$/.test(text)
    ? `Stages are 1 to ${plan.steps.length}.`
    : didYouMean(
        text,
        plan.steps.map((step) => step.id),
      );
  throw new UserError(`the workflow "${plan.name}" has no stage ${text}`, hint);
}
