import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { pipelineConfigSchema } from '#research';
import { builtInSlices } from '../../src/apps/slices/built-in.ts';
import { scratchFolder } from './run-cli.ts';

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

test('the slice backtest has the limits of the configuration, as the command has', async () => {
  const folder = scratchFolder();
  const tradesWith = async (risk: Readonly<Record<string, number>>): Promise<number> => {
    const config = pipelineConfigSchema.parse({ risk });
    const io = { stdout: nowhere, stderr: nowhere, environment: {}, cwd: folder };
    const slice = await builtInSlices({ config, io, logFolder: folder })
      .find(({ name }) => name === 'backtest')!
      .create();
    const answer = (await slice.call({ symbols: ['AAPL'] } as never)) as { readonly trades: number };
    return answer.trades;
  };
  expect(await tradesWith({})).toBeGreaterThan(0);
  // Each order of it is worth more than a hundred.
  expect(await tradesWith({ maxOrderNotional: 100 })).toBe(0);
});
