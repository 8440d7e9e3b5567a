import { createRng } from '#core';
import { syntheticMarket } from '#data';
import { parseTimeframe, sliceBars } from '#domain';
import { describe, expect, test } from 'vitest';
import { pipelineConfigSchema } from './config.ts';
import { EventStream } from './event-stream.ts';
import { labelEvents, type Barriers } from './labelling.ts';

const [bars] = syntheticMarket(
  {
    symbols: ['A'],
    timeframe: parseTimeframe('1h'),
    bars: 800,
    start: Date.UTC(2024, 0, 1),
    venueHours: 'always',
    edge: { kind: 'none' },
  },
  createRng(3),
);
const barriers: Barriers = { width: 2.5, maxBars: 7, origin: 'configured', table: [] };

describe.each([
  ['CUSUM events', {}],
  ['every bar', { cusumMultiple: 0 }],
  ['meta-labelling', { meta: true }],
])('%s', (_, labels) => {
  const config = pipelineConfigSchema.parse({ labels: { ...labels, barriers: { width: 2.5, maxBars: 7 } } });

  test('bar by bar, events and outcomes are those of a batch, each outcome told at the bar that ends it', () => {
    const batch = labelEvents(bars!, barriers, bars!.time[600]!, config);
    const stream = new EventStream(barriers, config);
    const found = new Map<number, { width: number; side: number; label: number; endTime: number }>();
    for (let row = 0; row < bars!.length; row++) {
      const { decided, resolved } = stream.step(sliceBars(bars!, 0, row + 1), row);
      for (const { row: at, label } of resolved) Object.assign(found.get(at)!, { label, endTime: bars!.time[row]! + 3_600_000 });
      if (decided !== undefined) found.set(row, { width: decided.width, side: decided.side, label: Number.NaN, endTime: Number.NaN });
    }
    expect(Float64Array.from(found.keys())).toEqual(batch.row);
    const lastWhole = bars!.length - 2 - barriers.maxBars;
    let labels = 0;
    [...found.entries()].forEach(([row, event], at) => {
      expect([event.width, event.side]).toEqual([batch.width[at], batch.side[at]]);
      if (row > lastWhole) return;
      expect([event.label, event.endTime]).toEqual([batch.label[at], batch.endTime[at]]);
      if (!Number.isNaN(event.label)) labels++;
    });
    expect(labels).toBeGreaterThan(100);
  });
});
