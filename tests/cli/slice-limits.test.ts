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

test('the strategy slice writes an article that fits the name of the regime', async () => {
  const io = { stdout: nowhere, stderr: nowhere, environment: {}, cwd: scratchFolder() };
  const slice = await builtInSlices({ config: pipelineConfigSchema.parse({}), io, logFolder: io.cwd })
    .find(({ name }) => name === 'ml_strategy')!
    .create();
  const reasonIn = async (name: string): Promise<string> => {
    const analysis = { symbol: 'AAPL', lastClose: 100, volatility: 0.01, trend: 3, reason: '' };
    const answer = await slice.call({ symbol: 'AAPL', bars: [], analysis, regime: { name, probability: 1, reason: '' } } as never);
    return (answer as { readonly reason: string }).reason;
  };
  expect(await reasonIn('up')).toBe('trend t 3.0 in an up market');
  expect(await reasonIn('calm')).toBe('trend t 3.0 in a calm market');
});
