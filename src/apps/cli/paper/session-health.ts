import {
  CorrelationGuard,
  Degradation,
  localAccount,
  Reconciliation,
  VenueAccount,
  type ComponentStatus,
  type Guard,
  type Health,
  type JournaledSession,
} from '#live';
import type { HealthTold } from '#adapters/health';
import type { EntryHolds, Hold } from './entry-holds.ts';
import { money } from './happenings.ts';
import type { Instant } from './replay.ts';

export interface HealthSetup {
  readonly live: JournaledSession;
  readonly holds: EntryHolds;
  readonly reconcileEveryMs: number;
  /** Bars come as they close: one that is older than a bar must not lead to an entry. */
  readonly freshBarsOnly: boolean;
  readonly log: (level: string, event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly note: (text: string) => void;
}

/** Failed rounds of a feed in a row that count as a fault. */
const FEED_PATIENCE = 3;

const healthyUnless = (reason: string): Health => (reason === '' ? { kind: 'healthy' } : { kind: 'unhealthy', reason });

/**
 * What is watched beside the session: the feed, the account, the agreement with the venue, what holds entries back from outside, and the
 * guards above the strategies. What it forbids goes through the journal; the guards' say is part of the engine already.
 */
export class SessionHealth {
  readonly #setup: HealthSetup;
  readonly #degradation = new Degradation();
  readonly #reconciliation: Reconciliation;
  readonly #venue: VenueAccount;
  #held: readonly Hold[] = [];
  #introduced = false;
  #failedRounds = 0;
  #feedFault = '';

  constructor(setup: HealthSetup, multipliers: ReadonlyMap<string, number>) {
    this.#setup = setup;
    this.#reconciliation = new Reconciliation(setup.reconcileEveryMs);
    this.#venue = new VenueAccount(setup.live.session, multipliers);
    this.#register();
  }

  /** Asked before each cycle; false when there is to be none. Writes what entries may do into the journal. */
  before(now: number, instant: Instant): boolean {
    this.between(now);
    const { live, freshBarsOnly, log } = this.#setup;
    const before = this.#degradation.level;
    const level = this.#degradation.assess();
    if (level !== before) log('warn', 'degradation', { from: before, to: level, reason: this.#degradation.reason });
    if (!this.#degradation.isTradingAllowed()) return false;
    const { timeframe, header } = live.session;
    if (instant.time >= header.tradeFrom) this.#introduceGuards();
    const stale = freshBarsOnly && instant.time >= header.tradeFrom && now - instant.closedAt > timeframe.ms;
    if (this.#held.length > 0) return true;
    if (stale) live.setEntries('blocked', 'the bar is more than one bar old');
    else if (this.#degradation.entriesAllowed()) live.setEntries('open', '');
    else live.setEntries('blocked', this.#degradation.reason || `level ${level}`);
    return true;
  }

  /** Between bars too: what is due by the clock, and what a hand has ordered meanwhile. */
  between(now: number): void {
    if (this.#reconciliation.due(now)) this.reconcile(now);
    this.#held = this.#setup.holds.now(now);
    const [hold] = this.#held;
    if (hold !== undefined) this.#setup.live.setEntries(hold.entries, hold.reason);
  }

  reconcile(now: number): void {
    const { live, log, note } = this.#setup;
    const state = this.#reconciliation.run(
      now,
      () => localAccount(live.session),
      () => this.#venue.snapshot(),
    );
    if (state.kind === 'synced') return;
    log('error', 'reconciliation', { ...state });
    note(`Reconciliation: ${this.#reconciliation.refusal}; no entries until it agrees`);
  }

  /** The outcome of asking a feed for bars; an empty text is a good one. */
  feedRound(fault: string): void {
    if (fault !== '' && fault !== this.#feedFault) this.#setup.log('warn', 'feed', { fault });
    this.#failedRounds = fault === '' ? 0 : this.#failedRounds + 1;
    this.#feedFault = fault;
  }

  /** The level, and what has led to it. */
  get level(): string {
    const failing = this.components.filter(({ healthy }) => !healthy).map(({ name }) => name);
    return failing.length === 0 ? this.#degradation.level : `${this.#degradation.level} (${failing.join(', ')})`;
  }

  get reason(): string {
    return this.#degradation.reason;
  }

  get components(): readonly ComponentStatus[] {
    return this.#degradation.components;
  }

  get reconciliations(): number {
    return this.#reconciliation.runs;
  }

  /** What the guards stand on when trading begins, a line each: by then they have seen the bars before it. */
  #introduceGuards(): void {
    if (this.#introduced) return;
    this.#introduced = true;
    for (const guard of this.#guards) {
      const text = guard instanceof CorrelationGuard ? guard.learned : 'judged at each signal by outcomes, drift and age';
      const { name, state } = guard;
      const now = state.level === 'normal' ? '' : `; now ${state.level}, ${state.reason}`;
      this.#setup.note(`${name.charAt(0).toUpperCase()}${name.slice(1)}: ${text}${now}.`);
    }
  }

  agreement(now: number): string {
    const { state } = this.#reconciliation;
    if (state.kind !== 'synced') return `venue: ${state.kind}`;
    return `agreed with the venue ${Math.max(0, Math.round((now - state.at) / 1000))} s ago`;
  }

  /** All of it, for whoever asks from outside; unhealthy where nothing may be opened. */
  told(now: number): HealthTold {
    const stopped = this.#guards.some(({ state }) => state.factor === 0);
    return {
      healthy: this.#degradation.entriesAllowed() && this.#held.length === 0 && !stopped && this.#failedRounds < FEED_PATIENCE,
      level: this.#degradation.level,
      reason: this.#degradation.reason,
      components: this.components,
      holds: this.#held.map(({ name, reason }) => ({ name, reason })),
      guards: this.#guards.map(({ name, idle, state: { level: state, factor, reason } }) => ({
        name,
        level: state,
        factor,
        reason: idle || reason,
      })),
      feed: { failedRounds: this.#failedRounds, fault: this.#feedFault },
      reconciliation: this.agreement(now),
    };
  }

  get #guards(): readonly Guard[] {
    return this.#setup.live.session.supervisor.guards;
  }

  #register(): void {
    this.#degradation.register({
      name: 'reconciliation',
      failsTo: 'reduce_only',
      check: () => healthyUnless(this.#reconciliation.refusal),
    });
    this.#degradation.register({
      name: 'feed',
      failsTo: 'degraded',
      check: () => healthyUnless(this.#failedRounds < FEED_PATIENCE ? '' : this.#feedFault),
    });
    this.#degradation.register({
      name: 'account',
      failsTo: 'halted',
      latched: true,
      check: () => healthyUnless(ruinOf(this.#setup.live)),
    });
    for (const name of ['kill switch', 'crash loop', 'disk'] as const)
      this.#degradation.register({
        name,
        failsTo: 'reduce_only',
        enforced: true,
        check: () => healthyUnless(this.#held.find((hold) => hold.name === name)?.reason ?? ''),
      });
    for (const guard of this.#guards)
      this.#degradation.register({ name: guard.name, failsTo: 'reduce_only', enforced: true, check: () => healthOf(guard) });
  }
}

/** Equity is told as 0 from the ruin on; what is owed beyond it is the cash below zero. */
function ruinOf({ session: { engine } }: JournaledSession): string {
  if (!engine.ruined) return '';
  const { cash } = engine.ledger;
  return `equity is gone${cash < 0 ? `, and ${money(-cash)} is owed` : ''}`;
}

/** A guard that only makes sizes smaller degrades; one that lets nothing open leaves the session reduce-only. */
function healthOf({ state: { level, factor, reason } }: Guard): Health {
  if (level === 'normal') return { kind: 'healthy' };
  return { kind: 'unhealthy', reason: `${level}, ${reason}`, level: factor === 0 ? 'reduce_only' : 'degraded' };
}
