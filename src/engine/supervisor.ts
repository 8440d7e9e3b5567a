import type { OrderRequest } from '#domain';
import type { EngineView } from './engine-view.ts';
import type { FeatureTable } from './features.ts';

/** What a supervisor may see of the engine, and do with it. */
export interface SupervisedEngine extends EngineView {
  readonly strategyNames: readonly string[];
  /** Of each strategy: what it is shown at each bar. */
  readonly features: readonly FeatureTable[];
  /** A market order of nobody's wish that closes one lot: no check stands in its way. */
  forceClose(strategy: number, symbol: number, orderId: number): void;
}

/**
 * Safety above the strategies: it sees every instant before they are asked, and may withdraw orders, cut sizes and close positions; never
 * open one. As pure as they are: the same bars give the same interventions, so that a backtest of a session repeats them.
 */
export interface Supervisor {
  /** An instant begins; nothing of it is filled yet. The last moment to withdraw an entry that waits. */
  beforeFills(engine: SupervisedEngine): void;
  /** Fills and marks are in, no strategy was asked. `locals`: each symbol's row, −1 for no bar. */
  beforeDecisions(engine: SupervisedEngine, locals: Int32Array): void;
  /** The request as it may go on to the checks: with a smaller size, or as it is. */
  sized(request: OrderRequest, strategy: number, symbol: number, engine: SupervisedEngine): OrderRequest;
}
