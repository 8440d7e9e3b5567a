import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UserError } from '#core';

/** What `GET /health` answers. */
export interface HealthTold {
  /** False answers 503, for a watcher that reads no bodies. */
  readonly healthy: boolean;
  readonly [field: string]: unknown;
}

export interface HealthServer {
  readonly port: number;
  close(): Promise<void>;
}

/** No other address is ever listened on: what a session trades is nobody else's business. */
const ADDRESS = '127.0.0.1';

const HEADERS = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
};

/** Slow or greedy clients are cut off; the session goes on whatever they do. */
const LIMITS = {
  headersTimeout: 5000,
  requestTimeout: 5000,
  keepAliveTimeout: 1000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: 4096,
};
const MAX_CONNECTIONS = 16;

/**
 * Serves `GET /health` on 127.0.0.1 until closed; port 0 takes a free one. `told` is asked at each request; when it throws, the answer is
 * a 503 with the reason. Requests that name another host (a page that has its name point here) or come from a page of another origin are refused. Does not
 * keep the process alive. Throws `UserError` for a port that cannot be had.
 */
export async function serveHealth(port: number, told: () => HealthTold): Promise<HealthServer> {
  const server = createServer(LIMITS, (request, response) => {
    // A body is not read; the connection ends with the answer.
    response.setHeader('connection', 'close');
    const [status, body] = answer(request, told);
    send(response, status, body, request.method === 'HEAD');
  });
  server.maxConnections = MAX_CONNECTIONS;
  await new Promise<void>((done, refuse) => {
    server.once('error', (error) => refuse(portFault(error, port)));
    server.listen(port, ADDRESS, done);
  });
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

function answer(request: IncomingMessage, told: () => HealthTold): readonly [status: number, body: Readonly<Record<string, unknown>>] {
  const { method, url, headers } = request;
  if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(headers.host ?? '')) return [403, { error: 'ask 127.0.0.1 or localhost' }];
  if (headers.origin !== undefined) return [403, { error: 'pages of other origins may not ask' }];
  if (url !== '/health') return [404, { error: 'there is /health' }];
  if (method !== 'GET' && method !== 'HEAD') return [405, { error: 'only GET' }];
  try {
    const body = told();
    return [body.healthy ? 200 : 503, body];
  } catch (error) {
    return [503, { healthy: false, error: error instanceof Error ? error.message : String(error) }];
  }
}

function send(response: ServerResponse, status: number, body: Readonly<Record<string, unknown>>, headOnly: boolean): void {
  response.writeHead(status, status === 405 ? { ...HEADERS, allow: 'GET, HEAD' } : HEADERS);
  response.end(headOnly ? undefined : `${JSON.stringify(body)}\n`);
}

function portFault(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new UserError(`port ${port} of ${ADDRESS} is taken`, 'Give another one: --health 9471', { cause: error });
  if (error.code === 'EACCES')
    return new UserError(`port ${port} needs more rights than this process has`, 'Give one above 1023: --health 9470', { cause: error });
  return error;
}
