/** How far the correlation breaker has gone. Only a flattened account passes through `recovery`. */
export type BreakerLevel = 'normal' | 'caution' | 'restrict' | 'flatten' | 'recovery';

/** What one row of returns says: nothing, correlations rise, they rise to a high level, they are in crisis. */
export type CrisisSeverity = 0 | 1 | 2 | 3;

export interface BreakerTiming {
  /** Consecutive rows of at least a severity before the breaker follows it. */
  readonly confirmRows: number;
  /** Consecutive calmer rows before it steps down. */
  readonly calmRows: number;
  /** Rows over which sizes grow back after flattening. */
  readonly recoveryRows: number;
  /** Rows after which a flat account accepts the new correlations as its baseline, so that a lasting change cannot lock it out. */
  readonly maxFlattenRows: number;
}

/** The machine alone: counters, no correlations. */
export interface BreakerMachine {
  readonly level: BreakerLevel;
  readonly rowsInLevel: number;
  /** Consecutive rows with a severity of at least 1, 2 and 3. */
  readonly alarmRows: readonly [number, number, number];
  /** Consecutive rows with a severity below what this level stands for. */
  readonly calmRows: number;
}

export const restingMachine: BreakerMachine = { level: 'normal', rowsInLevel: 0, alarmRows: [0, 0, 0], calmRows: 0 };

const rank: Readonly<Record<BreakerLevel, number>> = { normal: 0, caution: 1, restrict: 2, flatten: 3, recovery: 1 };
const levels: readonly BreakerLevel[] = ['normal', 'caution', 'restrict', 'flatten'];

function nextLevel(machine: BreakerMachine, timing: BreakerTiming, flat: boolean): BreakerLevel {
  const { level, alarmRows, calmRows, rowsInLevel } = machine;
  const confirmed =
    alarmRows[2] >= timing.confirmRows ? 3 : alarmRows[1] >= timing.confirmRows ? 2 : alarmRows[0] >= timing.confirmRows ? 1 : 0;
  if (level === 'flatten') {
    const waited = calmRows >= timing.calmRows || rowsInLevel >= timing.maxFlattenRows;
    return flat && waited ? 'recovery' : 'flatten';
  }
  if (confirmed > rank[level]) return levels[confirmed]!;
  if (level === 'recovery') return rowsInLevel >= timing.recoveryRows && alarmRows[0] === 0 ? 'normal' : 'recovery';
  if (level !== 'normal' && calmRows >= timing.calmRows) return levels[rank[level] - 1]!;
  return level;
}

/**
 * One row. Up: at once to the confirmed severity. Down: a step after `calmRows` calmer rows. `flatten` is left only for `recovery`, only when the
 * account is flat, after calm or after `maxFlattenRows`; `recovery` ends in `normal`, or goes up again.
 */
export function stepMachine(machine: BreakerMachine, severity: CrisisSeverity, flat: boolean, timing: BreakerTiming): BreakerMachine {
  const count = (at: number): number => (severity >= at ? Math.min(machine.alarmRows[at - 1]! + 1, timing.confirmRows) : 0);
  const counted: BreakerMachine = {
    level: machine.level,
    rowsInLevel: machine.rowsInLevel + 1,
    alarmRows: [count(1), count(2), count(3)],
    // Crisis may linger at severity 1 for long; it must not keep a flat account out.
    calmRows: severity < Math.min(rank[machine.level], 2) ? Math.min(machine.calmRows + 1, timing.calmRows) : 0,
  };
  const level = nextLevel(counted, timing, flat);
  if (level === machine.level) return counted;
  // A new level starts counting afresh: what led out of the old one says nothing about the new one.
  return { level, rowsInLevel: 0, alarmRows: level === 'recovery' ? [0, 0, 0] : counted.alarmRows, calmRows: 0 };
}
