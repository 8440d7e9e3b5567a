import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { OperationalError, UserError } from '#core';
import { barSeries, firstRowAtOrAfter, sliceBars, type BarColumns, type BarSeries, type Timeframe } from '#domain';
import { rangeOf, type DataRequest, type Provenance, type RawDataset } from '#data';
import { mergeBars, type ParquetStore } from './parquet-store.ts';
import { partialDownload, type BarRow } from './partial-download.ts';

export interface PagedDownload {
  readonly request: DataRequest;
  /** Where to begin when the request does not say and nothing is kept yet. */
  readonly earliest: number;
  readonly now: number;
  /** Keeps what was downloaded; without it every load asks for everything. */
  readonly store?: ParquetStore | undefined;
  /** Clean pages of [from, to), see `cleanPage`; ends when the venue has no more. */
  readonly pages: (from: number, to: number) => AsyncIterable<readonly BarRow[]>;
  /** A kept bar whose close differs now: `keep_newer` for prices that are final, `refetch` for history that is adjusted afterwards. */
  readonly revised: 'keep_newer' | 'refetch';
  readonly provenance: Pick<Provenance, 'what' | 'licence' | 'retrievedFrom' | 'transformations'>;
}

/**
 * The bars of a request, from what is kept and from the venue: only what is missing is asked for, and each page is on disk before the
 * next one. What is kept of a symbol has no holes of ours: a request apart from it fetches what lies between, too. One kept bar is
 * asked for again and compared. The last bar is refused until its end has passed.
 */
export async function downloadBars(job: PagedDownload): Promise<RawDataset> {
  const { request, now, store } = job;
  const { symbol, timeframe } = request;
  // A bar that starts at t is closed when t + ms <= now.
  const to = Math.min(request.to ?? Number.POSITIVE_INFINITY, now - timeframe.ms + 1);
  const from = request.from ?? job.earliest;
  if (from >= to) throw new UserError(`${symbol} ${timeframe.id}: no closed bars between the dates asked for`, 'Choose earlier dates.');
  const bars = store ? await fillStore(job, store, from, to) : fromRows(symbol, timeframe, await collect(job.pages(from, to)));
  const cut = sliceBars(bars, firstRowAtOrAfter(bars, from), firstRowAtOrAfter(bars, to));
  if (cut.length === 0)
    throw new UserError(
      `${job.provenance.retrievedFrom} has no ${timeframe.id} bars of ${symbol} in the dates asked for`,
      'Check the symbol and the dates.',
    );
  const { time, open, high, low, close, volume } = cut;
  return { symbol, timeframe, columns: { time, open, high, low, close, volume }, provenance: provenanceOf(job, cut) };
}

async function collect(pages: AsyncIterable<readonly BarRow[]>): Promise<BarRow[]> {
  const rows: BarRow[] = [];
  for await (const page of pages) for (const row of page) rows.push(row);
  return rows;
}

async function fillStore(job: PagedDownload, store: ParquetStore, from: number, to: number): Promise<BarSeries> {
  const { symbol, timeframe } = job.request;
  let kept = await finishInterrupted(job, store, (await store.read(symbol, timeframe))?.bars);
  if (!kept) return fetchSegment(job, store, undefined, from, to);
  const [first, last] = [kept.time[0]!, kept.time.at(-1)!];
  const [earlier, later] = [from < first, last + timeframe.ms < to];
  if ((earlier || later) && job.revised === 'refetch' && (await isOutdated(job, kept))) {
    // Removed before the first page comes: an interruption must not leave old and new history together.
    await store.remove(symbol, timeframe);
    return fetchSegment(job, store, undefined, Math.min(from, first), Math.max(to, last + timeframe.ms));
  }
  if (earlier) kept = await fetchSegment(job, store, kept, from, first);
  if (later) kept = await fetchSegment(job, store, kept, job.revised === 'refetch' ? last + timeframe.ms : last, to);
  return kept;
}

/** Whether the venue now gives another close for the last kept bar than it did. */
async function isOutdated(job: PagedDownload, kept: BarSeries): Promise<boolean> {
  const last = kept.time.at(-1)!;
  const now = await firstRow(job.pages(last, last + job.request.timeframe.ms));
  return now !== undefined && Math.abs(now[4] / kept.close.at(-1)! - 1) > 1e-6;
}

async function firstRow(pages: AsyncIterable<readonly BarRow[]>): Promise<BarRow | undefined> {
  for await (const page of pages) return page[0];
  return undefined;
}

/** Fetches [from, to), page by page to disk, and merges it with what is kept. */
async function fetchSegment(
  job: PagedDownload,
  store: ParquetStore,
  kept: BarSeries | undefined,
  from: number,
  to: number,
): Promise<BarSeries> {
  const partial = partialOf(job, store);
  for await (const page of job.pages(from, to)) await partial.append(page);
  return mergePartial(job, store, kept);
}

/**
 * Takes over the pages of a run that was interrupted. Pages before the kept bars have a hole after them: it is filled first, else the
 * hole would look like history.
 */
async function finishInterrupted(job: PagedDownload, store: ParquetStore, kept: BarSeries | undefined): Promise<BarSeries | undefined> {
  const rows = await partialOf(job, store).read();
  if (rows.length === 0) return kept;
  const last = rows.reduce((latest, row) => Math.max(latest, row[0]), rows[0]![0]);
  const first = kept?.time[0];
  if (first !== undefined && last + job.request.timeframe.ms < first) {
    if (job.revised === 'keep_newer') return fetchSegment(job, store, kept, last + job.request.timeframe.ms, first);
    // What lies between may have been adjusted since: these pages are not worth the doubt.
    await partialOf(job, store).remove();
    return kept;
  }
  return mergePartial(job, store, kept);
}

async function mergePartial(job: PagedDownload, store: ParquetStore, kept: BarSeries | undefined): Promise<BarSeries> {
  const { symbol, timeframe } = job.request;
  const partial = partialOf(job, store);
  const fresh = fromRows(symbol, timeframe, await partial.read());
  const merged = kept ? mergeBars(kept, fresh, Number.POSITIVE_INFINITY) : fresh;
  if (fresh.length > 0) await store.write(merged, provenanceOf(job, merged));
  await partial.remove();
  return merged;
}

const partialOf = (job: PagedDownload, store: ParquetStore) =>
  partialDownload(join(store.folder, `${encodeURIComponent(job.request.symbol)}-${job.request.timeframe.id}.part`));

function provenanceOf(job: PagedDownload, bars: BarSeries): Provenance {
  const { symbol, timeframe } = bars;
  const range = rangeOf(bars.time);
  return { ...job.provenance, kind: 'real', symbol, timeframe: timeframe.id, sha256: columnsHash(bars), ...range };
}

/** SHA-256 of the six columns: the same whether they came in one run or in several. */
function columnsHash(bars: BarSeries): string {
  const hash = createHash('sha256');
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const) {
    const column = bars[name];
    hash.update(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
  }
  return hash.digest('hex');
}

/** Rows in any order, with repeats, as an ascending series; of rows of one time the last stays. */
function fromRows(symbol: string, timeframe: Timeframe, rows: readonly BarRow[]): BarSeries {
  const sorted = lastOfEach(rows);
  const column = (cell: number): Float64Array => Float64Array.from(sorted, (row) => row[cell]!);
  const columns: BarColumns = { time: column(0), open: column(1), high: column(2), low: column(3), close: column(4), volume: column(5) };
  return barSeries(symbol, timeframe, columns);
}

function lastOfEach(rows: readonly BarRow[]): BarRow[] {
  const sorted = [...rows].sort((a, b) => a[0] - b[0]);
  return sorted.filter((row, i) => row[0] !== sorted[i + 1]?.[0]);
}

/** A page as a venue gave it: rows outside [from, to) dropped, in time order, of repeats the last, absent values NaN for the gate to judge. */
export function cleanPage(rows: readonly unknown[], from: number, to: number, venue: string): BarRow[] {
  const inside: BarRow[] = [];
  for (const row of rows) {
    const time = Array.isArray(row) ? Number(row[0]) : Number.NaN;
    if (!Array.isArray(row) || !Number.isFinite(time) || row.length < 6)
      throw new OperationalError('corrupt', `${venue} sent a bar that is none: ${JSON.stringify(row).slice(0, 80)}`);
    if (time < from || time >= to) continue;
    const [open, high, low, close, volume] = row.slice(1, 6).map((cell: unknown) => (typeof cell === 'number' ? cell : Number.NaN));
    inside.push([time, open!, high!, low!, close!, volume!]);
  }
  return lastOfEach(inside);
}
