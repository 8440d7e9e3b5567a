import type { SliceName, SliceOutput } from './contracts.ts';
import type { SliceRegistry } from './registry.ts';

export interface CycleOptions {
  readonly equity: number;
  /** The slice that sends orders. */
  readonly venue: 'paper_trade' | 'live_trade';
  readonly start?: string;
  readonly end?: string;
  /** Told as each slice begins and ends, for progress. */
  readonly onSlice?: (name: SliceName, state: 'started' | 'finished' | 'failed') => void;
}

/** One decision of a cycle with its reason, in order. */
export interface Decision {
  readonly slice: SliceName;
  readonly decision: string;
  readonly reason: string;
}

/** What one cycle saw, decided and did. `monitorFailure` is empty when the event was logged. */
export interface TradingResult {
  readonly symbol: string;
  readonly outcome: 'executed' | 'no_trade' | 'rejected' | 'failed';
  readonly decisions: readonly Decision[];
  readonly analysis?: SliceOutput<'analyze'>;
  readonly regime?: SliceOutput<'market_regime'>;
  readonly selection?: SliceOutput<'ml_strategy'>;
  readonly position?: SliceOutput<'position_sizing'>;
  readonly execution?: SliceOutput<'paper_trade'>;
  readonly failedSlice?: SliceName;
  readonly monitorFailure: string;
}

type Draft = { -readonly [K in keyof TradingResult]?: TradingResult[K] } & { decisions: Decision[] };

/**
 * Data, analysis, regime, strategy, size, execution, monitor: one cycle for one symbol over the registry. Never rejects for a
 * failing slice: nothing after it is asked, no order is sent, and the result says which slice failed and why.
 */
export async function executeTradingCycle(registry: SliceRegistry, symbol: string, options: CycleOptions): Promise<TradingResult> {
  const draft: Draft = { decisions: [] };
  let current: SliceName = 'data';
  const ask = async <T>(name: SliceName, work: () => Promise<T>): Promise<T> => {
    current = name;
    options.onSlice?.(name, 'started');
    const answer = await work();
    options.onSlice?.(name, 'finished');
    return answer;
  };
  let outcome: TradingResult['outcome'];
  try {
    outcome = await decide(registry, symbol, options, draft, ask);
  } catch (error) {
    outcome = 'failed';
    options.onSlice?.(current, 'failed');
    draft.failedSlice = current;
    draft.decisions.push({ slice: current, decision: 'failed', reason: error instanceof Error ? error.message : String(error) });
  }
  return { ...draft, symbol, outcome, monitorFailure: await tellMonitor(registry, symbol, outcome, draft) };
}

async function decide(
  registry: SliceRegistry,
  symbol: string,
  options: CycleOptions,
  draft: Draft,
  ask: <T>(name: SliceName, work: () => Promise<T>) => Promise<T>,
): Promise<TradingResult['outcome']> {
  const note = (slice: SliceName, decision: string, reason: string): unknown => draft.decisions.push({ slice, decision, reason });
  const { start, end } = options;
  const data = await ask('data', () =>
    registry.call('data', { symbol, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) }),
  );
  note('data', `${data.bars.length} bars`, `from ${data.source}`);
  const { bars } = data;
  const analysis = (draft.analysis = await ask('analyze', () => registry.call('analyze', { symbol, bars })));
  note('analyze', `trend ${Number(analysis.trend.toFixed(2))}`, analysis.reason);
  const regime = (draft.regime = await ask('market_regime', () => registry.call('market_regime', { symbol, bars })));
  note('market_regime', regime.name, regime.reason);
  const selection = (draft.selection = await ask('ml_strategy', () => registry.call('ml_strategy', { symbol, bars, analysis, regime })));
  note('ml_strategy', `${selection.strategy}: ${selection.direction}`, selection.reason);
  if (selection.direction === 'flat') return 'no_trade';
  const position = (draft.position = await ask('position_sizing', () =>
    registry.call('position_sizing', { symbol, analysis, regime, selection, equity: options.equity }),
  ));
  note('position_sizing', `${Number(position.quantity.toFixed(6))} units`, position.reason);
  if (position.quantity === 0) return 'no_trade';
  const { direction, stop, target } = selection;
  const order = {
    symbol,
    direction,
    quantity: position.quantity,
    lastClose: analysis.lastClose,
    ...(stop === undefined ? {} : { stop }),
    ...(target === undefined ? {} : { target }),
  };
  const execution = (draft.execution = await ask(options.venue, () => registry.call(options.venue, order)));
  note(options.venue, execution.status, execution.reason);
  return execution.status === 'rejected' ? 'rejected' : execution.status === 'none' ? 'no_trade' : 'executed';
}

/** The monitor hears of every cycle, also a failed one; its own failure stops nothing. */
async function tellMonitor(registry: SliceRegistry, symbol: string, outcome: string, draft: Draft): Promise<string> {
  try {
    await registry.call('monitor', { kind: 'trading_cycle', symbol, fields: { outcome, decisions: draft.decisions } });
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
