import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { discoverSlices } from '#adapters/workflow';
import {
  adaptSlice,
  buildSliceRegistry,
  defineSlice,
  executeTradingCycle,
  type SliceFactory,
  sliceFromModule,
  sliceNames,
} from '#workflow';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'slices-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

const orders: unknown[] = [];
const events: unknown[] = [];
const slices = [
  defineSlice('data', ({ symbol }) => ({
    symbol,
    source: 'test',
    bars: [10, 11, 12].map((close, index) => ({ timeMs: index, open: close, high: close, low: close, close, volume: 1 })),
  })),
  adaptSlice('analyze', (closes: readonly number[]) => closes.at(-1)! - closes[0]!, {
    input: ({ bars }) => bars.map((bar) => bar.close),
    output: (trend, { symbol, bars }) => ({
      symbol,
      lastClose: bars.at(-1)!.close,
      volatility: 0.1,
      trend,
      reason: 'last close against the first',
    }),
  }),
  defineSlice('market_regime', () => ({ name: 'calm', probability: 0.9, reason: 'low volatility' })),
  defineSlice('ml_strategy', ({ analysis }) => ({
    strategy: 'trend',
    direction: analysis.trend > 0 ? ('long' as const) : ('flat' as const),
    confidence: 0.6,
    stop: 11,
    target: 14,
    reason: 'follows the trend',
  })),
  defineSlice('position_sizing', ({ equity, analysis }) => ({
    fraction: 0.1,
    quantity: (equity * 0.1) / analysis.lastClose,
    reason: 'a tenth of equity',
  })),
  defineSlice('paper_trade', (order) => {
    orders.push(order);
    return { status: 'filled', quantity: order.quantity, price: order.lastClose, reason: 'filled at the close' };
  }),
  defineSlice('monitor', (event) => ({ accepted: events.push(event) > 0 })),
];
const factories = slices.map((slice): SliceFactory => ({ name: slice.name, create: () => slice as never }));
const options = { equity: 1_200, venue: 'paper_trade' as const };

describe('slices', () => {
  test('a cycle gives every decision with its reason', async () => {
    const registry = await buildSliceRegistry(factories, [], () => true);
    const result = await executeTradingCycle(registry, 'AAPL', options);
    expect(result.outcome).toBe('executed');
    expect(result.decisions.map((decision) => decision.slice)).toEqual([
      'data',
      'analyze',
      'market_regime',
      'ml_strategy',
      'position_sizing',
      'paper_trade',
    ]);
    expect(result.decisions.every((decision) => decision.reason !== '')).toBe(true);
    expect(orders.at(-1)).toMatchObject({ quantity: 10, stop: 11, target: 14 });
    expect(events).toHaveLength(1);
    expect(sliceNames).toHaveLength(11);
  });

  test('a failing slice sends no order and is named; a missing package disables only its slice', async () => {
    const sent = orders.length;
    const broken = defineSlice('position_sizing', () => ({ fraction: 99, quantity: 1, reason: 'x' }), 'mine.ts');
    const withCcxt: SliceFactory = { name: 'live_trade', requires: ['ccxt'], create: () => slices[5] as never };
    const registry = await buildSliceRegistry([...factories, withCcxt], [broken as never], (name) => name !== 'ccxt');
    const result = await executeTradingCycle(registry, 'AAPL', options);
    expect(result).toMatchObject({ outcome: 'failed', failedSlice: 'position_sizing' });
    expect(result.decisions.at(-1)?.reason).toContain('(mine.ts) answered in the wrong shape: "fraction"');
    expect(orders).toHaveLength(sent);
    expect(registry.describe()).toContain('live_trade: disabled, it needs ccxt (npm install ccxt)');
  });

  test("a user's own file takes the place of a built-in", async () => {
    const folder = folderWith({
      'regime.mjs': "export const slice = { name: 'market_regime', detect: () => ({ name: 'storm', probability: 1, reason: 'mine' }) };",
    });
    const registry = await buildSliceRegistry(factories, await discoverSlices(folder), () => true);
    expect((await executeTradingCycle(registry, 'AAPL', options)).regime?.name).toBe('storm');
    expect(await discoverSlices(join(folder, 'none'))).toEqual([]);
  });

  test.each([
    [{}, /exports no `slice`/],
    [{ slice: {} }, /has no name/],
    [{ slice: { name: 'analyse' } }, /no slice "analyse"/],
    [{ slice: { name: 'analyze', analyse: () => 1 } }, /has no method analyze\(input\); it has analyse/],
  ])('a module that does not fit is told why (%#)', (exported, message) => {
    expect(() => sliceFromModule('mine.ts', exported)).toThrow(message);
  });
});
