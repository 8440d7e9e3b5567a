import { timestamp } from '#core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkOrder,
  createRiskGate,
  createRiskState,
  kill,
  noteEquity,
  noteMark,
  notePosition,
  noteSent,
  releaseKill,
  type OrderIntent,
  type RiskLimits,
  type RiskState,
} from './index.ts';

const start = timestamp(Date.UTC(2024, 0, 2, 15));
const at = (ms: number): OrderIntent['time'] => timestamp(start + ms);
const buy = (quantity: number, more: Partial<OrderIntent> = {}): OrderIntent => ({
  symbol: 'AAPL',
  side: 'buy',
  quantity,
  time: start,
  ...more,
});

function account(): RiskState {
  const state = createRiskState(100_000, start);
  noteMark(state, 'AAPL', 100);
  noteMark(state, 'MSFT', 200);
  return state;
}

/** What the engine does once every working order has filled: positions from its ledger, nothing works. */
function fillAll(state: RiskState): void {
  for (const { symbol, side, quantity } of state.working) {
    const held = state.symbols[symbol]?.quantity ?? 0;
    notePosition(state, symbol, held + (side === 'buy' ? quantity : -quantity));
  }
  state.working = [];
}

function codeOf(limits: RiskLimits, order: OrderIntent, state = account()): string {
  const decision = checkOrder(createRiskGate(limits), order, state);
  return decision.kind === 'refused' ? decision.code : decision.kind;
}

describe('risk before the order', () => {
  it('refuses each kind of excess with its own code, and lets its neighbour pass', () => {
    const rows: [RiskLimits, OrderIntent, OrderIntent, string][] = [
      [{ maxOrderQuantity: 10 }, buy(11), buy(10), 'order_quantity'],
      [{ maxOrderNotional: 1000 }, buy(11), buy(10), 'order_notional'],
      [{ priceCollarFraction: 0.05 }, buy(1, { limitPrice: 105.1 }), buy(1, { limitPrice: 105 }), 'price_collar'],
      [{ maxConcentration: 0.1 }, buy(101), buy(100), 'concentration'],
      [{ maxGrossExposure: 0.5 }, buy(501), buy(500), 'gross_exposure'],
      [{ maxNetExposure: 0.5 }, buy(501), buy(500), 'net_exposure'],
      [{}, buy(Number.NaN), buy(1), 'invalid_order'],
      [{}, buy(1, { reduceOnly: true }), buy(1), 'reduce_only_flip'],
      [{ maxOrderNotional: 1000 }, buy(1, { symbol: 'NEW' }), buy(1), 'no_mark'],
    ];
    for (const [limits, refused, passed, code] of rows) {
      expect(codeOf(limits, refused), code).toBe(code);
      expect(codeOf(limits, passed), code).toBe('approved');
    }
  });

  it('looks back over windows', () => {
    const limits = {
      duplicateWindowMs: 1000,
      messageWindowMs: 5000,
      maxMessages: 3,
      sizeWindowMs: 10_000,
      maxWindowQuantity: 10,
      maxWindowNotional: 2000,
    };
    const gate = createRiskGate(limits);
    const state = account();
    noteSent(state, '1', buy(4), gate.rememberMs);
    expect(codeOf(limits, buy(4, { time: at(999) }), state)).toBe('duplicate');
    expect(codeOf(limits, buy(4, { time: at(1000) }), state)).toBe('approved');
    expect(codeOf(limits, buy(7, { time: at(10) }), state)).toBe('window_quantity');
    expect(codeOf(limits, buy(9, { symbol: 'MSFT', time: at(10) }), state)).toBe('window_notional');
    noteSent(state, '2', buy(1, { time: at(10) }), gate.rememberMs);
    noteSent(state, '3', buy(2, { time: at(20) }), gate.rememberMs);
    expect(codeOf(limits, buy(3, { time: at(30) }), state)).toBe('message_rate');
    expect(codeOf(limits, buy(3, { time: at(5000) }), state)).toBe('approved');
    noteSent(state, '4', buy(1, { time: at(60_000) }), gate.rememberMs);
    expect(state.sent).toHaveLength(1);
  });

  it('halts on drawdown, the daily loss, the kill and reduce-only mode, and still lets positions shrink', () => {
    const state = account();
    notePosition(state, 'AAPL', 100);
    const exit: OrderIntent = { ...buy(100), side: 'sell' };
    const halts: [string, RiskLimits, (s: RiskState) => void][] = [
      ['drawdown_halt', { maxDrawdownFraction: 0.1 }, (s) => noteEquity(s, 90_000, start)],
      ['daily_loss', { maxDailyLossFraction: 0.05 }, (s) => noteEquity(s, 95_000, start)],
      ['killed', {}, (s) => kill(s, 'reconciliation failed')],
      ['reduce_only_mode', {}, (s) => void (s.reduceOnly = true)],
    ];
    for (const [code, limits, happen] of halts) {
      const copy = structuredClone(state);
      expect(codeOf(limits, buy(1), copy)).toBe('approved');
      happen(copy);
      expect(codeOf(limits, buy(1), copy)).toBe(code);
      expect(codeOf(limits, exit, copy)).toBe('approved');
      expect(codeOf(limits, { ...exit, quantity: 101 }, copy)).toBe(code);
    }
    noteSent(state, 'exit', exit, 0);
    kill(state, 'first');
    expect(codeOf({}, exit, state)).toBe('killed');
    state.working = [];
    kill(state, 'second');
    expect(state.killReason).toBe('first');
    releaseKill(state);
    expect(codeOf({}, buy(1), state)).toBe('approved');
  });

  it('starts a new day with the equity the old one ended with', () => {
    const state = account();
    noteEquity(state, 94_000, start);
    expect(codeOf({ maxDailyLossFraction: 0.05 }, buy(1), state)).toBe('daily_loss');
    noteEquity(state, 93_000, at(24 * 3_600_000));
    expect(codeOf({ maxDailyLossFraction: 0.05 }, buy(1), state)).toBe('approved');
  });

  it('counts working orders, refuses to trade with itself, ignores sleeping stops', () => {
    const state = account();
    noteSent(state, 'a', { ...buy(10), side: 'sell', limitPrice: 101 }, 0);
    noteSent(state, 'b', { ...buy(10), side: 'sell', stopPrice: 95 }, 0);
    expect(codeOf({}, buy(1, { limitPrice: 101 }), state)).toBe('self_cross');
    expect(codeOf({}, buy(1), state)).toBe('self_cross');
    expect(codeOf({}, buy(1, { limitPrice: 100.99 }), state)).toBe('approved');
    expect(codeOf({ refuseSelfCross: false }, buy(1), state)).toBe('approved');
    expect(codeOf({ maxOpenOrders: 2 }, buy(1, { limitPrice: 90 }), state)).toBe('open_orders');
  });

  it('never lets approved and filled orders pass the exposure limits, and judges the same after JSON', () => {
    const gate = createRiskGate({ maxGrossExposure: 1, maxConcentration: 0.6, refuseSelfCross: false });
    const step = fc.record({
      symbol: fc.constantFrom('AAPL', 'MSFT', 'toString'),
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 600 }),
      fill: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let state = account();
        noteMark(state, 'toString', 50);
        steps.forEach(({ symbol, side, quantity, fill }, i) => {
          const order = { symbol, side, quantity, time: at(i) };
          const decision = checkOrder(gate, order, state);
          const revived = JSON.parse(JSON.stringify(state)) as RiskState;
          expect(checkOrder(gate, order, revived)).toEqual(decision);
          state = revived;
          if (decision.kind === 'refused') return;
          noteSent(state, `${i}`, order, gate.rememberMs);
          if (fill) fillAll(state);
          const gross = Object.values(state.symbols).reduce((sum, row) => sum + Math.abs(row.quantity * row.mark), 0);
          expect(gross).toBeLessThanOrEqual(100_000 + 1e-6);
        });
      }),
    );
  });

  it('suggests the limit that was meant, and asks for windows', () => {
    expect(() => createRiskGate({ maxOrderQuantiy: 1 } as RiskLimits)).toThrow('Unknown risk limit "maxOrderQuantiy"');
    expect(() => createRiskGate({ maxMessages: 1 })).toThrow('needs a window');
    expect(() => createRiskGate({ maxOrderQuantity: Number.NaN })).toThrow('at least 0');
  });
});
