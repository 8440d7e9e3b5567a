import { differenceText, reconcile, type AccountSnapshot } from '#execution';

export type ReconciliationState =
  | { readonly kind: 'unsynced' }
  | { readonly kind: 'synced'; readonly at: number }
  | { readonly kind: 'differs'; readonly at: number; readonly differences: readonly string[] }
  | { readonly kind: 'failed'; readonly at: number; readonly error: string };

/**
 * The schedule of reconciliation: at start and every `everyMs` of wall time. It fails closed: until a comparison has found no
 * difference, and after any that found one or threw, entries are refused. An error is not an empty account.
 */
export class Reconciliation {
  readonly #everyMs: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  state: ReconciliationState = { kind: 'unsynced' };
  runs = 0;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  due(now: number): boolean {
    // A clock that went back must not postpone the next comparison.
    return now - this.#lastAt >= this.#everyMs || now < this.#lastAt;
  }

  run(now: number, readLocal: () => AccountSnapshot, readVenue: () => AccountSnapshot): ReconciliationState {
    this.#lastAt = now;
    this.runs++;
    try {
      const differences = reconcile(readLocal(), readVenue()).map(differenceText);
      this.state = differences.length === 0 ? { kind: 'synced', at: now } : { kind: 'differs', at: now, differences };
    } catch (error) {
      this.state = { kind: 'failed', at: now, error: error instanceof Error ? error.message : String(error) };
    }
    return this.state;
  }

  /** Why entries are refused; empty when the last comparison found nothing. */
  get refusal(): string {
    switch (this.state.kind) {
      case 'synced':
        return '';
      case 'unsynced':
        return 'not reconciled with the venue yet';
      case 'differs':
        return `reconciliation: ${this.state.differences[0]}`;
      case 'failed':
        return `reconciliation failed: ${this.state.error}`;
    }
  }
}
