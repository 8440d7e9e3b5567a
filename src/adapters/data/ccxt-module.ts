import { readdir } from 'node:fs/promises';
import { didYouMean, OperationalError, UserError } from '#core';
import { retryAfterMs, shortText, type JudgedFailure } from './backoff.ts';

export interface CcxtMarket {
  readonly symbol: string;
  /** When it was listed, UTC milliseconds, where the exchange says so. */
  readonly created?: number | undefined;
}

type Leaf = string | { [name: string]: Leaf };
type HandleErrors = (
  status: number,
  reason: string,
  url: string,
  method: string,
  headers: Headers,
  body: string,
  parsed: unknown,
  ...rest: unknown[]
) => unknown;
type Headers = Readonly<Record<string, string>>;

/** The part of a ccxt exchange that reading bars needs. */
export interface CcxtExchange {
  readonly id: string;
  readonly name: string;
  readonly has: Readonly<Record<string, unknown>>;
  readonly timeframes?: Readonly<Record<string, unknown>>;
  readonly features?: { readonly spot?: { readonly fetchOHLCV?: { readonly limit?: number } } };
  readonly urls: { api: Leaf };
  readonly markets?: Readonly<Record<string, CcxtMarket>>;
  handleErrors: HandleErrors;
  loadMarkets(): Promise<unknown>;
  fetchOHLCV(symbol: string, timeframe: string, since: number, limit: number, parameters: Record<string, unknown>): Promise<unknown>;
}

/** An exchange and what its last answer asked of us. */
export interface OpenedExchange {
  readonly client: CcxtExchange;
  /** Turns what ccxt threw into an error of ours. */
  readonly judge: (error: unknown) => JudgedFailure;
}

export interface ExchangeOptions {
  readonly exchange: string;
  /** Replaces scheme and host of every address of the exchange, for a proxy of your own or a local server. */
  readonly apiUrl?: string | undefined;
  readonly timeoutMs: number;
  readonly rateLimitMs?: number | undefined;
  readonly now: () => number;
  /** Finds the package's entry; a URL. */
  readonly resolvePackage?: (() => string) | undefined;
}

/** Loads the one module of that exchange: all hundred of them take four times as long and 70 MB more. */
export async function openExchange(options: ExchangeOptions): Promise<OpenedExchange> {
  const { exchange } = options;
  const entry = packageEntry(exchange, options.resolvePackage ?? (() => import.meta.resolve('ccxt')));
  const folder = new URL('./src/', entry);
  const known = (await readdir(folder)).flatMap((name) => /^([a-z0-9]+)\.js$/.exec(name)?.[1] ?? []);
  if (!known.includes(exchange))
    throw new UserError(
      exchange === '' ? 'source "ccxt" needs the name of an exchange' : `ccxt has no exchange "${exchange}"`,
      exchange === '' ? 'For example ccxt:kraken.' : didYouMean(exchange, known),
    );
  const loaded = (await import(new URL(`${exchange}.js`, folder).href)) as { default: new (settings: object) => CcxtExchange };
  const client = new loaded.default({
    enableRateLimit: true,
    timeout: options.timeoutMs,
    ...(options.rateLimitMs === undefined ? {} : { rateLimit: options.rateLimitMs }),
    options: { maxRetriesOnFailure: 0 },
  });
  if (options.apiUrl !== undefined) client.urls.api = redirected(client.urls.api, options.apiUrl.replace(/\/+$/, ''));
  let retryAfter: number | undefined;
  let status = 0;
  listenToAnswers(client, (code, headers) => {
    status = code;
    retryAfter = retryAfterMs(headers['Retry-After'], options.now());
  });
  return {
    client,
    judge: (error) => {
      const judgement = { error: judged(client.name, error, status), ...(retryAfter === undefined ? {} : { waitMs: retryAfter }) };
      [status, retryAfter] = [0, undefined];
      return judgement;
    },
  };
}

function packageEntry(exchange: string, resolvePackage: () => string): string {
  try {
    return resolvePackage();
  } catch (cause) {
    throw new UserError(`source "ccxt:${exchange}" needs the package ccxt, which is not installed`, 'Install it: npm install ccxt', {
      cause,
    });
  }
}

function redirected(urls: Leaf, origin: string): Leaf {
  if (typeof urls === 'string') return urls.replace(/^https?:\/\/[^/]+/, origin);
  return Object.fromEntries(Object.entries(urls).map(([name, leaf]) => [name, redirected(leaf, origin)]));
}

/** Marks an answer that is no JSON though its status is fine (a login page of a hotel network): ccxt alone would read it as "no bars". */
class NoJson extends Error {
  override readonly name = 'NoJson';
}

function listenToAnswers(client: CcxtExchange, heard: (status: number, headers: Headers) => void): void {
  const original = client.handleErrors.bind(client);
  client.handleErrors = (status, reason, url, method, headers, body, parsed, ...rest) => {
    heard(status, headers);
    if (status < 300 && (parsed === undefined || parsed === null)) throw new NoJson(`no JSON: ${shortText(body).slice(0, 60)}`);
    return original(status, reason, url, method, headers, body, parsed, ...rest);
  };
}

/** `status` of the last answer, 0 when there was none: some exchanges' modules call 429 something else. */
function judged(name: string, error: unknown, status: number): Error {
  if (error instanceof UserError || error instanceof OperationalError) return error;
  const kinds = classNames(error);
  const text = shortText(error instanceof Error ? error.message : String(error));
  const cause = { cause: error };
  if (status === 429 || status === 418 || kinds.includes('RateLimitExceeded') || kinds.includes('DDoSProtection'))
    return new OperationalError('rate_limit', `${name} asks for fewer requests: ${text}`, cause);
  if (kinds.includes('RequestTimeout') || /fetch failed|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET/.test(text))
    return new OperationalError('unavailable', `${name} cannot be reached: ${text}`, cause);
  if (kinds.includes('OperationFailed') || kinds.includes('NoJson'))
    return new OperationalError('unavailable', `${name} does not answer as it should: ${text}`, cause);
  if (kinds.includes('AuthenticationError')) return new OperationalError('auth', `${name} refuses access: ${text}`, cause);
  if (kinds.includes('BadSymbol')) return new UserError(text, 'Check the symbol.', cause);
  if (kinds.includes('BaseError')) return new OperationalError('rejected', `${name} refuses the request: ${text}`, cause);
  return new OperationalError('corrupt', `${name} sent something unexpected: ${text}`, cause);
}

/** The names of an error's classes, from its own to the root; ccxt's classes are not ours to import before they are needed. */
function classNames(error: unknown): string[] {
  const names: string[] = [];
  for (let at: unknown = error; at instanceof Object; at = Object.getPrototypeOf(at) as unknown) names.push(at.constructor.name);
  return names;
}
