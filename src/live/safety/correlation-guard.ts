import type { SupervisedEngine } from '#engine';
import { createBreaker, stepBreaker, type BreakerConfig, type BreakerState } from '#risk';
import { CALM, type Guard, type GuardState } from './guard.ts';

/**
 * The correlation circuit breaker at a session: fed with the return of each bar, history before the first trade included, so that its
 * baseline is there when trading begins. One symbol has no correlation: the guard is idle and says so.
 */
export class CorrelationGuard implements Guard {
  readonly name = 'correlation breaker';
  readonly idle: string;
  readonly #returns: Float64Array;
  readonly #last: Float64Array;
  #breaker: BreakerState;
  #baseline = 0;
  state: GuardState = CALM;

  constructor(symbols: number, settings: Partial<BreakerConfig> = {}) {
    this.#breaker = createBreaker(symbols, settings);
    this.#returns = new Float64Array(symbols);
    this.#last = new Float64Array(symbols).fill(Number.NaN);
    this.idle = symbols < 2 ? 'not applicable: one symbol has no correlation' : '';
  }

  covers(): boolean {
    return true;
  }

  /** What the baseline stands on, in one line. */
  get learned(): string {
    if (this.idle !== '') return this.idle;
    const { rows, config } = this.#breaker;
    if (rows <= config.warmUpRows) return `learning: ${rows} of ${config.warmUpRows} bars seen, no alarm before`;
    return `mean correlation ${this.#baseline.toFixed(2)} usually, over ${rows} bars`;
  }

  observe(engine: SupervisedEngine, locals: Int32Array): void {
    if (this.idle !== '' || this.#measure(engine, locals) < 2) return;
    const { state, decision } = stepBreaker(this.#breaker, this.#returns, engine.ledger.positions().length === 0);
    this.#breaker = state;
    this.#baseline = decision.baselineCorrelation;
    this.state =
      decision.level === 'normal'
        ? CALM
        : {
            level: decision.level,
            factor: decision.sizeFactor,
            flatten: decision.mustFlatten,
            reason: decision.reason.replace(`${decision.level}: `, '').replace(/\.$/, ''),
          };
  }

  /** Returns since each symbol's last bar, NaN without one; gives how many there are. */
  #measure({ columns }: SupervisedEngine, locals: Int32Array): number {
    let known = 0;
    for (let symbol = 0; symbol < locals.length; symbol++) {
      const local = locals[symbol]!;
      const close = local < 0 ? Number.NaN : columns[symbol]!.close[local]!;
      this.#returns[symbol] = close / this.#last[symbol]! - 1;
      if (local >= 0) this.#last[symbol] = close;
      if (this.#returns[symbol] === this.#returns[symbol]) known++;
    }
    return known;
  }
}
