import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runBacktest, type BacktestResult } from '#backtest';
import { sliceBars } from '#domain';
import { FillRules } from './fill-rules.ts';
import { caseOf, settings } from './random-cases.ts';
import { SecondBooks, type Case } from './second-books.ts';

function replayed(given: Case, result: BacktestResult): { readonly books: SecondBooks; readonly faults: readonly string[] } {
  const books = new SecondBooks(given, result);
  const rules = new FillRules(given, result);
  books.replay(
    (fill) => rules.seen(fill, books),
    (symbol, ratio) => rules.split(symbol, ratio),
  );
  rules.finish(result, books);
  return { books, faults: rules.faults };
}

const sorted = (values: Iterable<number>): number[] => [...values].sort((one, other) => one - other);
const close = (one: number, other: number, scale = 1): boolean => Math.abs(one - other) <= 1e-9 * Math.max(1e4, Math.abs(one) * scale);

test('a second accounting and a second set of fill rules agree with every run', () => {
  fc.assert(
    fc.property(settings, (setting) => {
      const given = caseOf(setting);
      const result = runBacktest(given.request);
      const { books, faults } = replayed(given, result);
      expect(faults).toEqual([]);
      if (!setting.euros) expect(result.endCash).toBe(books.cashFromRecords());
      for (const [currency, cash] of Object.entries(result.balances ?? {})) expect(close(cash, books.balance(currency))).toBe(true);
      const ruined = result.ruined ? result.equity.equity.indexOf(0) : Infinity;
      books.equity.forEach((equity, row) => row < ruined && expect(close(result.equity.equity[row]!, equity), `equity ${row}`).toBe(true));
      const kinds = ['dividend', 'funding', 'borrow', 'interest'];
      for (const kind of kinds) {
        const sum = (list: readonly { kind: string; amount: number }[]): number =>
          list.reduce((all, one) => all + (one.kind === kind ? one.amount : 0), 0);
        expect(close(sum(result.credits), sum(books.credits)), kind).toBe(true);
      }
      expect(result.trades).toHaveLength(books.pairs.size);
      const own = [...books.pairs.values()];
      sorted(own.map(({ pnl }) => pnl)).forEach((pnl, at) =>
        expect(close(sorted(result.trades.map((one) => one.pnl))[at]!, pnl)).toBe(true),
      );
      expect(
        close(
          result.trades.reduce((sum, { fees }) => sum + fees, 0),
          own.reduce((sum, { fees }) => sum + fees, 0),
        ),
      ).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test('one hash twice, and a run split anywhere goes on as one', () => {
  fc.assert(
    fc.property(settings, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (setting, share) => {
      const { request } = caseOf(setting);
      const whole = runBacktest(request);
      expect(runBacktest(caseOf(setting).request).orderHash).toBe(whole.orderHash);
      const stop = whole.equity.time[Math.floor(share * whole.barsRun)]!;
      const cut = request.bars.map((bars) => sliceBars(bars, 0, bars.time.filter((time) => time <= stop).length));
      const first = runBacktest({ ...caseOf(setting).request, bars: cut, keepState: true });
      const second = runBacktest({
        ...caseOf(setting).request,
        continueFrom: JSON.parse(JSON.stringify(first.state)) as typeof first.state & {},
      });
      expect([...first.fills, ...second.fills]).toEqual(whole.fills);
      expect([...first.equity.equity, ...second.equity.equity]).toEqual([...whole.equity.equity]);
      expect([...first.trades, ...second.trades]).toEqual(whole.trades);
      expect([...first.credits, ...second.credits]).toEqual(whole.credits);
    }),
    { numRuns: 20 },
  );
});

test('why tells of each denied order what the order itself says, and orders are denied for what is wrong with them', () => {
  fc.assert(
    fc.property(settings, (setting) => {
      const given = caseOf(setting);
      const result = runBacktest(given.request);
      const last = new Map(
        result.orders.filter((one) => one.status === 'denied').map((one) => [`${one.strategy}/${one.symbol}/${one.createdTime}`, one]),
      );
      for (const { strategy, symbol, createdTime, reason } of last.values())
        expect(result.why(strategy, symbol, createdTime)).toContain(`denied: ${reason}`);
      const end = given.events.find(({ kind }) => kind === 'delisting')!.time;
      for (const { symbol, createdTime, status, reason } of result.orders)
        if (symbol === 'THREE' && createdTime >= end)
          expect([status, reason]).toEqual(['denied', expect.stringMatching(/is delisted$|on the wrong side/)]);
    }),
    { numRuns: 20 },
  );
});
