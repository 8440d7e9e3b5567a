import { canonicalJson, contentHash, sha256 } from '#core';
import {
  annualReturn,
  calmarRatio,
  deflatedSharpeRatio,
  maxDrawdownOfReturns,
  overfittingProbability,
  sharpeEstimate,
  sharpeRatio,
  sortinoRatio,
  standardDeviation,
  totalReturn,
} from '#statistics';

/** What a trial is made of apart from its parameters: equal for two trials that may be compared. */
export interface TrialStudy {
  readonly strategy: string;
  readonly symbols: readonly string[];
  /** Everything else that the result depends on: data, costs, account, seed. */
  readonly setup: string;
}

/** One evaluation, as the ledger keeps it for ever. Sharpe per day, not annualised, so that all studies share a scale; null where unknown. */
export interface TrialRow {
  readonly trial: string;
  readonly study: string;
  readonly strategy: string;
  readonly symbols: readonly string[];
  /** Who asked first: the method of the search. */
  readonly method: string;
  readonly parameters: Readonly<Record<string, number>>;
  /** SHA-256 of the daily net returns as little-endian doubles. */
  readonly returnsHash: string;
  readonly days: number;
  readonly trades: number;
  readonly sharpePerDay: number | null;
  readonly sharpe: number | null;
  readonly totalReturn: number | null;
  readonly maxDrawdown: number | null;
}

export function studyId(study: TrialStudy): string {
  return contentHash(study).slice(0, 16);
}

/** Names a trial by what it evaluates: the same combination has the same name in every search. */
export function trialId(study: string, parameters: Readonly<Record<string, number>>): string {
  return sha256(`${study} ${canonicalJson(parameters)}`).slice(0, 16);
}

/** Hash of a return stream. */
export function returnsHash(returns: Float64Array): string {
  return sha256(new Uint8Array(returns.buffer, returns.byteOffset, returns.byteLength));
}

export interface TrialOutcome {
  /** Net returns by day. */
  readonly returns: Float64Array;
  readonly trades: number;
}

export function trialRow(
  study: TrialStudy,
  method: string,
  parameters: Readonly<Record<string, number>>,
  outcome: TrialOutcome,
  periodsPerYear: number,
): TrialRow {
  const id = studyId(study);
  const { returns, trades } = outcome;
  return {
    trial: trialId(id, parameters),
    study: id,
    strategy: study.strategy,
    symbols: study.symbols,
    method,
    parameters,
    returnsHash: returnsHash(returns),
    days: returns.length,
    trades,
    sharpePerDay: known(sharpeEstimate(returns).sharpe),
    sharpe: known(sharpeRatio(returns, { periodsPerYear })),
    totalReturn: known(totalReturn(returns)),
    maxDrawdown: known(Math.abs(maxDrawdownOfReturns(returns))),
  };
}

const known = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Goals of a search, each to be made as large as possible; drawdown counts as its negative. */
export const OBJECTIVES = ['sharpe', 'sortino', 'calmar', 'return', 'cagr', 'drawdown'] as const;
export type Objective = (typeof OBJECTIVES)[number];

/** The score of a stretch of daily returns; NaN when it says nothing (no trade, too short). */
export function objectiveScore(objective: Objective, returns: Float64Array, periodsPerYear: number): number {
  if (returns.every((value) => value === 0)) return Number.NaN;
  const rate = { periodsPerYear };
  switch (objective) {
    case 'sharpe':
      return sharpeRatio(returns, rate);
    case 'sortino':
      return sortinoRatio(returns, rate);
    case 'calmar':
      return calmarRatio(returns, periodsPerYear);
    case 'return':
      return totalReturn(returns);
    case 'cagr':
      return annualReturn(returns, rate);
    case 'drawdown':
      return -Math.abs(maxDrawdownOfReturns(returns));
  }
}

export interface SearchHonesty {
  /** Distinct evaluations of all searches in the ledger. */
  readonly trials: number;
  /** σ of their Sharpe ratios, per day. */
  readonly sharpeDeviation: number;
  /** What the best of so many skill-less trials is expected to show, annualised. */
  readonly expectedMaximumSharpe: number;
  /** Probability that the true Sharpe ratio beats that: the deflated Sharpe ratio. */
  readonly deflatedSharpeRatio: number;
  /** Probability of backtest overfitting over the trials of this search; NaN when they cannot tell. */
  readonly overfittingProbability: number;
}

const CSCV_BLOCKS = 16;
const CSCV_TRIALS = 2000;

/** How far a search may be believed: every trial in the ledger counts, whoever made it. */
export function searchHonesty(
  best: Float64Array,
  ledger: readonly TrialRow[],
  streams: readonly Float64Array[],
  periodsPerYear: number,
): SearchHonesty {
  const distinct = new Map(ledger.map((row) => [row.trial, row.sharpePerDay]));
  // In order of size: the ledger has trials as they ended, which two workers do not repeat, and the last digit of a sum hangs on its order.
  const sharpes = [...distinct.values()].filter((sharpe) => sharpe !== null).sort((one, other) => one - other);
  const sharpeDeviation = sharpes.length > 1 ? standardDeviation(sharpes) : 0;
  const deflated = deflatedSharpeRatio(sharpeEstimate(best), distinct.size, sharpeDeviation);
  return {
    trials: distinct.size,
    sharpeDeviation,
    expectedMaximumSharpe: deflated.expectedMaximumSharpe * Math.sqrt(periodsPerYear),
    deflatedSharpeRatio: deflated.deflatedSharpeRatio,
    overfittingProbability: overfitting(streams),
  };
}

function overfitting(streams: readonly Float64Array[]): number {
  const rows = streams[0]?.length ?? 0;
  const fit =
    streams.length >= 2 && streams.length <= CSCV_TRIALS && rows >= 2 * CSCV_BLOCKS && streams.every(({ length }) => length === rows);
  return fit ? overfittingProbability(streams, { blocks: CSCV_BLOCKS }).probability : Number.NaN;
}
