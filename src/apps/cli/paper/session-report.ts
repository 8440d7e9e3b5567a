import { OperationalError, toIso } from '#core';
import { executionRecords, type SeenInstant, type TradingSession } from '#live';
import { finite } from '#research';
import { executionQualityReport } from '#statistics';

interface GuardChange {
  readonly at: string;
  readonly guard: string;
  readonly level: string;
  readonly reason: string;
}

/** When which guard changed its level, of the whole session. */
export class GuardDiary {
  readonly changes: GuardChange[] = [];

  see({ bars, step }: SeenInstant): void {
    for (const [guard, level, reason] of step.guards ?? []) this.changes.push({ at: toIso(bars.time), guard, level, reason });
  }
}

/** Slippage, fill rate and shortfall of the session, and what its guards did. */
export function executionReport(session: TradingSession, level: string, { changes }: GuardDiary): string {
  const report = {
    run: session.header.run,
    to: toIso(Number.isFinite(session.lastTime) ? session.lastTime : 0),
    ...executionQualityReport(executionRecords(session)),
    safety: { level, changes },
  };
  return `${JSON.stringify(finite(report), null, 2)}\n`;
}

/** The disk took no more: of the journal, or of the log beside it. */
export function isDiskFull(error: unknown): boolean {
  if (error instanceof OperationalError) return error.code === 'no_space' && isDiskFull(error.cause);
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT' || error.code === 'EFBIG');
}

export function diskFull(session: TradingSession, cause: unknown): OperationalError {
  const held = session.engine.ledger.positions();
  const positions = held.length === 0 ? 'no position is open' : `${held.map(({ symbol }) => symbol).join(', ')}: stops stay at the venue`;
  return new OperationalError(
    'no_space',
    `the disk is full: stopped before anything that could not be journaled (${positions}). Free some space; the same command goes on, nothing is lost`,
    { cause },
  );
}
