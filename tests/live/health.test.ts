import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { writeKill } from '#adapters/state';
import { scratch } from './fixtures.ts';

interface Told {
  readonly healthy: boolean;
  readonly level: string;
  readonly run: string;
  readonly lastBar: string;
  readonly components: readonly { readonly name: string; readonly healthy: boolean }[];
  readonly holds: readonly { readonly name: string; readonly reason: string }[];
  readonly guards: readonly { readonly name: string; readonly level: string }[];
}

test('a session tells its level, components and breaker while it runs, and a kill as unhealthy; when it stops nobody answers', async () => {
  const folder = scratch();
  const main = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url));
  const line =
    'paper --strategy macd --source synthetic --symbols SYN1,SYN2 --set data.syntheticBars=900 --speed 40 --health 0 --json'.split(' ');
  const child = spawn(process.execPath, [main, ...line, '--state', join(folder, 'state')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const place = (): string | undefined => /http:\/\/127\.0\.0\.1:\d+\/health/.exec(said)?.[0];
  while (place() === undefined) await wait(20);
  const told = async (status: number): Promise<Told> => {
    for (;;) {
      const response = await fetch(place()!);
      const body = (await response.json()) as Told;
      if (response.status === status && body.lastBar !== null) return body;
      await wait(20);
    }
  };
  const well = await told(200);
  expect(well).toMatchObject({ healthy: true, level: 'normal', holds: [] });
  expect(well.components.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['reconciliation', 'feed', 'account', 'kill switch', 'crash loop', 'disk', 'correlation breaker']),
  );
  expect(well.guards).toMatchObject([{ name: 'correlation breaker' }]);
  expect(well.lastBar).toMatch(/^\d{4}-/);
  writeKill(join(folder, 'state'), { killed: true, why: 'drill', flatten: false, at: '2024-01-01T00:00:00.000Z' });
  const killed = await told(503);
  expect(killed).toMatchObject({ healthy: false, holds: [{ name: 'kill switch', reason: 'killed by hand: drill' }] });
  child.kill('SIGTERM');
  await once(child, 'exit');
  await expect(fetch(place()!)).rejects.toThrow();
});
