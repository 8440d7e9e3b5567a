import { pipelineConfigSchema, type PipelineConfig } from '#research';

/**
 * A step takes only the sections of the configuration that it depends on, so that a change elsewhere leaves its checkpoint valid.
 * The functions of `research` take a whole configuration; the sections that were not given are at their defaults and unused.
 */
export function sectionsAsConfig(
  sections: Partial<Pick<PipelineConfig, 'labels' | 'model' | 'trading' | 'risk' | 'gates' | 'seed'>> & { readonly features?: unknown },
): PipelineConfig {
  const { labels, model, trading, risk, gates, seed } = sections;
  return {
    ...pipelineConfigSchema.parse({}),
    ...Object.fromEntries(Object.entries({ labels, model, trading, risk, gates, seed }).filter(([, value]) => value !== undefined)),
  };
}
