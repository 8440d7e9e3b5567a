import { DAY_MS, UserError } from '#core';
import { barSeries, venueCalendar, type BarSeries, type Timeframe, type VenueHours } from '#domain';

/**
 * Longer bars from shorter ones: first open, highest high, lowest low, last close, summed volume. Buckets are stamped by their start:
 * intraday ones count from the session's open (00:00 UTC on venues that never close), a daily one is the trading date at 00:00 UTC,
 * weeks begin on Monday. A US day takes only bars that start within trading hours. The last bucket is kept only when complete: the
 * source reaches its end. Buckets inside with missing bars stay, made of the bars there are.
 */
export function resample(series: BarSeries, timeframe: Timeframe, venueHours: VenueHours): BarSeries {
  if (timeframe.ms === series.timeframe.ms) return series;
  if (timeframe.ms < series.timeframe.ms || timeframe.ms % series.timeframe.ms !== 0)
    throw new UserError(`${series.symbol}: ${timeframe.id} bars cannot be made of ${series.timeframe.id} bars`, 'Choose a whole multiple.');
  const keys =
    venueHours === 'always' || series.timeframe.ms >= DAY_MS ? plainKeys(series.time, timeframe.ms) : sessionKeys(series, timeframe);
  return aggregate(series, keys, timeframe, bucketEnds(venueHours, timeframe));
}

const WEEK_SHIFT = 4 * DAY_MS;

function plainKeys(time: Float64Array, ms: number): Float64Array {
  const shift = ms % (7 * DAY_MS) === 0 ? WEEK_SHIFT : 0;
  const keys = new Float64Array(time.length);
  for (let i = 0; i < time.length; i++) keys[i] = Math.floor((time[i]! - shift) / ms) * ms + shift;
  return keys;
}

function sessionKeys(series: BarSeries, timeframe: Timeframe): Float64Array {
  const calendar = venueCalendar('us_equity');
  const keys = new Float64Array(series.length).fill(Number.NaN);
  let session = series.length > 0 ? calendar.nextSession(series.time[0]! - DAY_MS) : undefined;
  for (let i = 0; i < series.length; i++) {
    const time = series.time[i]!;
    while (session && time >= session.close) session = calendar.nextSession(session.close);
    if (!session || time < session.open) continue;
    keys[i] =
      timeframe.ms >= DAY_MS
        ? plainKeys(Float64Array.of(session.date), timeframe.ms)[0]!
        : session.open + Math.floor((time - session.open) / timeframe.ms) * timeframe.ms;
  }
  return keys;
}

/** When a bucket is complete: its nominal end, or the close of the session it lies in when that comes first. */
function bucketEnds(venueHours: VenueHours, timeframe: Timeframe): (start: number) => number {
  if (venueHours === 'always') return (start) => start + timeframe.ms;
  const calendar = venueCalendar(venueHours);
  return (start) => {
    if (timeframe.ms < DAY_MS) return Math.min(start + timeframe.ms, calendar.sessionAt(start)?.close ?? Number.POSITIVE_INFINITY);
    return calendar.sessions(start, start + timeframe.ms).at(-1)?.close ?? start + timeframe.ms;
  };
}

function aggregate(series: BarSeries, keys: Float64Array, timeframe: Timeframe, endOf: (start: number) => number): BarSeries {
  const { length } = series;
  const column = (): Float64Array => new Float64Array(length);
  const to = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let row = -1;
  let key = Number.NaN;
  for (let i = 0; i < length; i++) {
    const next = keys[i]!;
    if (next !== next) continue;
    if (next !== key) {
      row++;
      key = next;
      to.time[row] = next;
      to.open[row] = series.open[i]!;
      to.high[row] = series.high[i]!;
      to.low[row] = series.low[i]!;
    } else {
      if (series.high[i]! > to.high[row]!) to.high[row] = series.high[i]!;
      if (series.low[i]! < to.low[row]!) to.low[row] = series.low[i]!;
    }
    to.close[row] = series.close[i]!;
    to.volume[row] = to.volume[row]! + series.volume[i]!;
  }
  const last = length > 0 ? series.time[length - 1]! : 0;
  const known = series.timeframe.ms >= DAY_MS ? last + DAY_MS : last + series.timeframe.ms;
  const rows = row >= 0 && known < endOf(to.time[row]!) ? row : row + 1;
  const cut = (values: Float64Array): Float64Array => values.slice(0, rows);
  return barSeries(series.symbol, timeframe, {
    time: cut(to.time),
    open: cut(to.open),
    high: cut(to.high),
    low: cut(to.low),
    close: cut(to.close),
    volume: cut(to.volume),
  });
}
