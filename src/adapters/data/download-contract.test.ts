import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { parseTimeframe } from '#domain';
import type { DataSource } from '#data';
import { alpacaSource, ccxtSource, parquetStore } from './index.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const NOW = START + 25.5 * HOUR;
const hourly = parseTimeframe('1h');
const folder = mkdtempSync(join(tmpdir(), 'edgewright-download-'));
afterAll(() => rmSync(folder, { recursive: true }));
let folders = 0;
const freshStore = () => parquetStore(join(folder, String(folders++)));

/** Bars of each full hour; the 26th has not closed at `NOW`. */
const rowAt = (time: number): number[] => {
  const i = (time - START) / HOUR;
  return [time, 100 + i, 101 + i, 99 + i, 100.5 + i, 10 + i];
};
const ALL = Array.from({ length: 26 }, (_, i) => rowAt(START + i * HOUR));
const closes = (from: number, to: number): Float64Array => Float64Array.from(ALL.slice(from, to), (row) => row[4]!);

type Fault = (request: number, response: ServerResponse) => boolean;
interface Asked {
  readonly url: URL;
  /** Hour that the page begins at. */
  readonly from: number;
}

/** A local server that speaks a venue's dialect; `fault` may answer in its place. */
interface Venue {
  readonly name: string;
  readonly symbol: string;
  readonly pageLimit: number;
  /** Answers anything but bars. */
  preamble(url: URL): unknown;
  bars(url: URL, rows: readonly number[][]): unknown;
  from(url: URL): number;
  open(address: string, more: object): DataSource;
}

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body));
};
const iso = (time: number): string => new Date(time).toISOString();

const alpaca: Venue = {
  name: 'alpaca',
  symbol: 'AAPL',
  pageLimit: 10,
  preamble: () => undefined,
  bars: (url, rows) => {
    const at = Number(url.searchParams.get('page_token') ?? 0);
    const [from, to] = ['start', 'end'].map((name) => Date.parse(url.searchParams.get(name)!)) as [number, number];
    const found = rows.filter(([time]) => time! >= from && time! <= to);
    const page = found.slice(at, at + Number(url.searchParams.get('limit')));
    const bars = page.map(([t, o, h, l, c, v]) => ({ t: iso(t!), o, h, l, c, v, n: 1, vw: c }));
    return { bars: { AAPL: bars }, next_page_token: at + page.length < found.length ? String(at + page.length) : null };
  },
  from: (url) => (Date.parse(url.searchParams.get('start')!) - START) / HOUR + Number(url.searchParams.get('page_token') ?? 0),
  open: (address, more) => alpacaSource({ keyId: 'KEYID', secret: 'SECRET', baseUrl: address, adjustment: 'raw', pageLimit: 10, ...more }),
};

const binance: Venue = {
  name: 'ccxt:binance',
  symbol: 'BTC/USDT',
  pageLimit: 10,
  preamble: ({ pathname }) => {
    const market = { symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT', filters: [], permissionSets: [['SPOT']] };
    if (pathname.endsWith('/exchangeInfo')) return { symbols: pathname.startsWith('/api') ? [market] : [], rateLimits: [] };
    return undefined;
  },
  bars: (url, rows) =>
    rows
      .filter(([time]) => time! >= Number(url.searchParams.get('startTime')))
      .slice(0, Number(url.searchParams.get('limit')))
      .map(([time, ...cells]) => [time, ...cells.map(String), time! + HOUR - 1]),
  from: (url) => (Number(url.searchParams.get('startTime')) - START) / HOUR,
  open: (address, more) => ccxtSource({ exchange: 'binance', apiUrl: address, pageLimit: 10, rateLimitMs: 1, ...more }),
};

/** Ignores `since`, pages back from `after`, newest first, and at most seven bars whatever was asked for. */
const blofin: Venue = {
  name: 'ccxt:blofin',
  symbol: 'BTC/USDT:USDT',
  pageLimit: 7,
  preamble: ({ pathname }) =>
    pathname.endsWith('/instruments')
      ? {
          code: '0',
          data: [
            { instId: 'BTC-USDT', instType: 'SWAP', baseCurrency: 'BTC', quoteCurrency: 'USDT', contractType: 'linear', state: 'live' },
          ],
        }
      : undefined,
  bars: (url, rows) => {
    const before = Number(url.searchParams.get('after') ?? Number.POSITIVE_INFINITY);
    const page = rows.filter(([time]) => time! < before).slice(-7);
    return { code: '0', data: page.reverse().map((row) => [...row.map(String), String(row[5]), '1', '1']) };
  },
  from: () => 0,
  open: (address, more) => ccxtSource({ exchange: 'blofin', apiUrl: address, pageLimit: 10, rateLimitMs: 1, ...more }),
};

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function serve(venue: Venue, options: { fault?: Fault; rows?: readonly number[][] } = {}) {
  const asked: Asked[] = [];
  const waits: number[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url!, 'http://local');
    const preamble = venue.preamble(url);
    if (preamble !== undefined) return json(response, preamble);
    asked.push({ url, from: venue.from(url) });
    if (options.fault?.(asked.length, response)) return;
    return json(response, venue.bars(url, options.rows ?? ALL));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
  };
  const url = `http://127.0.0.1:${address.port}`;
  const source = (more: object = {}): DataSource => venue.open(url, { now: () => NOW, backoff: { sleep, maxTries: 4 }, ...more });
  return { asked, waits, source, url };
}

const load = (source: DataSource, venue: Venue, from = START, to?: number) =>
  source.load({ symbol: venue.symbol, timeframe: hourly, from, ...(to === undefined ? {} : { to }) });

describe.each([alpaca, binance, blofin])('$name', (venue) => {
  test('gives all closed bars, page by page, and says where they are from', async () => {
    const { source, asked } = await serve(venue);
    const raw = await load(source(), venue);
    expect(raw.columns.close).toEqual(closes(0, 25));
    expect(raw.columns.time).toEqual(Float64Array.from(ALL.slice(0, 25), (row) => row[0]!));
    expect(raw.columns.volume[24]).toBe(34);
    expect(asked.length).toBeLessThanOrEqual(8);
    expect(raw.provenance).toMatchObject({ kind: 'real', rows: 25, first: iso(START) });
    expect(JSON.stringify(raw.provenance)).not.toMatch(/KEYID|SECRET/);
  });

  test('what is kept is not fetched again; earlier and later dates are added without holes', async () => {
    const { source, asked } = await serve(venue);
    const store = freshStore();
    await load(source({ store }), venue, START + 8 * HOUR, START + 12 * HOUR);
    const later = await load(source({ store }), venue, START + 20 * HOUR);
    expect(later.columns.close).toEqual(closes(20, 25));
    expect((await store.read(venue.symbol, hourly))!.bars.close).toEqual(closes(8, 25));
    const all = await load(source({ store }), venue);
    expect(all.columns.close).toEqual(closes(0, 25));
    const before = asked.length;
    const again = await load(source({ store }), venue);
    expect([again, asked.length - before]).toEqual([all, 0]);
    const direct = await load(source(), venue);
    expect(direct).toEqual(all);
  });

  test('pages in disorder and with repeats are put right', async () => {
    const mixed = venue === alpaca ? [...ALL.slice(3, 12), ...ALL.slice(0, 5), ...ALL.slice(12)] : ALL;
    const fault: Fault = (_, response) => {
      if (venue !== binance) return false;
      json(
        response,
        [...ALL].reverse().flatMap((row) => [row, row]),
      );
      return true;
    };
    const { source } = await serve(venue, { rows: mixed, fault });
    expect((await load(source(), venue)).columns.close).toEqual(closes(0, 25));
  });

  test('429 is waited out as asked, 500 and broken JSON are tried again', async () => {
    const fault: Fault = (request, response) => {
      if (request === 1) response.writeHead(429, { 'retry-after': '7' }).end('{}');
      else if (request === 2) json(response, '{"message":"oops"}', 500);
      else if (request === 3) json(response, '<html>sign in</html>');
      return request <= 3;
    };
    const { source, waits } = await serve(venue, { fault });
    expect((await load(source(), venue)).columns.close).toEqual(closes(0, 25));
    expect(waits).toEqual([7000, 1000, 2000]);
  });

  test('a storm of 500 ends after the tries, a wait too long at once; what came before is kept', async () => {
    const { source, asked } = await serve(venue, {
      fault: (_, response) => {
        response.writeHead(503).end('<html>down</html>');
        return true;
      },
    });
    await expect(load(source(), venue)).rejects.toMatchObject({ name: 'OperationalError', code: 'unavailable' });
    expect(asked.length).toBe(4);
    const patient = await serve(venue, {
      fault: (_, response) => {
        response.writeHead(429, { 'retry-after': '3600' }).end('{}');
        return true;
      },
    });
    await expect(load(patient.source(), venue)).rejects.toMatchObject({ code: 'rate_limit', message: /3600 s/ });
    expect([patient.asked.length, patient.waits]).toEqual([1, []]);
  });

  test('no bars, refused connection, unknown timeframe: one clear line', async () => {
    const empty = await serve(venue, { rows: [] });
    await expect(load(empty.source(), venue)).rejects.toThrow(`no 1h bars of ${venue.symbol}`);
    expect(empty.asked.length).toBeLessThan(12);
    const { source } = await serve(venue);
    open.splice(0).forEach((close) => close());
    const error = await load(source(), venue).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'OperationalError', code: 'unavailable', message: /cannot be reached.*4 tries/ });
    expect(String(error)).not.toMatch(/\n|KEYID|SECRET/);
    const { source: other } = await serve(venue);
    await expect(other().load({ symbol: venue.symbol, timeframe: parseTimeframe('7s') })).rejects.toThrow(/has no 7s bars/);
  });

  test('keys refused: auth, not tried again, no key in the message', async () => {
    const body =
      venue === binance ? { code: -2015, msg: 'Invalid API-key KEYID' } : { code: '152401', msg: 'bad key', message: 'bad KEYID' };
    const { source, asked } = await serve(venue, {
      fault: (_, response) => {
        json(response, body, 401);
        return true;
      },
    });
    const error = await load(source(), venue).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'auth' });
    if (venue === alpaca) expect(String(error)).not.toContain('KEYID');
    expect(asked.length).toBe(1);
  });
});

test.each([alpaca, binance])('$name: killed between pages, the next run fetches only the rest', async (venue) => {
  const child = { kill: () => {} };
  let killed = false;
  const { source, asked, url } = await serve(venue, {
    fault: (request) => {
      if (killed || request < 3) return false;
      killed = true;
      child.kill();
      return true;
    },
  });
  const path = join(folder, String(folders++));
  const options = { keyId: 'KEYID', secret: 'SECRET', adjustment: 'raw', exchange: 'binance', pageLimit: 10, rateLimitMs: 1 };
  const code = `import { ${venue === alpaca ? 'alpacaSource' : 'ccxtSource'} as open, parquetStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    const source = open({ ...${JSON.stringify({ ...options, baseUrl: url, apiUrl: url })}, store: parquetStore(${JSON.stringify(path)}), now: () => ${NOW} });
    await source.load({ symbol: '${venue.symbol}', timeframe: { id: '1h', ms: ${HOUR} }, from: ${START} });`;
  const running = spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
  child.kill = () => running.kill('SIGKILL');
  const [, signal] = await new Promise<[number | null, string | null]>((resolve) => running.on('exit', (...end) => resolve(end)));
  expect(signal).toBe('SIGKILL');
  expect(readdirSync(path).every((name) => name.endsWith('.part'))).toBe(true);
  const before = asked.length;
  const raw = await load(source({ store: parquetStore(path) }), venue);
  expect(raw.columns.close).toEqual(closes(0, 25));
  // The last kept bar is asked for once more, nothing before it.
  expect(Math.min(...asked.slice(before).map(({ from }) => from))).toBe(19);
  expect(existsSync(join(path, `${encodeURIComponent(venue.symbol)}-1h.part`))).toBe(false);
});

test.each([alpaca, binance])('$name: earlier dates that were interrupted leave no hole, whatever is asked for next', async (venue) => {
  let refuse = false;
  let allowed = 0;
  const { source } = await serve(venue, {
    fault: (_, response) => {
      if (!refuse || allowed-- > 0) return false;
      json(response, { code: -2015, msg: 'no', message: 'no' }, 401);
      return true;
    },
  });
  const store = freshStore();
  await load(source({ store }), venue, START + 16 * HOUR, START + 20 * HOUR);
  [refuse, allowed] = [true, 1];
  await expect(load(source({ store, pageLimit: 4 }), venue)).rejects.toMatchObject({ code: 'auth' });
  refuse = false;
  const later = await load(source({ store }), venue, START + 18 * HOUR);
  expect(later.columns.close).toEqual(closes(18, 25));
  expect((await store.read(venue.symbol, hourly))!.bars.close).toEqual(closes(0, 25));
});

test('alpaca: adjusted history that changed is fetched anew; reset header, crypto address, feed and dates', async () => {
  let factor = 1;
  const halved = (url: URL): unknown =>
    alpaca.bars(
      url,
      ALL.map(([time, ...cells]) => [time!, ...cells.map((cell) => cell * factor)]),
    );
  const { source, asked } = await serve({ ...alpaca, bars: halved });
  const store = freshStore();
  await load(source({ store, adjustment: 'all' }), alpaca, START, START + 12 * HOUR);
  factor = 0.5;
  const raw = await load(source({ store, adjustment: 'all' }), alpaca);
  expect(raw.columns.close).toEqual(closes(0, 25).map((close) => close / 2));
  const earlier = freshStore();
  factor = 1;
  await load(source({ store: earlier, adjustment: 'all' }), alpaca, START + 12 * HOUR, START + 16 * HOUR);
  factor = 0.5;
  expect((await load(source({ store: earlier, adjustment: 'all' }), alpaca, START, START + 14 * HOUR)).columns.close).toEqual(
    closes(0, 14).map((close) => close / 2),
  );
  expect((await earlier.read('AAPL', hourly))!.bars.close).toEqual(closes(0, 16).map((close) => close / 2));
  expect(asked[0]!.url.search).toContain('sort=asc&feed=iex&adjustment=all');
  const limited = await serve(alpaca, {
    fault: (request, response) => {
      if (request > 1) return false;
      response.writeHead(429, { 'x-ratelimit-reset': String((NOW + 9000) / 1000) }).end('{}');
      return true;
    },
  });
  await load(limited.source(), alpaca);
  expect(limited.waits).toEqual([9000]);
  const crypto = await serve({ ...alpaca, bars: () => ({ bars: { 'BTC/USD': [{ t: iso(START), o: 1, h: 1, l: 1, c: 1, v: 1 }] } }) });
  const opened = crypto.source({ symbols: ['BTC/USD'] });
  await opened.load({ symbol: 'BTC/USD', timeframe: hourly, from: START });
  expect([crypto.asked[0]!.url.pathname, crypto.asked[0]!.url.searchParams.has('feed'), opened.describe().venueHours]).toEqual([
    '/v1beta3/crypto/us/bars',
    false,
    'always',
  ]);
  const t = '2024-01-02T05:00:00Z';
  const dated = await serve({ ...alpaca, bars: () => ({ bars: { AAPL: [{ t, o: 1, h: 1, l: 1, c: 1, v: 1 }] } }) });
  const day = await dated
    .source({ now: () => Date.UTC(2024, 0, 4) })
    .load({ symbol: 'AAPL', timeframe: parseTimeframe('1d'), from: START });
  expect(day.provenance.first).toBe('2024-01-02T00:00:00.000Z');
  await expect(
    dated.source({ now: () => Date.UTC(2024, 0, 2, 20) }).load({ symbol: 'AAPL', timeframe: parseTimeframe('1d') }),
  ).rejects.toThrow('no 1d bars');
  expect(() => alpacaSource({ keyId: '', secret: 'x' })).toThrow('needs your keys');
});

test('alpaca: daily bars, stamped at midnight in New York, are compared and fetched anew after a dividend', async () => {
  let factor = 1;
  const midnights = Array.from({ length: 8 }, (_, day) => [START + day * 24 * HOUR + 5 * HOUR, 100, 102, 99, 101, 10]);
  const venue = {
    ...alpaca,
    bars: (url: URL) =>
      alpaca.bars(
        url,
        midnights.map(([time, ...cells]) => [time!, ...cells.map((cell) => cell * factor)]),
      ),
  };
  const { source, asked } = await serve(venue);
  const store = freshStore();
  const daysTo = (day: number) => {
    const opened = source({ store, adjustment: 'all', now: () => START + 30 * 24 * HOUR });
    return opened.load({ symbol: 'AAPL', timeframe: parseTimeframe('1d'), from: START, to: START + day * 24 * HOUR });
  };
  expect((await daysTo(3)).columns.close).toEqual(Float64Array.of(101, 101, 101));
  await daysTo(5);
  expect(asked.length).toBe(3);
  factor = 0.99;
  expect((await daysTo(8)).columns.close).toEqual(new Float64Array(8).fill(101 * 0.99));
});

test('ccxt: package, exchange and symbol that are not there, each with a way out', async () => {
  const missing = () => {
    throw new Error('no such package');
  };
  const wanted = { symbol: 'BTCUSDT', timeframe: hourly };
  await expect(ccxtSource({ exchange: 'kraken', resolvePackage: missing }).load(wanted)).rejects.toMatchObject({
    hint: 'Install it: npm install ccxt',
  });
  await expect(ccxtSource({ exchange: 'krakn' }).load(wanted)).rejects.toMatchObject({ hint: 'Did you mean "kraken"?' });
  const { source } = await serve(binance);
  await expect(source().load(wanted)).rejects.toMatchObject({ message: 'Binance has no market BTCUSDT', hint: 'Did you mean "BTC/USDT"?' });
});

test('ccxt: a market younger than the dates asked for is found in few requests', async () => {
  /** Reads `startTime` as the start of a window of `limit` bars, as several exchanges do. */
  const windows: Venue = {
    ...binance,
    bars: (url, rows) => {
      const from = Number(url.searchParams.get('startTime'));
      return binance.bars(
        url,
        rows.filter(([time]) => time! < from + Number(url.searchParams.get('limit')) * HOUR),
      );
    },
  };
  const { source, asked } = await serve(windows);
  expect((await load(source(), windows, Date.UTC(2018, 0, 1))).columns.close).toEqual(closes(0, 25));
  expect(asked.length).toBeLessThan(40);
});
