import { StepRegistry } from '#workflow';
import type { TrainJobs } from '#research';
import { backtestStep } from './backtest-step.ts';
import { calibrateStep } from './calibrate-step.ts';
import { dataStep } from './data-step.ts';
import { featureStep } from './feature-step.ts';
import { labelStep } from './label-step.ts';
import { trainStep } from './train-step.ts';
import { validateStep } from './validate-step.ts';

/** Everything a workflow file may name under `uses`. */
export function createStepRegistry(trainJobs: TrainJobs, environment: Readonly<Record<string, string | undefined>>): StepRegistry {
  return new StepRegistry([dataStep(environment), featureStep, labelStep, trainStep(trainJobs), calibrateStep, backtestStep, validateStep]);
}
