import { expect, test } from 'vitest';
import { createRng, DAY_MS } from '#core';
import { barSeries, instrument, parseTimeframe, type OrderRequest } from '#domain';
import { executionProfile } from '#execution';
import type { RiskLimits } from '#risk';
import { long, type Strategy } from '#strategy';
import { Engine, featureTable } from './index.ts';

const START = Date.UTC(2024, 0, 1);
const ROWS = 60;
/** Bar on which the orders are asked; σ of the bars before it is 2 % by the alternating closes. */
const ASKED = 50;

/** Closes of 100 and 102 in turn, 10,000 units a bar; orders of `requests` at bar 50. Gives what became of each. */
function outcomes(limits: RiskLimits, requests: readonly OrderRequest[], volume = 10_000, costs = {}, asked = ASKED): readonly string[] {
  const price = (row: number): number => (row % 2 === 0 ? 100 : 102);
  const column = (value: (row: number) => number): Float64Array => Float64Array.from({ length: ROWS }, (_, row) => value(row));
  const bars = barSeries('A', parseTimeframe('1d'), {
    time: column((row) => START + row * DAY_MS),
    open: column(price),
    high: column(() => 103),
    low: column(() => 99),
    close: column(price),
    volume: column(() => volume),
  });
  const strategy: Strategy = {
    name: 'script',
    features: {},
    onBar: (context) => {
      if (context.row === asked) for (const request of requests) context.submit(request);
      return undefined;
    },
  };
  const engine = new Engine({
    columns: [bars],
    instruments: [instrument('A', 'synthetic', { lotSize: 1e-6, minQuantity: 1e-6, tickSize: 0 })],
    strategies: [strategy],
    features: [featureTable(strategy, [bars])],
    account: { cash: 1e7, leverage: 4, hedging: false, exclusiveOrders: false },
    profile: executionProfile('frictionless', { impactY: 1, ...costs }),
    rng: createRng(1),
    rows: ROWS,
    limits,
  });
  for (let row = 0; row <= asked + 1; row++) engine.step(row, START + row * DAY_MS, Int32Array.of(row));
  return engine.records().map(({ status, reason }) => (status === 'denied' ? reason : status));
}

const entry = (size: number, more: Partial<OrderRequest> = {}): OrderRequest => ({ side: 'buy', type: 'market', size, ...more });

test('an order whose round trip eats more of its edge than allowed is refused, with both numbers; half the edge is the seam', () => {
  // 100 units of 10,000 at σ ≈ 2 % cost 20 bp a side.
  const limits = { maxCostToEdge: 0.5 };
  expect(outcomes(limits, [entry(100, { expectedEdgeBps: 82 })])).toEqual(['filled']);
  const [refused] = outcomes(limits, [entry(100, { expectedEdgeBps: 78 })]);
  expect(refused).toMatch(
    /^impact_eats_edge: The round trip costs 40\.\d\d bp against an expected edge of 78\.00 bp\. Costs may eat 50 % of it\.$/,
  );
  // A quarter of the size has half the impact, the fill model's spread and slippage and the fees come on top.
  expect(outcomes(limits, [entry(25, { expectedEdgeBps: 42 })])).toEqual(['filled']);
  expect(outcomes(limits, [entry(25, { expectedEdgeBps: 42 })], 10_000, { halfSpreadBps: 1 })[0]).toContain('impact_eats_edge');
  expect(outcomes(limits, [entry(100, { expectedEdgeBps: -5 })])[0]).toContain('impact_eats_edge');
});

test('without an edge of its own an order counts with its target or the configured edge, whichever is less, and with neither is refused', () => {
  const limits = { maxCostToEdge: 0.5 };
  expect(outcomes(limits, [entry(100, { takeProfit: 100.9 })])[0]).toBe('filled');
  expect(outcomes(limits, [entry(100, { takeProfit: 100.7 })])[0]).toContain('impact_eats_edge');
  expect(outcomes({ ...limits, expectedEdgeBps: 90 }, [entry(100)])).toEqual(['filled']);
  expect(outcomes({ ...limits, expectedEdgeBps: 90 }, [entry(100, { takeProfit: 100.5 })])[0]).toContain('impact_eats_edge');
  expect(outcomes(limits, [entry(100)])[0]).toMatch(/^impact_unknown: The expected edge of this A order is unknown; give it a target/);
});

test('a volume or volatility that the bars do not tell is not guessed', () => {
  const request = entry(1, { expectedEdgeBps: 1e6 });
  expect(outcomes({ maxCostToEdge: 0.5 }, [request], 0)[0]).toBe(
    'impact_unknown: The bars of A up to here tell no volume or volatility; its impact is not guessed.',
  );
  expect(outcomes({ maxCostToEdge: 0.5 }, [request], 10_000, {}, 1)[0]).toContain('impact_unknown');
});

test('what reduces passes, what opens beyond it does not; without the limit nothing is asked', () => {
  const opens = entry(1, { expectedEdgeBps: 1e6 });
  const sell = (size: number): OrderRequest => ({ side: 'sell', type: 'market', size });
  const limits = { maxCostToEdge: 0.5 };
  expect(outcomes(limits, [opens, sell(1)])).toEqual(['filled', 'filled']);
  expect(outcomes(limits, [opens, sell(2)])[1]).toContain('impact_unknown');
  expect(outcomes({}, [entry(5000)])).toEqual(['filled']);
});

test('a plan may state its edge, and the edge of all without the limit is refused as a setting', () => {
  expect(long({ stop: { percent: 0.05 }, expectedEdgeBps: 30 }).kind).toBe('long');
  expect(() => outcomes({ expectedEdgeBps: 30 }, [])).toThrow(/limits nothing alone/);
});
