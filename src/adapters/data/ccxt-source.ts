import { OperationalError, suggest, UserError } from '#core';
import type { Timeframe } from '#domain';
import type { DataRequest, DataSource } from '#data';
import { withBackoff, type BackoffOptions } from './backoff.ts';
import { openExchange, type CcxtExchange, type ExchangeOptions, type OpenedExchange } from './ccxt-module.ts';
import { cleanPage, downloadBars } from './paged-download.ts';
import type { ParquetStore } from './parquet-store.ts';
import type { BarRow } from './partial-download.ts';

export interface CcxtSourceOptions {
  /** The exchange as ccxt calls it: `kraken`, `binance`, `blofin`, … */
  readonly exchange: string;
  /** Keeps what was downloaded, so that the next load asks only for the rest. */
  readonly store?: ParquetStore | undefined;
  /** Replaces scheme and host of every address of the exchange. */
  readonly apiUrl?: string | undefined;
  /** Bars a page; default: what the exchange allows, at most 1000. */
  readonly pageLimit?: number;
  /** For one request; default 10,000. */
  readonly timeoutMs?: number;
  /** Between requests of weight one; default: what the exchange allows by its documents. */
  readonly rateLimitMs?: number | undefined;
  readonly backoff?: BackoffOptions;
  readonly now?: () => number;
  readonly resolvePackage?: ExchangeOptions['resolvePackage'];
}

/** No crypto exchange has bars before this. */
const EARLIEST = Date.UTC(2010, 0, 1);

/**
 * Public bars of a crypto exchange through ccxt; needs no key. Requests go one after the other at the pace that the exchange allows,
 * failed ones again after growing waits (`Retry-After` honoured), never more than `backoff.maxTries` for a page. Throws `UserError`
 * for an unknown exchange, symbol or timeframe, `OperationalError` (`rate_limit`, `unavailable`, `auth`, `rejected`, `corrupt`) else.
 */
export function ccxtSource(options: CcxtSourceOptions): DataSource {
  const { exchange, store, now = Date.now, timeoutMs = 10_000 } = options;
  let opened: Promise<OpenedExchange> | undefined;
  const ready = async (): Promise<OpenedExchange> => {
    opened ??= openExchange({ ...options, timeoutMs, now }).then(async (venue) => {
      await withBackoff(() => venue.client.loadMarkets(), venue.judge, options.backoff);
      return venue;
    });
    try {
      return await opened;
    } catch (error) {
      opened = undefined;
      throw error;
    }
  };
  return {
    id: `ccxt:${exchange}`,
    describe: () => ({ text: `Crypto bars of ${exchange}, real, fetched through ccxt`, kind: 'real', venueHours: 'always' }),
    // Too many to list; and what happens to be kept must not decide what a run is about.
    list: async () => [],
    load: async (request) => {
      const venue = await ready();
      const created = checkRequest(venue.client, request);
      const limit = options.pageLimit ?? Math.min(1000, venue.client.features?.spot?.fetchOHLCV?.limit ?? 500);
      return downloadBars({
        request,
        earliest: created ?? EARLIEST,
        now: now(),
        store,
        pages: (from, to) => new Pages(venue, request, to, limit, options.backoff).from(Math.max(from, created ?? from)),
        revised: 'keep_newer',
        provenance: {
          what: `${request.symbol} ${request.timeframe.id} bars of ${venue.client.name}`,
          licence: 'terms of the exchange',
          retrievedFrom: `ccxt:${exchange}`,
          transformations: [],
        },
      });
    },
  };
}

/** When the market was listed, if known. Throws `UserError` for what the exchange does not have. */
function checkRequest(client: CcxtExchange, { symbol, timeframe }: DataRequest): number | undefined {
  if (client.has['fetchOHLCV'] !== true) throw new UserError(`${client.name} offers no bars`, 'Choose another exchange.');
  const frames = Object.keys(client.timeframes ?? {});
  if (!frames.includes(timeframe.id)) throw new UserError(`${client.name} has no ${timeframe.id} bars`, `It has: ${frames.join(', ')}.`);
  const market = client.markets?.[symbol];
  if (market) return typeof market.created === 'number' ? Math.floor(market.created / timeframe.ms) * timeframe.ms : undefined;
  const symbols = Object.keys(client.markets ?? {});
  const near = suggest(symbol, symbols);
  throw new UserError(
    `${client.name} has no market ${symbol}`,
    near === undefined ? `Symbols look like ${symbols.slice(0, 3).join(', ')}.` : `Did you mean "${near}"?`,
  );
}

/** The pages of one symbol. Exchanges differ in what `since` means: see `from` and `firstWindow`. */
class Pages {
  readonly #venue: OpenedExchange;
  readonly #symbol: string;
  readonly #timeframe: Timeframe;
  readonly #to: number;
  #limit: number;
  readonly #backoff: BackoffOptions | undefined;
  /** Whether the exchange ignores `since` and needs the end of each page instead (BloFin). */
  #windowed = false;
  /** Set once a page began where it should, or nothing older was found. */
  #obeysSince = false;

  constructor(venue: OpenedExchange, request: DataRequest, to: number, limit: number, backoff: BackoffOptions | undefined) {
    this.#venue = venue;
    this.#symbol = request.symbol;
    this.#timeframe = request.timeframe;
    this.#to = to;
    this.#limit = limit;
    this.#backoff = backoff;
  }

  /** Length of a full page in milliseconds. */
  get #span(): number {
    return this.#limit * this.#timeframe.ms;
  }

  async *from(start: number): AsyncGenerator<readonly BarRow[]> {
    for (let cursor = start; cursor < this.#to; ) {
      const raw = await this.#page(cursor);
      const first = raw[0]?.[0];
      if (first !== undefined && first > cursor && !this.#obeysSince && (await this.#hasOlder(cursor, first))) {
        // In windows already, and still not from the start: its pages are shorter than it says.
        if (this.#windowed) this.#limit = raw.length;
        this.#windowed = true;
        continue;
      }
      this.#obeysSince ||= first !== undefined && !this.#windowed;
      const page = raw.filter((row) => row[0] < this.#to);
      if (page.length > 0) {
        yield page;
        cursor = page.at(-1)![0] + this.#timeframe.ms;
      } else {
        const next = raw.length > 0 ? undefined : await this.#firstWindow(cursor);
        if (next === undefined) return;
        cursor = next;
      }
    }
  }

  async #page(since: number, until = this.#windowed ? since + this.#span : undefined): Promise<BarRow[]> {
    const { client, judge } = this.#venue;
    const more = until === undefined ? {} : { until: Math.min(until, this.#to + this.#timeframe.ms) };
    const answer = await withBackoff(
      () => client.fetchOHLCV(this.#symbol, this.#timeframe.id, since, this.#limit, more),
      judge,
      this.#backoff,
    );
    if (!Array.isArray(answer)) throw new OperationalError('corrupt', `${client.name} sent no list of bars`);
    return cleanPage(answer, since, Number.POSITIVE_INFINITY, client.name);
  }

  /** A page that begins later than it should: there are no bars before, or the exchange ignores `since` and gave its newest. */
  async #hasOlder(since: number, first: number): Promise<boolean> {
    const older = await this.#page(since, first - 1);
    return older.some((row) => row[0] < first);
  }

  /**
   * After an empty page: exchanges that read `since` as the start of a window give nothing before the market was listed. Leaps ahead in
   * growing steps to a window with bars, then halves back to the first: some 2·log2(n) requests. Undefined when there is none.
   */
  async #firstWindow(emptyAt: number): Promise<number | undefined> {
    const step = this.#timeframe.ms;
    const lastProbe = this.#to - this.#span;
    const align = (time: number): number => emptyAt + Math.floor((time - emptyAt) / step) * step;
    let empty = emptyAt;
    let probe = emptyAt;
    for (let leap = this.#span; ; leap *= 2) {
      if (probe >= lastProbe) return undefined;
      probe = Math.max(Math.min(probe + leap, align(lastProbe)), empty + step);
      if ((await this.#page(probe)).length > 0) break;
      empty = probe;
    }
    while (probe - empty > this.#span) {
      const middle = align((probe + empty) / 2);
      if ((await this.#page(middle)).length > 0) probe = middle;
      else empty = middle;
    }
    return probe;
  }
}
