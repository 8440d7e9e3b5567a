import { DAY_MS, didYouMean, UserError } from '#core';
import type { Instrument } from '#domain';
import type { SymbolColumns } from '#execution';
import type { Ledger, LedgerCurrencies } from '#portfolio';

/** Bars of the rate of one currency in the account's. */
export interface ConversionSeries {
  readonly currency: string;
  readonly columns: SymbolColumns;
  /** The pair is quoted the other way round: units of this currency for one of the account's. */
  readonly inverse: boolean;
}

/** The currencies of an account, its own first, and which of them each instrument is quoted in; undefined when it is all one. */
export function ledgerCurrencies(
  account: string,
  instruments: readonly Instrument[],
  conversion: readonly ConversionSeries[],
): LedgerCurrencies | undefined {
  const names = [account, ...conversion.map(({ currency }) => currency)];
  const ofSymbol = instruments.map(({ symbol, currency }) => {
    const at = names.indexOf(currency);
    if (at < 0)
      throw new UserError(
        `${symbol} is quoted in ${currency}, the account is in ${account}, and no rate between them is given`,
        didYouMean(currency, names) || `Give account.conversion an entry "${currency}" with the bars of the pair.`,
      );
    return at;
  });
  return names.length === 1 ? undefined : { names, ofSymbol };
}

/**
 * The rates at which an account in several currencies is valued, as they are known at each moment: at the open of a bar the open of a
 * rate's bar that starts with it, else the last rate bar that has ended; at a close the last that has ended by then.
 */
export class CurrencyRates {
  readonly #series: readonly ConversionSeries[];
  readonly #ledger: Ledger;
  readonly #barMs: number;
  /** For each series, one past the last bar that has ended. */
  readonly #ended: Int32Array;

  constructor(series: readonly ConversionSeries[], ledger: Ledger, barMs = DAY_MS) {
    this.#series = series;
    this.#ledger = ledger;
    this.#barMs = barMs;
    this.#ended = new Int32Array(series.length);
  }

  /** For the fills of the bars that start at `time`. */
  atOpen(time: number): void {
    for (let at = 0; at < this.#series.length; at++) {
      const { columns } = this.#series[at]!;
      const ended = this.#advance(at, time);
      const next = ended < columns.length && columns.time[ended] === time;
      if (next || ended > 0) this.#set(at, next ? columns.open[ended]! : columns.close[ended - 1]!);
    }
  }

  /** For the marks of the bars that started at `time`. */
  atClose(time: number): void {
    for (let at = 0; at < this.#series.length; at++) {
      const ended = this.#advance(at, time + this.#barMs);
      if (ended > 0) this.#set(at, this.#series[at]!.columns.close[ended - 1]!);
    }
  }

  #advance(at: number, now: number): number {
    const { columns } = this.#series[at]!;
    const barMs = columns.timeframe?.ms ?? DAY_MS;
    let ended = this.#ended[at]!;
    while (ended < columns.length && columns.time[ended]! + barMs <= now) ended++;
    this.#ended[at] = ended;
    return ended;
  }

  #set(at: number, quoted: number): void {
    this.#ledger.rerate(at + 1, this.#series[at]!.inverse ? 1 / quoted : quoted);
  }
}
