import type { Rng } from '#core';
import type { Instrument, OrderRequest } from '#domain';
import type { ExecutionProfile, SymbolColumns } from '#execution';
import type { RiskLimits, RiskState } from '#risk';
import type { Strategy } from '#strategy';
import type { AccountEvent, Financing } from './account-events.ts';
import type { ConversionSeries } from './currency-rates.ts';
import type { FeatureTable } from './features.ts';
import type { Supervisor } from './supervisor.ts';

/** Risk before the order: undefined approves, a text refuses. Pure: it sees the account and the request, nothing else. */
export type RiskCheck = (request: OrderRequest, account: RiskAccount) => string | undefined;

export interface RiskAccount {
  readonly symbol: string;
  readonly strategy: string;
  readonly time: number;
  readonly price: number;
  readonly equity: number;
  readonly held: number;
  readonly gross: number;
}

export interface AccountSettings {
  readonly cash: number;
  readonly leverage: number;
  readonly hedging: boolean;
  /** A new order first cancels the strategy's working orders in the symbol and closes what it holds there. */
  readonly exclusiveOrders: boolean;
  /** Share of the gross exposure that equity may not fall below at a close; under it everything is closed at the market. 0 or absent: never. */
  readonly maintenanceMargin?: number;
  readonly financing?: Financing;
  /** The account's currency; absent, everything counts as the same one, whatever the instruments say. */
  readonly currency?: string;
  /** Rates of the other currencies that instruments are quoted in. */
  readonly conversion?: readonly ConversionSeries[];
}

export interface EngineSetup {
  readonly columns: readonly SymbolColumns[];
  readonly instruments: readonly Instrument[];
  readonly strategies: readonly Strategy[];
  readonly features: readonly FeatureTable[];
  readonly account: AccountSettings;
  readonly profile: ExecutionProfile;
  readonly rng: Rng;
  readonly rows: number;
  /** Bars of a lower timeframe, one a symbol or undefined: the way the price took inside each bar. */
  readonly finer?: readonly (SymbolColumns | undefined)[];
  readonly risk?: RiskCheck;
  readonly supervisor?: Supervisor;
  /** Limits before every order, after `risk`; absent, nothing is checked and nothing is paid for. */
  readonly limits?: RiskLimits;
  /** Where an earlier gate of the same account stood, e.g. with a kill that must outlive the process. */
  readonly riskState?: RiskState;
  /** Splits, dividends, funding and delistings. */
  readonly events?: readonly AccountEvent[];
}
