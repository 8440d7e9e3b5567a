import { appendFileSync, existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as wait } from 'node:timers/promises';
import { serveHealth, type HealthServer, type HealthTold } from '#adapters/health';
import { openJournal, reserveDisk, takeLease } from '#adapters/state';
import { writeText } from '#adapters/data';
import { InvariantError, OperationalError, toIso, UserError } from '#core';
import { JournaledSession, type SeenInstant } from '#live';
import { EXIT, type CliEnvironment } from '../terminal.ts';
import { EntryHolds, type CrashLimit } from './entry-holds.ts';
import { dayOf, Happenings, type Happening } from './happenings.ts';
import type { PaperPlan } from './common-setup.ts';
import { outcomeOf, type PaperOutcome } from './outcome.ts';
import { MACHINE_CLOCK, poll, type WallClock } from './poll.ts';
import { countInstants, replay, type Instant } from './replay.ts';
import type { ScreenState } from './screen.ts';
import { SessionHealth } from './session-health.ts';
import { diskFull, executionReport, GuardDiary, isDiskFull } from './session-report.ts';
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
  /** Of 127.0.0.1, where the session's health is told; 0 is a free one. Default: nowhere. */
  readonly healthPort?: number;
  /** Default: as often as it likes. */
  readonly crashLimit?: CrashLimit;
  /** Default the machine's. */
  readonly clock?: WallClock;
}

const REMEMBERED = 64;

/** The last is what a closed terminal sends. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What a session leaves beside its journal: without the journal, signs that one is missing. */
const REMAINS = ['execution_report.json', 'log.jsonl'];

/** In a replay that does not wait, and while warming up, the disk is asked to sync once in so many instants. */
const SYNC_EVERY = 256;

/** Runs the session until its bars end or a signal comes. Whatever happens, the journal is whole and the next start goes on. */
export async function runPaper(run: PaperRun, io: CliEnvironment): Promise<PaperOutcome> {
  mkdirSync(run.state, { recursive: true });
  const lease = takeLease(run.state);
  const stop = new AbortController();
  // The first asks for a clean stop, the second does not wait for it: the journal needs no clean stop.
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  };
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal);
  let health: HealthServer | undefined;
  try {
    const runner = new PaperRunner(run, io, () => lease.check());
    if (run.healthPort !== undefined) {
      health = await serveHealth(run.healthPort, () => runner.told());
      runner.note(`Health: http://127.0.0.1:${health.port}/health`);
    }
    return await runner.go(stop.signal);
  } finally {
    await health?.close();
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal);
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
  readonly #holds: EntryHolds;
  readonly #reserve;
  readonly #diary = new GuardDiary();
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
    const clock = run.clock ?? MACHINE_CLOCK;
    this.#now = () => clock.now();
    const path = join(run.state, 'journal.jsonl');
    if (run.fresh) for (const file of [path, `${path}.head`]) putAside(file);
    this.#log = (level, event, fields = {}) =>
      appendFileSync(join(run.state, 'log.jsonl'), `${JSON.stringify({ at: toIso(this.#now()), level, event, ...fields })}\n`);
    this.#journal = openJournal(path, guard, run.fresh ? [] : REMAINS);
    this.#reserve = reserveDisk(run.state);
    if (this.#journal.tornBytes > 0) this.#log('warn', 'unfinished_record_dropped', { bytes: this.#journal.tornBytes });
    this.#total = countInstants(run.plan.series, Number.NEGATIVE_INFINITY);
    this.#view = chooseView(io, run.json, () => this.#live.session);
    this.#live = new JournaledSession(run.plan.setup, this.#journal, (seen) => this.#see(seen));
    const told = { live: this.#live, log: this.#log, note: (text: string) => this.#view.note(text) };
    const crashLimit = run.crashLimit ?? { restarts: 0, windowMs: 0 };
    this.#holds = new EntryHolds({ ...told, folder: run.state, crashLimit, disk: this.#reserve }, this.#now());
    this.#health = new SessionHealth(
      {
        ...told,
        holds: this.#holds,
        reconcileEveryMs: run.reconcileEveryMs,
        freshBarsOnly: run.plan.live !== undefined,
      },
      new Map(run.plan.setup.instruments.map(({ symbol, multiplier }) => [symbol, multiplier])),
    );
  }

  /** How the session is, for whoever asks from outside. */
  told(): HealthTold {
    const { session } = this.#live;
    const { lastTime, header } = session;
    return {
      ...this.#health.told(this.#now()),
      run: header.run,
      at: toIso(this.#now()),
      lastBar: Number.isFinite(lastTime) ? toIso(lastTime) : null,
      bars: session.nextRow,
    };
  }

  note(text: string): void {
    this.#view.note(text);
  }

  async go(stop: AbortSignal): Promise<PaperOutcome> {
    try {
      return await this.#trade(stop);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#reserve.release();
      const last = diskFull(this.#live.session, error);
      try {
        this.#log('error', 'disk_full', { reason: last.message });
        await this.#writeReport();
      } catch {
        // Not even the reserve was enough: the line on the terminal says it all.
      }
      throw last;
    }
  }

  async #trade(stop: AbortSignal): Promise<PaperOutcome> {
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
        this.#health.between(this.#now());
        if (Number.isFinite(session.lastTime)) this.#view.refresh(() => this.#screen());
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
    this.#diary.see(seen);
    this.#equity.push(step.equity);
    for (const [, symbol, reason] of step.decisions) this.#said.set(setup.instruments[symbol]!.symbol, reason);
    const happenings = this.#happenings.of(seen);
    this.#recent.push(...happenings);
    if (this.#recent.length > REMEMBERED) this.#recent.splice(0, this.#recent.length - REMEMBERED);
    if (recovered) return;
    for (const { kind, symbol, text } of happenings)
      this.#log(kind === 'refused' || kind === 'guard' ? 'warn' : 'info', kind, { bar: toIso(bars.time), symbol, text });
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
      `${plan.what}; ${session.header.symbols.join(', ')} ${session.timeframe.id}; trading from ${dayOf(session.header.tradeFrom, session.timeframe.ms)}. ${plan.setup.source}`,
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
            ? 'replay as fast as it goes'
            : `replay at ${barsPerSecond} bars/s`,
      refused: this.#refused,
    };
  }

  async #writeReport(): Promise<void> {
    const report = executionReport(this.#live.session, this.#health.level, this.#diary);
    await writeText(join(this.#run.state, 'execution_report.json'), report);
  }

  async #finish(stopped: PaperOutcome['stopped'], bars: number): Promise<PaperOutcome> {
    this.#live.sync();
    this.#health.reconcile(this.#now());
    const { reason, reconciliations } = this.#health;
    const outcome = outcomeOf(this.#live, { stopped, reason, bars, reconciliations });
    await this.#writeReport();
    this.#log('info', 'stopped', { ...outcome, components: this.#health.components });
    this.#view.finish(this.#screen());
    this.#journal.close();
    this.#reserve.release();
    this.#holds.ended();
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
