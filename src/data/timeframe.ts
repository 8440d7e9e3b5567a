import { DAY_MS, HOUR_MS, MINUTE_MS, UserError } from '#core';
import { parseTimeframe, type Timeframe } from '#domain';

const KNOWN = ['1s', '5s', '15s', '30s', '1m', '3m', '5m', '15m', '30m', '1h', '2h', '4h', '6h', '8h', '12h', '1d', '1w'].map(
  parseTimeframe,
);

/** The timeframe whose length is the commonest step between bars; the rows may be unsorted. Throws `UserError` when none fits. */
export function inferTimeframe(time: Float64Array, name: string): Timeframe {
  const steps = new Map<number, number>();
  const rows = Math.min(time.length, 20_000);
  const majority = rows / 2;
  // Counted by runs of equal steps, since nearly all are equal, until no other can be commoner.
  for (let i = 1; i < rows; ) {
    const step = Math.abs(time[i]! - time[i - 1]!);
    const start = i++;
    while (i < rows && i - start <= majority && Math.abs(time[i]! - time[i - 1]!) === step) i++;
    if (!(step > 0)) continue;
    const count = (steps.get(step) ?? 0) + i - start;
    steps.set(step, count);
    if (count > majority) break;
  }
  const [step] = [...steps].sort((a, b) => b[1] - a[1] || a[0] - b[0])[0] ?? [0];
  const found = KNOWN.find((timeframe) => timeframe.ms === step) ?? (step > 6 * DAY_MS && step < 8 * DAY_MS ? KNOWN.at(-1) : undefined);
  if (!found)
    throw new UserError(
      `${name}: bars ${step / 1000} seconds apart fit no timeframe`,
      'Say it in the file name (AAPL-1d.csv) or in the configuration.',
    );
  return found;
}

/** A step between bars the way timeframes are written: `90m`, `2d`. */
export function spacingText(stepMs: number): string {
  const units: [number, string][] = [
    [DAY_MS, 'd'],
    [HOUR_MS, 'h'],
    [MINUTE_MS, 'm'],
  ];
  const [unitMs, letter] = units.find(([ms]) => stepMs % ms === 0) ?? [1000, 's'];
  return `${stepMs / unitMs}${letter}`;
}
