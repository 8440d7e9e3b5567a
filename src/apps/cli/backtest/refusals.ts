import type { BacktestResult } from '#backtest';
import type { Trade } from '#domain';

interface Run {
  readonly result: BacktestResult;
}

/** Refused orders by reason, most frequent first. */
export function refusals({ result }: Run): readonly { readonly status: string; readonly reason: string; readonly count: number }[] {
  const counts = new Map<string, { status: string; reason: string; count: number }>();
  for (const { status, reason } of result.orders) {
    if (status !== 'denied' && status !== 'rejected') continue;
    const general = reason.replace(/-?\d[\d.,e+-]*/g, '…');
    const known = counts.get(general);
    if (known === undefined) counts.set(general, { status, reason, count: 1 });
    else known.count++;
  }
  return [...counts.values()].sort((one, other) => other.count - one.count);
}

export function endedOpen({ result }: Run): readonly Trade[] {
  return result.trades.filter((trade) => trade.exitReason === 'end_of_data');
}
