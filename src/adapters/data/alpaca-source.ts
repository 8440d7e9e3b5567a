import { DAY_MS, HOUR_MS, MINUTE_MS, OperationalError, toIso, UserError } from '#core';
import { venueCalendar, type Timeframe } from '#domain';
import type { DataRequest, DataSource } from '#data';
import { retryAfterMs, shortText, withBackoff, type BackoffOptions, type JudgedFailure } from './backoff.ts';
import { cleanPage, downloadBars } from './paged-download.ts';
import type { ParquetStore } from './parquet-store.ts';
import type { BarRow } from './partial-download.ts';

export interface AlpacaSourceOptions {
  readonly keyId: string;
  readonly secret: string;
  /** Default `https://data.alpaca.markets`. */
  readonly baseUrl?: string | undefined;
  /** `iex`: one exchange, free. `sip`: all exchanges; a free account gets it 15 minutes late. Default `iex`. */
  readonly feed?: 'iex' | 'sip' | 'otc' | undefined;
  /** What past prices are adjusted for; default `all` (splits and dividends). Not used for crypto. */
  readonly adjustment?: 'raw' | 'split' | 'dividend' | 'all' | undefined;
  /** Keeps what was downloaded. One folder for each pair of feed and adjustment: their prices differ. */
  readonly store?: ParquetStore | undefined;
  /** Symbols that will be asked for; only to say the venue's hours. */
  readonly symbols?: readonly string[] | undefined;
  /** Bars a page; default and most 10,000. */
  readonly pageLimit?: number;
  /** For one request; default 20,000. */
  readonly timeoutMs?: number;
  readonly backoff?: BackoffOptions;
  readonly now?: () => number;
}

interface BarsAnswer {
  readonly bars?: Readonly<Record<string, readonly AlpacaBar[]>> | null;
  readonly next_page_token?: string | null;
}

interface AlpacaBar {
  readonly t: string;
  readonly o: number;
  readonly h: number;
  readonly l: number;
  readonly c: number;
  readonly v: number;
}

const EARLIEST_STOCKS = Date.UTC(2016, 0, 1);
const EARLIEST_CRYPTO = Date.UTC(2021, 0, 1);
/** Accounts without a subscription may not ask for consolidated data younger than this. */
const SIP_DELAY_MS = 16 * MINUTE_MS;

/**
 * Bars of US stocks, and of crypto pairs (symbols with a slash), from Alpaca's market data over REST. Plain `fetch` rather than the
 * SDK: one GET with two headers needs no dependency, and the SDK hides the headers that say how long to wait. The keys go into these
 * headers only: errors are cleaned of them, redirects are refused. Stock bars of a day or longer carry the trading date at 00:00Z.
 * Throws `UserError` for wrong settings or symbols, `OperationalError` (`auth`, `rate_limit`, `unavailable`, `rejected`, `corrupt`).
 */
export function alpacaSource(options: AlpacaSourceOptions): DataSource {
  const { keyId, secret, feed = 'iex', adjustment = 'all', store, now = Date.now } = options;
  if (keyId === '' || secret === '')
    throw new UserError('source "alpaca" needs your keys', 'Set EDGEWRIGHT_ALPACA_KEY and EDGEWRIGHT_ALPACA_SECRET.');
  const base = baseOf(options.baseUrl ?? 'https://data.alpaca.markets');
  const crypto = (options.symbols ?? []).some(isCrypto);
  if (crypto && !options.symbols!.every(isCrypto))
    throw new UserError('stocks and crypto pairs trade at different hours', 'Ask for them in separate runs.');
  return {
    id: 'alpaca',
    describe: () => ({
      text: `${crypto ? 'Crypto bars' : `US stock bars, feed ${feed}, adjustment ${adjustment}`}, real, fetched from Alpaca`,
      kind: 'real',
      venueHours: crypto ? 'always' : 'us_equity',
    }),
    // Too many to list; and what happens to be kept must not decide what a run is about.
    list: async () => [],
    load: async (request) => {
      const pair = isCrypto(request.symbol);
      const frame = alpacaTimeframe(request.timeframe);
      return downloadBars({
        request,
        earliest: pair ? EARLIEST_CRYPTO : EARLIEST_STOCKS,
        now: !pair && feed === 'sip' ? now() - SIP_DELAY_MS : now(),
        store,
        pages: (from, to) => barPages({ ...options, feed, adjustment, now }, base, request, frame, from, to),
        revised: pair || adjustment === 'raw' ? 'keep_newer' : 'refetch',
        provenance: {
          what: `${request.symbol} ${request.timeframe.id} bars of Alpaca`,
          licence: 'terms of Alpaca',
          retrievedFrom: pair ? 'alpaca: crypto, us' : `alpaca: stocks, feed ${feed}, adjustment ${adjustment}`,
          transformations: pair || request.timeframe.ms < DAY_MS ? [] : ['bar times set to the trading date at 00:00Z'],
        },
      });
    },
  };
}

const isCrypto = (symbol: string): boolean => symbol.includes('/');

function baseOf(text: string): string {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(`"${shortText(text)}" is no address of a data server`, 'For example https://data.alpaca.markets.');
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function alpacaTimeframe({ id, ms }: Timeframe): string {
  const count = Number.parseInt(id, 10);
  if (id.endsWith('m') && count < 60) return `${ms / MINUTE_MS}Min`;
  if (id.endsWith('h') && count < 24) return `${ms / HOUR_MS}Hour`;
  if (ms === DAY_MS) return '1Day';
  if (ms === 7 * DAY_MS) return '1Week';
  throw new UserError(`Alpaca has no ${id} bars`, 'Use 1m to 59m, 1h to 23h, 1d or 1w.');
}

type Settled = AlpacaSourceOptions & Required<Pick<AlpacaSourceOptions, 'now'>>;

async function* barPages(
  options: Settled,
  base: string,
  request: DataRequest,
  frame: string,
  from: number,
  to: number,
): AsyncGenerator<readonly BarRow[]> {
  const { symbol, timeframe } = request;
  const pair = isCrypto(symbol);
  const url = new URL(`${base}${pair ? '/v1beta3/crypto/us/bars' : '/v2/stocks/bars'}`);
  const query = { symbols: symbol, timeframe: frame, start: toIso(from), end: toIso(to - 1), limit: String(options.pageLimit ?? 10_000) };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.searchParams.set('sort', 'asc');
  if (!pair) {
    url.searchParams.set('feed', options.feed!);
    url.searchParams.set('adjustment', options.adjustment!);
  }
  const seen = new Set<string>();
  for (;;) {
    const answer = await withBackoff(() => getBars(url, options), judge(options), options.backoff);
    const rows = (answer.bars?.[symbol] ?? []).map((bar) => rowOf(bar, !pair && timeframe.ms >= DAY_MS));
    const page = cleanPage(rows, from, to, 'Alpaca');
    if (page.length > 0) yield page;
    const token = answer.next_page_token;
    if (token === null || token === undefined || token === '') return;
    if (seen.has(token)) throw new OperationalError('corrupt', 'Alpaca names the same next page twice');
    seen.add(token);
    url.searchParams.set('page_token', token);
  }
}

const calendar = venueCalendar('us_equity');

function rowOf(bar: AlpacaBar, daily: boolean): readonly unknown[] {
  const time = Date.parse(bar.t);
  return [daily && Number.isFinite(time) ? calendar.dateOf(time) : time, bar.o, bar.h, bar.l, bar.c, bar.v];
}

/** An answer that is no success, with what matters of its headers. */
class HttpFailure extends Error {
  override readonly name = 'HttpFailure';
  readonly status: number;
  readonly waitMs: number | undefined;

  constructor(status: number, message: string, waitMs: number | undefined) {
    super(message);
    this.status = status;
    this.waitMs = waitMs;
  }
}

async function getBars(url: URL, options: Settled): Promise<BarsAnswer> {
  const { keyId, secret, timeoutMs = 20_000, now } = options;
  const response = await fetch(url, {
    headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secret, accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  const parsed = parse(text);
  if (!response.ok) {
    const said = parsed instanceof Object && 'message' in parsed ? String(parsed.message) : text;
    throw new HttpFailure(response.status, shortText(said, [keyId, secret]), waitOf(response.headers, now()));
  }
  if (!(parsed instanceof Object)) throw new HttpFailure(200, 'its answer is not JSON', undefined);
  return parsed as BarsAnswer;
}

/** `Retry-After`, else `X-RateLimit-Reset` (the second of the epoch when the limit is lifted). */
function waitOf(headers: Headers, now: number): number | undefined {
  const reset = Number(headers.get('x-ratelimit-reset') ?? Number.NaN);
  const asked = retryAfterMs(headers.get('retry-after'), now);
  return asked ?? (Number.isFinite(reset) && reset > 0 ? Math.max(1000, reset * 1000 - now) : undefined);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function judge({ keyId, secret }: Settled): (error: unknown) => JudgedFailure {
  return (error) => {
    if (error instanceof UserError || error instanceof OperationalError) return { error };
    if (!(error instanceof HttpFailure)) {
      // The cause of a failed fetch names the system's fault (refused, unknown host); it never holds headers.
      const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
      const text = inner instanceof Error ? inner.message || ('code' in inner ? String(inner.code) : inner.name) : String(inner);
      return { error: new OperationalError('unavailable', `Alpaca cannot be reached: ${shortText(text, [keyId, secret])}`) };
    }
    const wait = error.waitMs === undefined ? {} : { waitMs: error.waitMs };
    return { error: ofStatus(error.status, error.message), ...(error.status === 429 || error.status >= 500 ? wait : {}) };
  };
}

function ofStatus(status: number, message: string): Error {
  if (status === 429) return new OperationalError('rate_limit', `Alpaca asks for fewer requests: ${message}`);
  if (status >= 500 || status === 408)
    return new OperationalError('unavailable', `Alpaca does not answer as it should: ${status} ${message}`);
  if (status === 200) return new OperationalError('unavailable', `Alpaca does not answer as it should: ${message}`);
  if (status === 403 && /subscription|sip/i.test(message))
    return new OperationalError('rejected', `Alpaca refuses this feed: ${message}; choose feed iex`);
  if (status === 401 || status === 403)
    return new OperationalError('auth', `Alpaca refuses your keys (${status}); check EDGEWRIGHT_ALPACA_KEY and EDGEWRIGHT_ALPACA_SECRET`);
  if (status === 400 || status === 422) return new UserError(`Alpaca refuses the request: ${message}`, 'Check the symbol and the dates.');
  return new OperationalError('rejected', `Alpaca refuses the request: ${status} ${message}`);
}
