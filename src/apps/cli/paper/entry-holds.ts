import { crashesOf, forgetCrashes, noteEnd, noteStart, readKill, writeKill, type DiskReserve } from '#adapters/state';
import { MINUTE_MS } from '#core';
import type { ControlRecord, JournaledSession } from '#live';

/** How often a session may come up again after crashes before it opens nothing. */
export interface CrashLimit {
  /** 0: as often as it likes. */
  readonly restarts: number;
  readonly windowMs: number;
}

export interface HoldsSetup {
  readonly live: JournaledSession;
  readonly folder: string;
  readonly crashLimit: CrashLimit;
  readonly disk: DiskReserve;
  readonly log: (level: string, event: string, fields?: Readonly<Record<string, unknown>>) => void;
  readonly note: (text: string) => void;
}

export interface Hold {
  readonly name: 'kill switch' | 'crash loop' | 'disk';
  readonly entries: Exclude<ControlRecord['entries'], 'open'>;
  readonly reason: string;
}

const KILLED = 'killed by hand';

/**
 * What keeps a session from opening positions although its bars and books are well: a hand, too many crashes, a disk that runs full. Each is
 * on file, so that a restart does not lift it, and goes through the journal, so that a replay repeats it.
 */
export class EntryHolds {
  readonly #setup: HoldsSetup;
  readonly #crashes: number;
  #looping: boolean;
  #stableFrom: number;
  #told = new Set<string>();

  constructor(setup: HoldsSetup, now: number) {
    this.#setup = setup;
    const { restarts, windowMs } = setup.crashLimit;
    this.#crashes = noteStart(setup.folder, now, windowMs).length;
    this.#looping = restarts > 0 && this.#crashes >= restarts;
    this.#stableFrom = now;
    this.#relatch();
  }

  /** All that hold now, the strictest first. What begins or ends is told and logged once. */
  now(now: number): readonly Hold[] {
    const holds = [this.#kill(), this.#crashLoop(now), this.#disk()].filter((hold) => hold !== undefined);
    const names = new Set<string>(holds.map(({ name }) => name));
    for (const { name, reason } of holds) {
      if (this.#told.has(name)) continue;
      this.#setup.log('warn', 'entries_held', { by: name, reason });
      this.#setup.note(`${sentence(reason)}. No entries; positions keep their stops. ${this.#wayOut(name)}`);
    }
    for (const name of this.#told) {
      if (names.has(name)) continue;
      this.#setup.log('info', 'hold_ended', { by: name });
      this.#setup.note(`Entries again: ${name} no longer holds them.`);
    }
    this.#told = names;
    return holds;
  }

  /** The session ended as it was meant to. */
  ended(): void {
    noteEnd(this.#setup.folder);
  }

  #kill(): Hold | undefined {
    const order = readKill(this.#setup.folder);
    if (order?.killed !== true) return undefined;
    return { name: 'kill switch', entries: order.flatten ? 'flatten' : 'withdrawn', reason: `${KILLED}: ${order.why}` };
  }

  /** The journal says killed and the order's file is gone: only a release lifts it. */
  #relatch(): void {
    const { live, folder } = this.#setup;
    const { blocked, supervisor } = live.session;
    if (!blocked.startsWith(KILLED) || readKill(folder) !== undefined) return;
    writeKill(folder, { killed: true, why: blocked.slice(KILLED.length + 2), flatten: supervisor.entries === 'flatten', at: '' });
  }

  #crashLoop(now: number): Hold | undefined {
    if (!this.#looping) return undefined;
    const { folder, crashLimit } = this.#setup;
    if (now < this.#stableFrom) this.#stableFrom = now;
    if (now - this.#stableFrom >= crashLimit.windowMs || crashesOf(folder).length === 0) {
      this.#looping = false;
      forgetCrashes(folder);
      return undefined;
    }
    return {
      name: 'crash loop',
      entries: 'withdrawn',
      reason: `restarted ${this.#crashes} times after a crash within ${crashLimit.windowMs / MINUTE_MS} minutes`,
    };
  }

  #disk(): Hold | undefined {
    const reason = this.#setup.disk.fault();
    return reason === '' ? undefined : { name: 'disk', entries: 'blocked', reason };
  }

  #wayOut(name: Hold['name']): string {
    const { folder, crashLimit } = this.#setup;
    const release = `edgewright kill --release --state ${folder}`;
    if (name === 'kill switch') return `To release: ${release}`;
    if (name === 'disk') return 'Free some space.';
    return `Entries again after ${crashLimit.windowMs / MINUTE_MS} minutes without a crash, or: ${release}`;
  }
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
