const SHORT = 2000;
const DIGITS = 2048;
/** Three digits of 11, 11 and 10 bits from the low word of a key, then three from the high word. */
const SHIFTS = [0, 11, 22, 0, 11, 22] as const;
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * Sorts numbers in place, ascending; there may be no NaN. A radix sort by the bits, several times faster than a sort that compares
 * on columns of tens of thousands of values. −0 goes before 0, as in `Float64Array.sort`.
 */
export function sortNumbers(values: Float64Array): void {
  const count = values.length;
  if (count < SHORT || !littleEndian) {
    values.sort();
    return;
  }
  const words = new Uint32Array(values.buffer, values.byteOffset, 2 * count);
  let low = new Uint32Array(count);
  let high = new Uint32Array(count);
  let nextLow = new Uint32Array(count);
  let nextHigh = new Uint32Array(count);
  const ends = new Uint32Array(SHIFTS.length * DIGITS);
  readKeys(words, low, high, ends);
  for (let pass = 0; pass < SHIFTS.length; pass++) {
    const key = pass < 3 ? low : high;
    const shift = SHIFTS[pass]!;
    const places = ends.subarray(pass * DIGITS, (pass + 1) * DIGITS);
    if (places[(key[0]! >>> shift) & (DIGITS - 1)] === count) continue;
    scatter(key, shift, places, low, high, nextLow, nextHigh);
    [low, nextLow, high, nextHigh] = [nextLow, low, nextHigh, high];
  }
  writeKeys(low, high, words);
}

/** Turns doubles into unsigned keys of the same order and counts their digits. */
function readKeys(words: Uint32Array, low: Uint32Array, high: Uint32Array, counts: Uint32Array): void {
  const mask = DIGITS - 1;
  for (let i = 0; i < low.length; i++) {
    const sign = words[2 * i + 1]!;
    const flip = sign >>> 31 === 1 ? -1 : 0;
    const a = (words[2 * i]! ^ flip) >>> 0;
    const b = (sign ^ (flip | 0x80000000)) >>> 0;
    low[i] = a;
    high[i] = b;
    counts[a & mask]!++;
    counts[DIGITS + ((a >>> 11) & mask)]!++;
    counts[2 * DIGITS + (a >>> 22)]!++;
    counts[3 * DIGITS + (b & mask)]!++;
    counts[4 * DIGITS + ((b >>> 11) & mask)]!++;
    counts[5 * DIGITS + (b >>> 22)]!++;
  }
}

/** One pass: every key to the next place of its digit. `places` holds the counts and is used up. */
function scatter(
  key: Uint32Array,
  shift: number,
  places: Uint32Array,
  low: Uint32Array,
  high: Uint32Array,
  nextLow: Uint32Array,
  nextHigh: Uint32Array,
): void {
  let start = 0;
  for (let digit = 0; digit < DIGITS; digit++) {
    const here = places[digit]!;
    places[digit] = start;
    start += here;
  }
  for (let i = 0; i < low.length; i++) {
    const digit = (key[i]! >>> shift) & (DIGITS - 1);
    const to = places[digit]!;
    places[digit] = to + 1;
    nextLow[to] = low[i]!;
    nextHigh[to] = high[i]!;
  }
}

function writeKeys(low: Uint32Array, high: Uint32Array, words: Uint32Array): void {
  for (let i = 0; i < low.length; i++) {
    const flip = high[i]! >>> 31 === 1 ? 0 : -1;
    words[2 * i] = low[i]! ^ flip;
    words[2 * i + 1] = high[i]! ^ (flip | 0x80000000);
  }
}
