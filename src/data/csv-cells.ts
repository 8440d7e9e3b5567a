/* Cells of a CSV file read from its bytes, without a string for each. */

/** Powers of ten that a number holds exactly. */
export const POWERS = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

const decoder = new TextDecoder();

export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return decoder.decode(bytes.subarray(from, to));
}

/**
 * A plain decimal ([-]digits[.digits]) as one exact integer (below 2^53) over one exact power of ten (up to 10^22), which IEEE division
 * rounds right; longer ones by the runtime's own reader. NaN when the text is anything else.
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 45;
  const start = negative ? from + 1 : from;
  let position = start;
  let mantissa = 0;
  for (; position < to; position++) {
    const digit = bytes[position]! - 48;
    if (digit < 0 || digit > 9) break;
    mantissa = mantissa * 10 + digit;
  }
  let decimals = 0;
  if (position < to) {
    if (bytes[position] !== 46 || to - start === 1) return Number.NaN;
    decimals = to - ++position;
    for (; position < to; position++) {
      const digit = bytes[position]! - 48;
      if (digit < 0 || digit > 9) return Number.NaN;
      mantissa = mantissa * 10 + digit;
    }
  } else if (position === start) return Number.NaN;
  if (mantissa > Number.MAX_SAFE_INTEGER || decimals > 22) return Number(textOf(bytes, from, to));
  const value = decimals > 0 ? mantissa / POWERS[decimals]! : mantissa;
  return negative ? -value : value;
}

const [SPACE, DASH, COLON, T] = [32, 45, 58, 84];

/** Two digits as a number, NaN when they are none. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN;
}

/** `YYYY-MM-DD` and `YYYY-MM-DDTHH:MM:SSZ` without a string. NaN when a part is out of range. */
export function isoTime(bytes: Uint8Array, from: number, length: number): number {
  const two = (at: number): number => twoDigits(bytes, from + at);
  const year = two(0) * 100 + two(2);
  const month = two(5);
  const day = two(8);
  if (!(year >= 1600 && year < 2600 && month >= 1 && month <= 12 && day >= 1 && day <= 28 + (month === 2 ? 0 : 2))) return Number.NaN;
  if (bytes[from + 7] !== DASH) return Number.NaN;
  // Days from civil: Hinnant's algorithm for the proleptic Gregorian calendar.
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const days = era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
  if (length === 10) return days * 86_400_000;
  if ((bytes[from + 10] !== T && bytes[from + 10] !== SPACE) || bytes[from + 16] !== COLON) return Number.NaN;
  const hour = two(11);
  const minute = two(14);
  const second = two(17);
  if (!(hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60)) return Number.NaN;
  return days * 86_400_000 + hour * 3_600_000 + minute * 60_000 + second * 1000;
}
