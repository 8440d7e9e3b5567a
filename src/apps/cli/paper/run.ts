import { appendFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { openJournal, takeLease } from '#adapters/state';
import { writeText } from '#adapters/data';
import { InvariantError, OperationalError, toIso, UserError } from '#core';
import { executionRecords, JournaledSession, type SeenInstant } from '#live';
import { finite } from '#research';
import { executionQualityReport } from '#statistics';
import type { CliEnvironment } from '../terminal.ts';
import { Happenings, type Happening } from './happenings.ts';
import type { PaperPlan } from './common-setup.ts';
import { outcomeOf, type PaperOutcome } from './outcome.ts';
import { MACHINE_CLOCK, poll, type WallClock } from './poll.ts';
import { countInstants, replay, type Instant } from './replay.ts';
import type { ScreenState } from './screen.ts';
import { SessionHealth } from './session-health.ts';
import { chooseView } from './view.ts';

export interface PaperRun {
  readonly plan: PaperPlan;
  /** The state folder. */
  readonly state: string;
  readonly fresh: boolean;
  /** Bars a second; infinity does not wait. */
  readonly barsPerSecond: number;
  readonly reconcileEveryMs: number;
  readonly json: boolean;
  /** Default the machine's. */
  readonly clock?: WallClock;
}

const REMEMBERED = 64;

/** In a replay that does not wait, and while warming up, the disk is asked to sync once in so many instants. */
const SYNC_EVERY = 256;

/** Runs the session until its bars end or a signal comes. Whatever happens, the journal is whole and the next start goes on. */
export async function runPaper(run: PaperRun, io: CliEnvironment): Promise<PaperOutcome> {
  mkdirSync(run.state, { recursive: true });
  const lease = takeLease(run.state);
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await new PaperRunner(run, io, () => lease.check()).go(stop.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    lease.release();
  }
}

class PaperRunner {
  readonly #run: PaperRun;
  readonly #journal;
  readonly #live: JournaledSession;
  readonly #view;
  readonly #log: (level: string, event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly #health: SessionHealth;
  readonly #now: () => number;
  readonly #equity: number[] = [];
  readonly #recent: Happening[] = [];
  readonly #said = new Map<string, string>();
  readonly #happenings = new Happenings();
  #refused = 0;
  #polling = false;
  #total = 0;

  constructor(run: PaperRun, io: CliEnvironment, guard: () => void) {
    this.#run = run;
    this.#now = (run.clock ?? MACHINE_CLOCK).now;
    const path = join(run.state, 'journal.jsonl');
    if (run.fresh) putAside(path);
    this.#log = (level, event, fields = {}) =>
      appendFileSync(join(run.state, 'log.jsonl'), `${JSON.stringify({ at: toIso(this.#now()), level, event, ...fields })}\n`);
    this.#journal = openJournal(path, guard);
    if (this.#journal.tornBytes > 0) this.#log('warn', 'unfinished_record_dropped', { bytes: this.#journal.tornBytes });
    this.#total = countInstants(run.plan.series, Number.NEGATIVE_INFINITY);
    this.#view = chooseView(io, run.json, () => this.#live.session);
    this.#live = new JournaledSession(run.plan.setup, this.#journal, (seen) => this.#see(seen));
    this.#health = new SessionHealth(
      {
        live: this.#live,
        reconcileEveryMs: run.reconcileEveryMs,
        freshBarsOnly: run.plan.live !== undefined,
        log: this.#log,
        note: (text) => this.#view.note(text),
      },
      new Map(run.plan.setup.instruments.map(({ symbol, multiplier }) => [symbol, multiplier])),
    );
  }

  async go(stop: AbortSignal): Promise<PaperOutcome> {
    const { plan } = this.#run;
    const { session, recoveredInstants } = this.#live;
    this.#view.start(this.#startNotes());
    this.#log('info', recoveredInstants > 0 ? 'restarted' : 'started', {
      run: session.header.run,
      recoveredBars: recoveredInstants,
      what: plan.what,
    });
    let stopped: PaperOutcome['stopped'] = 'end_of_data';
    let bars = 0;
    let nextAt = Date.now();
    for await (const instant of this.#instants(stop)) {
      const paced = plan.live === undefined && instant.time >= plan.setup.tradeFrom && this.#run.barsPerSecond !== Number.POSITIVE_INFINITY;
      if (paced) {
        nextAt = Math.max(nextAt + 1000 / this.#run.barsPerSecond, Date.now() - 1000);
        await waitUntil(nextAt, stop);
      } else if (bars % 32 === 0) await nextTurn();
      if (stop.aborted) break;
      if (!this.#health.before(this.#now(), instant)) {
        stopped = 'halted';
        break;
      }
      this.#offer(instant);
      bars++;
      if (paced || this.#polling || bars % SYNC_EVERY === 0) this.#live.sync();
    }
    return this.#finish(stop.aborted ? 'signal' : stopped, bars);
  }

  async *#instants(stop: AbortSignal): AsyncGenerator<Instant> {
    const { plan } = this.#run;
    const { session } = this.#live;
    yield* replay(plan.series, session.lastTime);
    if (plan.live === undefined) return;
    this.#polling = true;
    this.#live.sync();
    yield* poll({
      ...plan.live,
      symbols: session.header.symbols,
      timeframe: session.timeframe,
      since: session.lastTime,
      stop,
      clock: this.#run.clock ?? MACHINE_CLOCK,
      onRound: (fault) => {
        this.#health.feedRound(fault);
        this.#health.reconcileWhenDue(this.#now());
      },
    });
  }

  #offer(instant: Instant): void {
    try {
      const { refused } = this.#live.offer(instant.bars, this.#polling ? this.#now() : instant.closedAt);
      for (const reason of refused) this.#refuse(reason);
    } catch (cause) {
      if (cause instanceof UserError || cause instanceof OperationalError || cause instanceof InvariantError) throw cause;
      const message = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(`${this.#run.plan.what} failed at ${toIso(instant.time)}: ${message}`, 'EDGEWRIGHT_DEBUG=1 prints the line.', {
        cause,
      });
    }
  }

  /** Remembers what the picture shows; what is new is also told and logged. */
  #see(seen: SeenInstant): void {
    const { bars, step, recovered } = seen;
    const { setup } = this.#run.plan;
    if (bars.time < setup.tradeFrom) return;
    this.#equity.push(step.equity);
    for (const [, symbol, reason] of step.decisions) this.#said.set(setup.instruments[symbol]!.symbol, reason);
    const happenings = this.#happenings.of(seen);
    this.#recent.push(...happenings);
    if (this.#recent.length > REMEMBERED) this.#recent.splice(0, this.#recent.length - REMEMBERED);
    if (recovered) return;
    for (const { kind, symbol, text } of happenings)
      this.#log(kind === 'refused' ? 'warn' : 'info', kind, { bar: toIso(bars.time), symbol, text });
    this.#view.step(bars, step, happenings, () => this.#screen());
  }

  #refuse(reason: string): void {
    this.#refused++;
    this.#log('warn', 'bar_refused', { reason });
    this.#view.note(`Bar refused: ${reason}`);
  }

  #startNotes(): string[] {
    const { plan } = this.#run;
    const { session, recoveredInstants } = this.#live;
    return [
      plan.live === undefined
        ? 'This is a replay of recorded bars on the simulated venue; no order leaves this machine.'
        : 'Live bars on the simulated venue; no order leaves this machine.',
      `${plan.what}; ${session.header.symbols.join(', ')} ${session.timeframe.id}; trading from ${toIso(session.header.tradeFrom).slice(0, 10)}. ${plan.setup.source}`,
      ...plan.notes,
      ...(recoveredInstants > 0 ? [`Restarted from the journal: ${recoveredInstants} bars replayed, every order and fill as it was.`] : []),
    ];
  }

  #screen(): ScreenState {
    const { session } = this.#live;
    const { plan, barsPerSecond } = this.#run;
    return {
      session,
      what: plan.what,
      source: plan.setup.source,
      equity: this.#equity,
      recent: this.#recent,
      said: this.#said,
      done: session.nextRow,
      total: this.#total,
      level: this.#health.level,
      reconciled: this.#health.agreement(this.#now()),
      speed:
        plan.live !== undefined
          ? 'live bars'
          : barsPerSecond === Number.POSITIVE_INFINITY
            ? 'a replay as fast as it goes'
            : `a replay of ${barsPerSecond} bars a second`,
      refused: this.#refused,
    };
  }

  async #finish(stopped: PaperOutcome['stopped'], bars: number): Promise<PaperOutcome> {
    this.#live.sync();
    const { session } = this.#live;
    this.#health.reconcile(this.#now());
    const { reason, reconciliations } = this.#health;
    const outcome = outcomeOf(this.#live, { stopped, reason, bars, reconciliations });
    await writeText(
      join(this.#run.state, 'execution_report.json'),
      `${JSON.stringify(finite({ run: session.header.run, to: toIso(Number.isFinite(session.lastTime) ? session.lastTime : 0), ...executionQualityReport(executionRecords(session)) }), null, 2)}\n`,
    );
    this.#log('info', 'stopped', { ...outcome, components: this.#health.components });
    this.#view.finish(this.#screen());
    this.#journal.close();
    if (stopped === 'halted') throw new OperationalError('rejected', `trading is halted: ${reason}`);
    return outcome;
  }
}

async function waitUntil(at: number, stop: AbortSignal): Promise<void> {
  const ms = at - Date.now();
  if (ms <= 0) return nextTurn();
  await wait(ms, undefined, { signal: stop }).catch(() => undefined);
}

/** The journal of an earlier session is kept, under the next free number. */
function putAside(path: string): void {
  if (!existsSync(path)) return;
  let number = 1;
  while (existsSync(`${path}.${number}`)) number++;
  renameSync(path, `${path}.${number}`);
}
