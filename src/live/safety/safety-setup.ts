import type { Expression } from '#features';
import type { BreakerConfig, ModelReference, StalenessConfig } from '#risk';

/** A model under watch: what it was when it was trained, as plain data. Its strategy shows `probability`, `width` and `side` at each signal. */
export interface ModelWatch {
  readonly strategy: string;
  readonly reference: ModelReference;
  /** Bars after which a prediction has its outcome. */
  readonly maxBars: number;
  readonly settings?: Partial<StalenessConfig>;
}

/** The features that a model is given, of one symbol; of the bars alone. */
export type ModelInputs = (symbol: string) => Readonly<Record<string, Expression>>;

/** Rules above the strategies, as plain data: part of a session's header. */
export interface SafetySetup {
  /** The correlation circuit breaker; absent, there is none. */
  readonly breaker?: Partial<BreakerConfig>;
  /** The model whose staleness is watched; absent for strategies that are no model. */
  readonly model?: ModelWatch;
}
