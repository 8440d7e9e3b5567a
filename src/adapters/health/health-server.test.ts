import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveHealth, type HealthServer, type HealthTold } from './index.ts';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: IncomingHttpHeaders;
}

async function serving(told: () => HealthTold): Promise<HealthServer> {
  const server = await serveHealth(0, told);
  onTestFinished(() => server.close());
  return server;
}

function ask(port: number, path = '/health', method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((done, refuse) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () => done({ status: response.statusCode!, body, headers: response.headers }));
    });
    sent.on('error', refuse).end();
  });
}

test('tells what it is given, with a status for watchers that read no bodies', async () => {
  let healthy = true;
  const { port } = await serving(() => ({ healthy, level: healthy ? 'normal' : 'halted' }));
  const good = await ask(port);
  expect(good).toMatchObject({ status: 200, headers: { 'cache-control': 'no-store', 'content-type': 'application/json; charset=utf-8' } });
  expect(JSON.parse(good.body)).toEqual({ healthy: true, level: 'normal' });
  expect(await ask(port, '/health', 'HEAD')).toMatchObject({ status: 200, body: '' });
  healthy = false;
  expect(await ask(port)).toMatchObject({ status: 503, body: '{"healthy":false,"level":"halted"}\n' });
});

test('a question that fails is an unhealthy answer, not the end of the process', async () => {
  const { port } = await serving(() => {
    throw new Error('no session yet');
  });
  expect(await ask(port)).toMatchObject({ status: 503, body: '{"healthy":false,"error":"no session yet"}\n' });
});

test('other hosts, other origins, other paths and other methods learn nothing', async () => {
  const { port } = await serving(() => ({ healthy: true, secret: 'position' }));
  const refused = await Promise.all([
    ask(port, '/health', 'GET', { host: 'evil.example' }),
    ask(port, '/health', 'GET', { host: '127.0.0.1.evil.example' }),
    ask(port, '/health', 'GET', { origin: 'https://evil.example' }),
    ask(port, '/../health'),
    ask(port, '/'),
    ask(port, '/health', 'POST'),
    ask(port, '/health', 'DELETE'),
  ]);
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 404, 404, 405, 405]);
  for (const { body, headers } of refused) {
    expect(body).not.toContain('position');
    expect(headers['access-control-allow-origin']).toBeUndefined();
  }
  expect(await ask(port, '/health', 'GET', { host: `localhost:${port}` })).toMatchObject({ status: 200 });
});

test('garbage and silence on the socket do not stop it, and closing does not wait for them', async () => {
  const server = await serveHealth(0, () => ({ healthy: true }));
  const silent = connect(server.port, '127.0.0.1').on('error', () => undefined);
  const noisy = connect(server.port, '127.0.0.1').on('error', () => undefined);
  noisy.write(`GET /health HTTP/1.1\r\nx: ${'a'.repeat(10_000)}\r\n`);
  expect(await ask(server.port)).toMatchObject({ status: 200 });
  await server.close();
  await expect(ask(server.port)).rejects.toThrow('ECONNREFUSED');
  silent.destroy();
  noisy.destroy();
});

test('a port that is taken is refused in one line', async () => {
  const { port } = await serving(() => ({ healthy: true }));
  await expect(serveHealth(port, () => ({ healthy: true }))).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`);
});
