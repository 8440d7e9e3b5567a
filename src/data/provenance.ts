/** Where numbers come from and what was done to them: kept beside every stored dataset and printed in reports. */
export interface Provenance {
  /** One sentence: what this is. */
  readonly what: string;
  readonly kind: 'real' | 'synthetic';
  /** SPDX identifier or the publisher's terms; `unknown` when the user gave a file. */
  readonly licence: string;
  readonly symbol: string;
  readonly timeframe: string;
  /** First and last bar start, ISO-8601; empty when there are no bars. */
  readonly first: string;
  readonly last: string;
  readonly rows: number;
  /** Package, address or file name (never with credentials or query parameters). */
  readonly retrievedFrom: string;
  /** SHA-256 of the raw input: file bytes, response bodies in order, or the generator's parameters. */
  readonly sha256: string;
  readonly transformations: readonly string[];
}

/** The provenance after one more step; `changed` corrects what the step altered (rows, range, timeframe). */
export function transformed(provenance: Provenance, step: string, changed: Partial<Provenance> = {}): Provenance {
  return { ...provenance, ...changed, transformations: [...provenance.transformations, step] };
}

/** The range part of a provenance for a column of bar starts; empty texts for no rows. Reads the extremes, so order does not matter. */
export function rangeOf(time: Float64Array): Pick<Provenance, 'first' | 'last' | 'rows'> {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < time.length; row++) {
    const value = time[row]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const text = (value: number): string => (Math.abs(value) <= 8.64e15 ? new Date(value).toISOString() : '');
  return { first: text(low), last: text(high), rows: time.length };
}
