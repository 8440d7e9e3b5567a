import { toIso, timestamp, UserError } from '#core';
import type { Engine, EngineSnapshot } from '#engine';

/** Puts a new engine where an earlier run stopped. Gives the first row of `time` that is after it. */
export function takeOver(engine: Engine, state: EngineSnapshot, time: Float64Array): number {
  const last = time.lastIndexOf(state.time);
  const when = toIso(timestamp(state.time));
  if (last < 0)
    throw new UserError(
      `the run to go on from stopped at ${when}, which these bars do not hold`,
      'Give the bars from that one on, and before it as many as the features look back on.',
    );
  if (last === time.length - 1) throw new UserError(`these bars end at ${when}, where the run to go on from stopped`, 'Add later bars.');
  engine.restore(state, state.row - last);
  return last + 1;
}
