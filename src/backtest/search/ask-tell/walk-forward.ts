import { UserError } from '#core';

/** Half-open row ranges: optimise on [trainFrom, trainTo), trade the winner on [testFrom, testTo). */
export interface WalkForwardWindow {
  readonly trainFrom: number;
  readonly trainTo: number;
  readonly testFrom: number;
  readonly testTo: number;
}

export interface WalkForwardPlan {
  readonly rows: number;
  readonly trainRows: number;
  readonly testRows: number;
  /** Rows left out between training and test, at least as long as a position or label can reach. */
  readonly purgeRows?: number;
  /** Train from the first row on instead of over a sliding window. */
  readonly anchored?: boolean;
  /** Keep a last, shorter test. On unless set to false. */
  readonly keepPartial?: boolean;
}

/** The windows of a walk-forward optimisation, in time order. Tests follow each other without gap or overlap, so that their results join to one curve. */
export function planWalkForward(plan: WalkForwardPlan): readonly WalkForwardWindow[] {
  const { rows, trainRows, testRows, purgeRows = 0, anchored = false, keepPartial = true } = plan;
  for (const [name, value, least] of [
    ['rows', rows, 1],
    ['trainRows', trainRows, 1],
    ['testRows', testRows, 1],
    ['purgeRows', purgeRows, 0],
  ] as const) {
    if (!(Number.isSafeInteger(value) && value >= least))
      throw new UserError(`${name} must be a whole number of at least ${least}, got ${value}.`);
  }
  const windows: WalkForwardWindow[] = [];
  for (let testFrom = trainRows + purgeRows; testFrom < rows; testFrom += testRows) {
    const testTo = Math.min(rows, testFrom + testRows);
    if (testTo - testFrom < testRows && !keepPartial) break;
    const trainTo = testFrom - purgeRows;
    windows.push({ trainFrom: anchored ? 0 : trainTo - trainRows, trainTo, testFrom, testTo });
  }
  if (windows.length === 0) {
    throw new UserError(
      `${rows} rows are too few for ${trainRows} of training${purgeRows > 0 ? `, ${purgeRows} purged` : ''} and ${testRows} of test.`,
      'Shorten the windows or load more data.',
    );
  }
  return windows;
}

/** Windows from how many are wanted: test length = rows / (windows + trainTests), training `trainTests` times as long as a test. */
export function planWalkForwardByCount(
  rows: number,
  windows: number,
  trainTests = 4,
  more: Pick<WalkForwardPlan, 'purgeRows' | 'anchored'> = {},
): readonly WalkForwardWindow[] {
  const purgeRows = more.purgeRows ?? 0;
  const testRows = Math.floor((rows - purgeRows) / (windows + trainTests));
  if (!(testRows >= 1))
    throw new UserError(`${rows} rows are too few for ${windows} walk-forward windows.`, 'Ask for fewer windows or load more data.');
  const trainRows = rows - purgeRows - windows * testRows;
  return planWalkForward({ ...more, rows, trainRows, testRows });
}

/** Pardo's walk-forward efficiency: what was earned per row out of sample over what was earned per row in sample. NaN when nothing was earned in sample. */
export function walkForwardEfficiency(inSamplePerRow: number, outOfSamplePerRow: number): number {
  return inSamplePerRow > 0 ? outOfSamplePerRow / inSamplePerRow : Number.NaN;
}
