import type { PipelineConfig, TrainJobs } from '#research';
import { StepRegistry, type SliceRegistry } from '#workflow';
import { backtestStep } from './backtest-step.ts';
import { calibrateStep } from './calibrate-step.ts';
import { dataStep } from './data-step.ts';
import { featureStep } from './feature-step.ts';
import { labelStep } from './label-step.ts';
import { sliceSteps } from './slice-steps.ts';
import { trainStep } from './train-step.ts';
import { validateStep } from './validate-step.ts';

export interface StepSurroundings {
  readonly trainJobs: TrainJobs;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly slices: SliceRegistry;
  readonly config: PipelineConfig;
}

/** Everything a workflow file may name under `uses`. */
export function createStepRegistry({ trainJobs, environment, slices, config }: StepSurroundings): StepRegistry {
  const pipeline = [dataStep(environment), featureStep, labelStep, trainStep(trainJobs), calibrateStep, backtestStep, validateStep];
  return new StepRegistry([...pipeline, ...sliceSteps(slices, config)]);
}
