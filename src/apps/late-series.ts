import { basename } from 'node:path';
import { DAY_MS, HOUR_MS } from '#core';
import { snake, type LateSeries } from '#data';
import type { LateSeriesConfig } from '#research';

const UNITS: Readonly<Record<string, number>> = { h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };

/** Milliseconds of a span as the configuration writes it: `36h`, `45d`, `8w`. */
const spanMs = (text: string): number => Number.parseFloat(text) * UNITS[text.at(-1)!]!;

/** Reads the late-known series that the configuration names. Throws `UserError` naming the file. */
export async function loadLateSeries(configured: readonly LateSeriesConfig[]): Promise<readonly LateSeries[]> {
  if (configured.length === 0) return [];
  const { readSeriesFile } = await import('#adapters/data');
  const loaded: LateSeries[] = [];
  for (const { file, name, columns, lag, maxAge } of configured)
    loaded.push(
      ...(await readSeriesFile(file, {
        name: name ?? snake(basename(file).replace(/(\.\w+)?\.\w+$/, '')),
        ...(columns === undefined ? {} : { columns }),
        ...(lag === undefined ? {} : { lagMs: spanMs(lag) }),
        ...(maxAge === undefined ? {} : { maxAgeMs: spanMs(maxAge) }),
      })),
    );
  return loaded;
}
