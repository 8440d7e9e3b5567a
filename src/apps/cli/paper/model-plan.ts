import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '#core';
import type { PipelineConfig } from '#research';
import type { ResolvedConfig } from '../../config/layers.ts';
import type { PaperPlan } from './plan.ts';

export function hasModel(workspace: string): boolean {
  return existsSync(join(workspace, 'models', 'model.json'));
}

export async function planModel(workspace: string, _from: string | undefined, _config: ResolvedConfig<PipelineConfig>): Promise<PaperPlan> {
  throw new UserError(`no model in ${workspace}`);
}
