import type { OrderSide } from '#domain';
import type { RiskLimits } from '#risk';
import type { SafetySetup } from './safety/safety-setup.ts';

/** What a session is, once and for all: the first record of its journal. Another wiring may not go on with it. */
export interface SessionHeader {
  readonly kind: 'session';
  readonly version: 1;
  /** Identity of everything below; part of each client order id. */
  readonly run: string;
  readonly symbols: readonly string[];
  readonly timeframe: string;
  readonly strategies: readonly {
    readonly name: string;
    readonly parameters: Readonly<Record<string, number>>;
    readonly features: readonly string[];
  }[];
  readonly account: { readonly cash: number; readonly leverage: number };
  readonly profile: string;
  readonly seed: number;
  /** Bars that start before this only warm up. */
  readonly tradeFrom: number;
  /** Where the bars come from, as told to the user. */
  readonly source: string;
  /** Names the account's currency and the rates of others; absent where all prices count as its own. */
  readonly currency?: string;
  readonly limits?: RiskLimits;
  readonly safety?: SafetySetup;
}

/** Input: the bars of one instant. Each is `[symbol, open, high, low, close, volume]`, the symbol as an index. */
export interface BarsRecord {
  readonly kind: 'bars';
  readonly row: number;
  readonly time: number;
  readonly bars: readonly (readonly number[])[];
}

/**
 * Input: what entries may do from here on. `blocked` refuses new ones; `withdrawn` also takes back those that wait, before the next fill;
 * `flatten` closes every position besides.
 */
export interface ControlRecord {
  readonly kind: 'control';
  readonly entries: 'open' | 'blocked' | 'withdrawn' | 'flatten';
  readonly reason: string;
}

/** A guard that changed its level at an instant: `[guard, level, reason]`. */
export type GuardRecord = readonly [string, string, string];

/** An order as the journal keeps it: written when it is new and whenever it changed. Prices that do not apply are null. */
export interface OrderRecord {
  readonly id: number;
  readonly client: string;
  readonly symbol: string;
  readonly strategy: string;
  readonly side: OrderSide;
  readonly type: string;
  readonly status: string;
  readonly purpose: string;
  readonly quantity: number | null;
  readonly filled: number;
  readonly limit: number | null;
  readonly stop: number | null;
  readonly protects: number;
  readonly created: number;
  readonly reason: string;
}

export interface FillRecord {
  readonly id: string;
  readonly order: number;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
  readonly time: number;
  readonly reason: string;
}

/** Output: what came of an instant. Derived: the same bars through the same wiring give the same text. */
export interface StepRecord {
  readonly kind: 'step';
  readonly row: number;
  readonly equity: number;
  readonly cash: number;
  readonly orders: readonly OrderRecord[];
  readonly fills: readonly FillRecord[];
  /** `[strategy, symbol, reason]`, the first two as indexes. */
  readonly decisions: readonly (readonly [number, number, string])[];
  /** Absent when no guard changed. */
  readonly guards?: readonly GuardRecord[];
}

export type JournalRecord = SessionHeader | BarsRecord | ControlRecord | StepRecord;

/** The state store's port: an append-only list of records that survives the process. */
export interface EventJournal {
  /** Every record that was whole when the journal was opened. */
  readonly recovered: readonly JournalRecord[];
  /** Hands a record to the system; a killed process does not lose it, a failed machine may until `sync`. */
  append(record: JournalRecord): void;
  sync(): void;
  /** SHA-256 of the whole journal so far. */
  hash(): string;
}
