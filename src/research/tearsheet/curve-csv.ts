import type { EquityCurve } from '#domain';

const DAY_MS = 86_400_000;
const ROWS_A_PART = 8192;
const TWO = Array.from({ length: 100 }, (_, value) => String(value).padStart(2, '0'));

/**
 * `time,equity,drawdown` with ISO times, in parts to be written one after the other: a million rows are 70 MB of text. Drawdown is the
 * fraction below the highest equity so far, 0 or negative.
 */
export function* equityCsvParts({ time, equity }: EquityCurve): Generator<string> {
  yield 'time,equity,drawdown\n';
  let peak = Number.NEGATIVE_INFINITY;
  let day = Number.NaN;
  let date = '';
  let [before, said] = [Number.NaN, ''];
  for (let from = 0; from < time.length; from += ROWS_A_PART) {
    let part = '';
    const to = Math.min(time.length, from + ROWS_A_PART);
    for (let row = from; row < to; row++) {
      const at = time[row]!;
      if (Math.floor(at / DAY_MS) !== day) {
        day = Math.floor(at / DAY_MS);
        date = new Date(at).toISOString().slice(0, 11);
      }
      const value = equity[row]!;
      // Out of the market equity stands still: its digits are worked out once.
      if (value !== before || row === 0) {
        peak = Math.max(peak, value);
        before = value;
        said = `${value},${value / peak - 1}`;
      }
      part += `${date}${clock(at - day * DAY_MS)},${said}\n`;
    }
    yield part;
  }
}

/** `09:30:00.000Z` */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const rest = ms - seconds * 1000;
  const fraction = rest === 0 ? '000' : String(rest).padStart(3, '0');
  return `${TWO[Math.floor(seconds / 3600)]}:${TWO[Math.floor(seconds / 60) % 60]}:${TWO[seconds % 60]}.${fraction}Z`;
}
