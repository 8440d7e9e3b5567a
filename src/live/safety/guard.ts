import type { SupervisedEngine } from '#engine';

/** What a guard makes of the moment. */
export interface GuardState {
  /** `normal` when there is nothing to say. */
  readonly level: string;
  /** Multiplier for the size of what opens a position; 0 when nothing may. */
  readonly factor: number;
  /** Every position that it covers is to be closed at the market. */
  readonly flatten: boolean;
  /** One line; empty when the level is normal. */
  readonly reason: string;
}

/** A rule above the strategies, stepped with each instant: a pure function of the bars and of what the strategies were shown. */
export interface Guard {
  readonly name: string;
  /** Why there is nothing to watch in this session; empty when there is. */
  readonly idle: string;
  readonly state: GuardState;
  covers(strategy: string): boolean;
  /** `locals`: each symbol's row, −1 for no bar. */
  observe(engine: SupervisedEngine, locals: Int32Array): void;
}

export const CALM: GuardState = { level: 'normal', factor: 1, flatten: false, reason: '' };
