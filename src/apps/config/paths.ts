import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { PipelineConfig } from '#research';

/** Whether a text that may name a source names a file, folder or pattern instead. */
export function isPath(text: string, folder: string): boolean {
  return !/^(ccxt:|https?:)/.test(text) && (/[./\\*]/.test(text) || existsSync(resolve(folder, text)));
}

/** The configuration with every path absolute: what is relative is so to the folder where the command runs. */
export function withAbsolutePaths(config: PipelineConfig, folder: string): PipelineConfig {
  const { data, features } = config;
  const { path, corporateActions, secondSource, cacheFolder } = data;
  return {
    ...config,
    data: {
      ...data,
      ...(path === undefined ? {} : { path: resolve(folder, path) }),
      ...(corporateActions === undefined ? {} : { corporateActions: resolve(folder, corporateActions) }),
      ...(secondSource === undefined || !isPath(secondSource, folder) ? {} : { secondSource: resolve(folder, secondSource) }),
      ...(cacheFolder === undefined ? {} : { cacheFolder: resolve(folder, cacheFolder) }),
    },
    features: { ...features, series: features.series.map((series) => ({ ...series, file: resolve(folder, series.file) })) },
  };
}
