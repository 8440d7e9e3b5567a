import type { Column } from '#statistics';

/** Equity marked over time: equal-length columns, UTC milliseconds ascending and account currency. */
export interface TearSheetCurve {
  readonly name?: string;
  readonly time: Column;
  readonly equity: Column;
}

export interface TearSheetGate {
  readonly name: string;
  /** Already readable, with its unit: `0.82`, `12.4 %`. */
  readonly value: string;
  readonly threshold: string;
  readonly passed: boolean;
}

export type FigureUnit = 'ratio' | 'percent' | 'count' | 'money' | 'plain';

/** One figure. A percent is given as a fraction. NaN or missing prints as a dash. */
export interface TearSheetFigure {
  readonly label: string;
  readonly value: number;
  readonly unit: FigureUnit;
  readonly interval?: { readonly low: number; readonly high: number; readonly level: number };
  readonly note?: string;
}

export interface TearSheetTrade {
  readonly symbol: string;
  readonly side: string;
  readonly quantity: number;
  readonly entryTime: number;
  readonly entryPrice: number;
  readonly exitTime: number;
  readonly exitPrice: number;
  readonly exitReason: string;
  readonly fees: number;
  readonly pnl: number;
  readonly returnFraction: number;
  readonly barsHeld?: number;
  /** Fractions of the entry notional: MAE ≤ 0 ≤ MFE. */
  readonly maxAdverseExcursion?: number;
  readonly maxFavourableExcursion?: number;
}

/** One bin of a reliability diagram: mean forecast, observed frequency, how many forecasts. */
export interface ReliabilityBin {
  readonly predicted: number;
  readonly observed: number;
  readonly count: number;
}

export interface CostProfile {
  readonly name: string;
  readonly figures: readonly TearSheetFigure[];
  readonly curve?: TearSheetCurve;
}

export interface Provenance {
  readonly source: string;
  readonly kind: 'real' | 'synthetic';
  readonly symbols: readonly string[];
  readonly timeframe: string;
  /** UTC milliseconds of the first and last bar that any stage saw. */
  readonly start: number;
  readonly end: number;
  /** Where training ends and testing begins; what the charts show should begin at or after it. */
  readonly seam?: number;
  readonly notes?: readonly string[];
}

/** What a reader must know of the figures: a warning stands before them, the rest after them. */
export interface SheetNote {
  readonly text: string;
  readonly warning: boolean;
}

/** What a tear sheet shows. Every optional part that is missing is left out of the page; what can be derived from the curve is. */
export interface TearSheetInput {
  readonly title: string;
  readonly subtitle?: string;
  /** When the report was made, UTC milliseconds, from the caller's clock. */
  readonly generatedAt?: number;
  readonly verdict?: { readonly passed: boolean; readonly headline: string; readonly reasons?: readonly string[] };
  readonly notes?: readonly SheetNote[];
  readonly gates?: readonly TearSheetGate[];
  readonly curve: TearSheetCurve;
  readonly benchmark?: TearSheetCurve;
  /** Rows of a year in `curve`. */
  readonly periodsPerYear: number;
  /** Replaces the figures derived from the curve. */
  readonly figures?: readonly TearSheetFigure[];
  /** More figures after them: odds of overfitting, ECE, … */
  readonly moreFigures?: readonly TearSheetFigure[];
  /** Rows of the rolling Sharpe's window; default half a year. */
  readonly rollingWindow?: number;
  readonly trades?: readonly TearSheetTrade[];
  readonly reliability?: { readonly bins: readonly ReliabilityBin[]; readonly expectedCalibrationError?: number };
  readonly importances?: readonly { readonly feature: string; readonly importance: number }[];
  readonly costProfiles?: readonly CostProfile[];
  /** Tables of other programs: their statistics by their names, units in the names, durations in milliseconds. */
  readonly reportedBy?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly provenance?: Provenance;
  /** Account currency; default USD. */
  readonly currency?: string;
}
