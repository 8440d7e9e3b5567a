import { contentHash, createRng, invariant } from '#core';
import type { Instrument, Timeframe } from '#domain';
import { endTurn, Engine, type AccountSettings, type ConversionSeries, type RiskCheck } from '#engine';
import type { ExecutionProfile } from '#execution';
import type { RiskLimits } from '#risk';
import type { Strategy } from '#strategy';
import { GrowingSeries } from './growing-series.ts';
import { protectedRisk, tradingFrom } from './protected-entries.ts';
import type { BarsRecord, ControlRecord, SessionHeader, StepRecord } from './records.ts';
import type { SessionSupervisor } from './safety/session-supervisor.ts';
import type { ModelInputs, SafetySetup } from './safety/safety-setup.ts';
import { supervisorFor } from './safety/supervisor-for.ts';
import { StepRecords } from './step-records.ts';
import { StreamingFeatures, type FeatureFeed } from './streaming-features.ts';

/** The currency of a session's account, and the rates of the others that its instruments are quoted in, known from the start to the end. */
export interface SessionCurrency {
  readonly currency: string;
  readonly conversion: readonly ConversionSeries[];
  /** Names the currency and the rates; part of what the session is. */
  readonly fingerprint: string;
}

export interface SessionSetup {
  readonly instruments: readonly Instrument[];
  readonly timeframe: Timeframe;
  readonly strategies: readonly Strategy[];
  /** By strategy name: features that come from elsewhere than an expression. */
  readonly feeds?: ReadonlyMap<string, FeatureFeed>;
  readonly account: { readonly cash: number; readonly leverage: number };
  /** Absent, all prices count as the account's own currency. */
  readonly currency?: SessionCurrency;
  readonly profile: ExecutionProfile;
  readonly seed: number;
  readonly tradeFrom: number;
  readonly source: string;
  readonly risk?: RiskCheck;
  /** Limits before every order; part of what the session is. */
  readonly limits?: RiskLimits;
  /** Rules above the strategies; part of what the session is. */
  readonly safety?: SafetySetup;
  /** What the watched model is given: its drift counts for staleness. */
  readonly modelInputs?: ModelInputs;
}

/** The engine with growing columns: bars in, outputs out, nothing else. The same bars and controls always give the same outputs. */
export class TradingSession {
  readonly header: SessionHeader;
  readonly engine: Engine;
  readonly series: readonly GrowingSeries[];
  readonly timeframe: Timeframe;
  readonly #features: readonly StreamingFeatures[];
  readonly #locals: Int32Array;
  readonly #records: StepRecords;
  #decisionRows = 1024;
  readonly supervisor: SessionSupervisor;
  lastTime = Number.NEGATIVE_INFINITY;

  constructor(setup: SessionSetup) {
    const { instruments, timeframe, strategies } = setup;
    this.timeframe = timeframe;
    this.header = headerOf(setup);
    this.series = instruments.map(({ symbol }) => new GrowingSeries(symbol, timeframe));
    this.#locals = new Int32Array(instruments.length);
    this.#features = strategies.map((strategy) => new StreamingFeatures(strategy, this.series, setup.feeds?.get(strategy.name)));
    this.supervisor = supervisorFor(setup);
    this.engine = new Engine({
      columns: this.series,
      instruments,
      strategies: strategies.map((strategy) => tradingFrom(strategy, setup.tradeFrom)),
      features: this.#features.map((features) => features.table),
      account: { ...setup.account, ...ratesOf(setup.currency), hedging: false, exclusiveOrders: false },
      profile: setup.profile,
      rng: createRng(setup.seed),
      rows: this.#decisionRows,
      supervisor: this.supervisor,
      risk: protectedRisk(this.supervisor.check, setup.risk),
      ...(setup.limits === undefined ? {} : { limits: setup.limits }),
    });
    this.#records = new StepRecords(this.engine, this.header.run);
  }

  get nextRow(): number {
    return this.engine.row + 1;
  }

  /** Why entries are refused now; empty when they are not. */
  get blocked(): string {
    return this.supervisor.blocked;
  }

  control(record: ControlRecord): void {
    this.supervisor.control(record);
  }

  /** Takes the bars of one instant, which the gate let pass. */
  take(record: BarsRecord): StepRecord {
    const { row, time } = record;
    if (row !== this.nextRow || !(time > this.lastTime)) invariant(false, `instant ${row} does not follow ${this.engine.row}`);
    const { bars } = record;
    const locals = this.#locals;
    for (let symbol = 0; symbol < this.series.length; symbol++) locals[symbol] = -1;
    for (let at = 0; at < bars.length; at++) {
      const symbol = bars[at]![0]!;
      locals[symbol] = this.series[symbol]!.append(time, bars[at]!);
      for (const features of this.#features) features.observe(symbol, locals[symbol]);
    }
    for (let at = 0; at < bars.length; at++) for (const features of this.#features) features.step(bars[at]![0]!, locals[bars[at]![0]!]!);
    if (row >= this.#decisionRows) {
      this.#decisionRows *= 2;
      this.engine.decisions.grow(this.#decisionRows);
    }
    this.lastTime = time;
    this.engine.step(row, time, locals);
    endTurn();
    return this.#outputs(row);
  }

  #outputs(row: number): StepRecord {
    const step = this.#records.of(row, this.#locals);
    const guards = this.supervisor.takeChanges();
    return guards.length === 0 ? step : { ...step, guards };
  }
}

function ratesOf(given: SessionCurrency | undefined): Pick<AccountSettings, 'currency' | 'conversion'> {
  return given === undefined ? {} : { currency: given.currency, conversion: given.conversion };
}

function headerOf(setup: SessionSetup): SessionHeader {
  const { account, seed, tradeFrom, source } = setup;
  const about = {
    symbols: setup.instruments.map(({ symbol }) => symbol),
    timeframe: setup.timeframe.id,
    strategies: setup.strategies.map(({ name, parameters = {}, features }) => ({ name, parameters, features: Object.keys(features) })),
    account,
    profile: setup.profile.name,
    seed,
    tradeFrom,
    source,
    ...(setup.currency === undefined ? {} : { currency: setup.currency.fingerprint }),
    ...(setup.limits === undefined ? {} : { limits: setup.limits }),
    ...(setup.safety === undefined ? {} : { safety: setup.safety }),
  };
  return { kind: 'session', version: 1, run: contentHash({ ...about, profileSettings: safe(setup.profile) }).slice(0, 12), ...about };
}

/** A profile may hold infinities, which JSON does not know. */
function safe(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, item: unknown) => (typeof item === 'number' && !Number.isFinite(item) ? String(item) : item)),
  );
}
