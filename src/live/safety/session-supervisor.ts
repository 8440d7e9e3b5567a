import type { OrderRequest } from '#domain';
import type { RiskCheck, SupervisedEngine, Supervisor } from '#engine';
import { isClosing } from '../protected-entries.ts';
import type { ControlRecord, GuardRecord } from '../records.ts';
import type { Guard } from './guard.ts';
import { closeEverything, scaled, withdrawEntries } from './interventions.ts';

/** Controls of a journal, by the row before whose fills they came. */
export type ControlSchedule = ReadonlyMap<number, readonly ControlRecord[]>;

const OPEN: ControlRecord = { kind: 'control', entries: 'open', reason: '' };

/**
 * Everything that may hold a session's strategies back: what the journal's control records say (by hand, by reconciliation, by the
 * feed), and the guards. A function of the journalled events alone: given the controls of a journal as a schedule, a backtest repeats
 * each intervention.
 */
export class SessionSupervisor implements Supervisor {
  readonly guards: readonly Guard[];
  readonly #schedule: ControlSchedule;
  #control: ControlRecord = OPEN;
  #factors: Float64Array | undefined;
  #changes: GuardRecord[] = [];

  constructor(guards: readonly Guard[], schedule: ControlSchedule = new Map()) {
    this.guards = guards;
    this.#schedule = schedule;
  }

  /** From the next instant on, before its fills. */
  control(record: ControlRecord): void {
    this.#control = record;
  }

  /** Why entries are refused by a control record; empty when they are not. */
  get blocked(): string {
    return this.#control.entries === 'open' ? '' : this.#control.reason;
  }

  get entries(): ControlRecord['entries'] {
    return this.#control.entries;
  }

  /** Asked before each order, with the other checks. */
  readonly check: RiskCheck = (request, { strategy }) => {
    if (isClosing(request)) return undefined;
    if (this.#control.entries !== 'open') return this.#control.reason;
    const guard = this.guards.find((one) => one.state.factor === 0 && one.covers(strategy));
    return guard === undefined ? undefined : sentence(guard);
  };

  beforeFills(engine: SupervisedEngine): void {
    if (this.#schedule.size > 0) for (const record of this.#schedule.get(engine.row) ?? []) this.control(record);
    const { entries, reason } = this.#control;
    if (entries === 'withdrawn' || entries === 'flatten') withdrawEntries(engine, reason, () => true);
  }

  beforeDecisions(engine: SupervisedEngine, locals: Int32Array): void {
    if (this.#control.entries === 'flatten') closeEverything(engine, () => true);
    let changed = false;
    for (const guard of this.guards) {
      if (guard.idle !== '') continue;
      const before = guard.state;
      guard.observe(engine, locals);
      const { state } = guard;
      if (state === before) continue;
      changed = true;
      if (state.level !== before.level) this.#changes.push([guard.name, state.level, state.reason]);
      const covers = (strategy: string): boolean => guard.covers(strategy);
      if (state.factor === 0) withdrawEntries(engine, sentence(guard), covers);
      if (state.flatten) closeEverything(engine, covers);
    }
    if (changed) this.#factors = this.#factorsOf(engine);
  }

  sized(request: OrderRequest, strategy: number, symbol: number, engine: SupervisedEngine): OrderRequest {
    const factor = this.#factors?.[strategy] ?? 1;
    // Nothing may open at all: the check says so, of the whole order.
    if (factor === 1 || factor === 0 || isClosing(request)) return request;
    const lane = strategy * engine.symbols.length + symbol;
    const why = this.guards.filter((guard) => guard.state.factor < 1 && guard.covers(engine.strategyNames[strategy]!)).map(sentence);
    const said = engine.decisions.read(lane, engine.row);
    engine.decisions.write(lane, engine.row, `${said === '' ? '' : `${said}; `}size × ${factor.toFixed(2)} (${why.join('; ')})`);
    return scaled(request, factor);
  }

  /** Changes of level since the last call. */
  takeChanges(): readonly GuardRecord[] {
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  #factorsOf({ strategyNames }: SupervisedEngine): Float64Array | undefined {
    const factors = Float64Array.from(strategyNames, (name) =>
      this.guards.reduce((product, guard) => (guard.covers(name) ? product * guard.state.factor : product), 1),
    );
    return factors.every((factor) => factor === 1) ? undefined : factors;
  }
}

function sentence({ name, state }: Guard): string {
  return `${name}, ${state.level}: ${state.reason}`;
}
