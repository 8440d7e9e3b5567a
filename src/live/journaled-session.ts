import { OperationalError, UserError } from '#core';
import { barFault, type IncomingBar } from './bar-gate.ts';
import type { BarsRecord, ControlRecord, EventJournal, JournalRecord, StepRecord } from './records.ts';
import { TradingSession, type SessionSetup } from './session.ts';

export interface Offered {
  /** What came of the instant; undefined when no bar of it was taken. */
  readonly step: StepRecord | undefined;
  readonly refused: readonly string[];
}

/** An instant that was just acted on, or replayed while the session was opened. */
export interface SeenInstant {
  readonly bars: BarsRecord;
  readonly step: StepRecord;
  readonly session: TradingSession;
  readonly recovered: boolean;
}

type OnStep = (seen: SeenInstant) => void;

/** A session whose every input is in its journal before it acts, and whose outputs follow. Opening it is recovering it. */
export class JournaledSession {
  readonly session: TradingSession;
  readonly #journal: EventJournal;
  /** Instants that the journal held when the session was opened. */
  readonly recoveredInstants: number;
  lastStep: StepRecord | undefined;

  /**
   * Throws `UserError` when the journal is of another session, `OperationalError` when replaying it does not give what it holds.
   * `onStep` sees every instant, recovered ones too.
   */
  constructor(setup: SessionSetup, journal: EventJournal, onStep: OnStep = () => undefined) {
    this.session = new TradingSession(setup);
    this.#journal = journal;
    this.#onStep = onStep;
    const [header, ...records] = journal.recovered;
    if (header === undefined) this.#write(this.session.header);
    else this.#checkHeader(header);
    this.recoveredInstants = this.#replay(records);
  }

  readonly #onStep: OnStep;

  get hash(): string {
    return this.#journal.hash();
  }

  sync(): void {
    this.#journal.sync();
  }

  /** Offers the bars of one instant (one start time). Bars that fail the gate are refused, each with its reason; the rest are taken together. */
  offer(bars: readonly IncomingBar[], now: number): Offered {
    const { session } = this;
    const refused: string[] = [];
    const taken: number[][] = [];
    const symbols = session.header.symbols;
    let time = Number.NaN;
    for (const bar of bars) {
      const symbol = symbols.indexOf(bar.symbol);
      const fault =
        barFault(bar, { symbols, timeframe: session.timeframe, lastTime: session.lastTime, now }) ??
        (taken.some(([other]) => other === symbol) ? `${bar.symbol}: two bars of one instant` : undefined) ??
        (taken.length > 0 && bar.time !== time ? `${bar.symbol}: a bar of another instant` : undefined);
      if (fault !== undefined) {
        refused.push(fault);
        continue;
      }
      time = bar.time;
      taken.push([symbol, bar.open, bar.high, bar.low, bar.close, bar.volume]);
    }
    if (taken.length === 0) return { step: undefined, refused };
    taken.sort((one, other) => one[0]! - other[0]!);
    const record: BarsRecord = { kind: 'bars', row: session.nextRow, time, bars: taken };
    this.#write(record);
    return { step: this.#act(record), refused };
  }

  /** Blocks entries, or lets them through again, from the next instant on. Nothing is written when that is so already. */
  setEntries(entries: ControlRecord['entries'], reason: string): void {
    const { blocked, supervisor } = this.session;
    if (entries === supervisor.entries && (entries === 'open' || blocked === reason)) return;
    const record: ControlRecord = { kind: 'control', entries, reason };
    this.#write(record);
    this.session.control(record);
  }

  #act(record: BarsRecord): StepRecord {
    const step = this.session.take(record);
    if (record.time >= this.session.header.tradeFrom) this.#write(step);
    this.lastStep = step;
    this.#onStep({ bars: record, step, session: this.session, recovered: false });
    return step;
  }

  #write(record: JournalRecord): void {
    this.#journal.append(record);
  }

  #checkHeader(header: JournalRecord): void {
    const own = this.session.header;
    if (header.kind === 'session' && JSON.stringify(header) === JSON.stringify(own)) return;
    const was =
      header.kind === 'session'
        ? `${header.strategies.map(({ name }) => name).join(', ')} on ${header.symbols.join(', ')}`
        : 'something else';
    throw new UserError(
      `this state folder holds another session (${was}; settings differ)`,
      'Use the same settings to go on with it, --fresh to put it aside and begin anew, or another --state folder.',
    );
  }

  /** Every recorded instant through the engine again; what comes out must be what was written. A last instant without outputs is completed. */
  #replay(records: readonly JournalRecord[]): number {
    const { session } = this;
    const { tradeFrom } = session.header;
    let instants = 0;
    for (let at = 0; at < records.length; at++) {
      const record = records[at]!;
      if (record.kind === 'control') session.control(record);
      else if (record.kind === 'bars') {
        const step = session.take(record);
        this.lastStep = step;
        instants++;
        if (record.time >= tradeFrom) {
          const next = records[at + 1];
          if (next === undefined) this.#write(step);
          else if (next.kind !== 'step' || JSON.stringify(next) !== JSON.stringify(step)) throw diverged(record);
          else at++;
        }
        this.#onStep({ bars: record, step, session, recovered: true });
      } else throw new OperationalError('corrupt', `the journal holds a ${record.kind} record where none belongs`);
    }
    return instants;
  }
}

function diverged(record: BarsRecord): OperationalError {
  return new OperationalError(
    'corrupt',
    `replaying the journal gave other orders than it holds at ${new Date(record.time).toISOString()} (row ${record.row}): ` +
      'the program or the strategy has changed since. Halted before any order; go back to that version, or begin anew with --fresh',
  );
}
