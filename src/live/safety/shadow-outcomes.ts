import type { SymbolColumns } from '#execution';

/** A prediction whose outcome is not known yet, traded or not. */
export interface OpenPrediction {
  readonly row: number;
  readonly probability: number;
  /** Direction of the primary signal, 0 without one. */
  readonly side: number;
  readonly upper: number;
  readonly lower: number;
}

export interface MetPrediction {
  readonly probability: number;
  readonly outcome: 0 | 1;
}

/**
 * What became of each prediction of one symbol, by the rule of the model's labels: entry at the next open, the barrier around the
 * signal's close that is met first, the stop when one bar meets both, and after `maxBars` bars the side of the open. A prediction counts
 * whether or not it was traded, so that a model that trades no more can still prove itself.
 */
export class ShadowOutcomes {
  readonly #maxBars: number;
  #open: OpenPrediction[] = [];

  constructor(maxBars: number) {
    this.#maxBars = maxBars;
  }

  predict(bars: SymbolColumns, row: number, probability: number, width: number, side: number): void {
    const close = bars.close[row]!;
    this.#open.push({ row, probability, side, upper: close * (1 + width), lower: close * (1 - width) });
  }

  /** Those that this row ends, in the order in which they were made. */
  resolve(bars: SymbolColumns, row: number): readonly MetPrediction[] {
    const met: MetPrediction[] = [];
    this.#open = this.#open.filter((prediction) => {
      const outcome = outcomeAt(prediction, bars, row, this.#maxBars);
      if (outcome !== undefined) met.push({ probability: prediction.probability, outcome });
      return outcome === undefined;
    });
    return met;
  }
}

function outcomeAt({ row, side, upper, lower }: OpenPrediction, bars: SymbolColumns, now: number, maxBars: number): 0 | 1 | undefined {
  const short = side < 0;
  if (now - row > maxBars) {
    const gain = bars.open[now]! - bars.open[row + 1]!;
    return (short ? -gain : gain) > 0 ? 1 : 0;
  }
  const up = bars.high[now]! >= upper;
  const down = bars.low[now]! <= lower;
  if (!up && !down) return undefined;
  const tookUpper = up && (!down || short);
  return tookUpper !== short ? 1 : 0;
}
