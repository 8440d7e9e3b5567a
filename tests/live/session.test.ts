import fc from 'fast-check';
import { appendFileSync, copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal, takeLease } from '#adapters/state';
import { reconcile } from '#execution';
import { JournaledSession, localAccount, TradingSession, VenueAccount, type IncomingBar } from '#live';
import { long, type Strategy } from '#strategy';
import { barAt, HOUR, market, named, scratch, setupFor } from './fixtures.ts';

const SERIES = market(['AAA', 'BBB'], 400, 3);
const setup = () => setupFor(SERIES, [named('macd', 2)]);

/** Trades the rows [nextRow, until) into the journal of a folder; gives the journal's hash. */
function trade(folder: string, until: number): string {
  const journal = openJournal(join(folder, 'journal.jsonl'));
  const live = new JournaledSession(setup(), journal);
  for (let row = live.session.nextRow; row < until; row++) {
    const { refused } = live.offer(
      SERIES.map((bars) => barAt(bars, row)),
      SERIES[0]!.time[row]! + HOUR.ms,
    );
    expect(refused).toEqual([]);
  }
  live.sync();
  const hash = live.hash;
  journal.close();
  return hash;
}

const prices = ({ open, high, low, close, volume }: IncomingBar): number[] => [open, high, low, close, volume];

const whole = scratch();
const undisturbed = trade(whole, 400);
const journalText = readFileSync(join(whole, 'journal.jsonl'));

test('the undisturbed session trades, each entry with a stop', () => {
  const records = journalText
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; orders?: { purpose: string; protects: number }[]; fills?: unknown[] });
  const orders = records.flatMap((record) => record.orders ?? []);
  expect(orders.filter(({ purpose }) => purpose === 'stop').length).toBeGreaterThan(5);
  expect(records.flatMap((record) => record.fills ?? []).length).toBeGreaterThan(20);
});

test('after every bar the venue agrees with the ledger, and every position has its stop', () => {
  const live = new TradingSession(setup());
  const venue = new VenueAccount(live, new Map());
  let held = 0;
  for (let row = 0; row < 400; row++) {
    live.take({ kind: 'bars', row, time: SERIES[0]!.time[row]!, bars: SERIES.map((bars, at) => [at, ...prices(barAt(bars, row))]) });
    expect(reconcile(localAccount(live), venue.snapshot())).toEqual([]);
    held += live.engine.ledger.positions().length;
  }
  expect(held).toBeGreaterThan(50);
});

test('a journal cut at any byte goes on to the same journal, byte for byte', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: journalText.length }), (cut) => {
      const folder = scratch();
      writeFileSync(join(folder, 'journal.jsonl'), journalText.subarray(0, cut));
      expect(trade(folder, 400)).toBe(undisturbed);
      expect(readFileSync(join(folder, 'journal.jsonl')).equals(journalText)).toBe(true);
      rmSync(folder, { recursive: true });
    }),
    { numRuns: 25 },
  );
});

test('a session stopped and started again every few bars writes what one session would', () => {
  const folder = scratch();
  for (const until of [10, 61, 62, 90, 200, 201, 333, 400]) trade(folder, until);
  expect(trade(folder, 400)).toBe(undisturbed);
});

test('rubbish after the last record is cut off and kept beside the journal', () => {
  const folder = scratch();
  const path = join(folder, 'journal.jsonl');
  copyFileSync(join(whole, 'journal.jsonl'), path);
  appendFileSync(path, '{"sum":"000000000000","n":99,"kind":"ba');
  const journal = openJournal(path);
  expect(journal.tornBytes).toBe(39);
  expect(existsSync(`${path}.torn`)).toBe(true);
  expect(journal.hash()).toBe(undisturbed);
  journal.close();
});

test('a record damaged before the end halts the start, and says where', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.001, max: 0.9, noNaN: true }), (part) => {
      const bytes = Buffer.from(journalText);
      const at = Math.floor(part * bytes.length);
      bytes[at] = bytes[at] === 10 ? 32 : bytes[at]! ^ 1;
      const path = join(scratch(), 'journal.jsonl');
      writeFileSync(path, bytes);
      expect(() => openJournal(path)).toThrow(/record \d+ is damaged/);
      expect(readFileSync(path).equals(bytes)).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('a journal whose outputs the program no longer gives is refused before anything is written', () => {
  const folder = scratch();
  const path = join(folder, 'journal.jsonl');
  trade(folder, 200);
  const before = readFileSync(path);
  const journal = openJournal(path);
  const other = { ...named('macd', 2), onBar: () => long({ stop: { percent: 0.1 }, units: 1 }) };
  expect(() => new JournaledSession(setupFor(SERIES, [other]), journal)).toThrow(/gave other orders than it holds/);
  expect(() => new JournaledSession(setupFor(SERIES, [named('supertrend', 2)]), journal)).toThrow(/another session/);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('bars that are unclosed, doubled, late, contradictory or not numbers are refused with a reason and leave no trace', () => {
  const folder = scratch();
  trade(folder, 100);
  const path = join(folder, 'journal.jsonl');
  const journal = openJournal(path);
  const live = new JournaledSession(setup(), journal);
  const next = barAt(SERIES[0]!, 100);
  const closed = next.time + HOUR.ms;
  const refusal = (bar: Partial<IncomingBar>, now = closed): string => {
    const { step, refused } = live.offer([{ ...next, ...bar }], now);
    expect(step).toBeUndefined();
    return refused[0]!;
  };
  const before = journal.hash();
  expect(refusal({}, closed - 1)).toMatch(/not closed yet/);
  expect(refusal({ time: SERIES[0]!.time[99]! })).toMatch(/duplicate/);
  expect(refusal({ time: SERIES[0]!.time[98]! })).toMatch(/out of order/);
  expect(refusal({ close: Number.NaN })).toMatch(/close is NaN/);
  expect(refusal({ open: 0 })).toMatch(/not a price/);
  expect(refusal({ volume: Number.NaN })).toMatch(/volume is NaN/);
  expect(refusal({ high: next.low / 2 })).toMatch(/contradict/);
  expect(refusal({ symbol: 'ZZZ' })).toMatch(/not traded/);
  expect(journal.hash()).toBe(before);
  const { step, refused } = live.offer([next, next, barAt(SERIES[1]!, 101)], closed + HOUR.ms);
  expect(step?.row).toBe(100);
  expect(refused).toHaveLength(2);
});

test('an entry without a stop is refused, with a reason in the journal; blocked entries stay blocked across a restart', () => {
  const folder = scratch();
  const path = join(folder, 'journal.jsonl');
  const naked: Strategy = {
    name: 'naked',
    features: {},
    onBar(context) {
      if (context.position.flat) context.submit({ side: 'buy', type: 'market', size: 1 });
      return undefined;
    },
  };
  const protectedOne: Strategy = {
    ...naked,
    name: 'protected',
    onBar: (context) => (context.position.flat ? long({ stop: { percent: 0.5 }, units: 1 }) : undefined),
  };
  const both = () => setupFor(SERIES.slice(0, 1), [naked, protectedOne], { tradeFrom: 0 });
  const offer = (live: JournaledSession, row: number) => live.offer([barAt(SERIES[0]!, row)], SERIES[0]!.time[row]! + HOUR.ms);
  const first = openJournal(path);
  const live = new JournaledSession(both(), first);
  live.setEntries('blocked', 'reconciliation: differs');
  const orders = offer(live, 0).step!.orders;
  expect(orders.map(({ status, reason }) => `${status}: ${reason}`)).toEqual([
    expect.stringMatching(/^denied: an entry without a stop/),
    'denied: reconciliation: differs',
  ]);
  first.close();
  const second = openJournal(path);
  const again = new JournaledSession(both(), second);
  expect(again.session.blocked).toBe('reconciliation: differs');
  expect(offer(again, 1).step!.orders.every(({ status }) => status === 'denied')).toBe(true);
  again.setEntries('open', '');
  offer(again, 2);
  expect(offer(again, 3).step!.fills).toMatchObject([{ quantity: 1, reason: 'signal' }]);
  expect(again.session.engine.ledger.positions()).toMatchObject([{ strategy: 'protected', quantity: 1 }]);
});

test('a feature that looks ahead is found at its second bar', () => {
  const peeking: Strategy = {
    name: 'peeks',
    features: { next: (bars) => bars.close.map((_, row) => bars.close[row + 1] ?? 0) },
    onBar: () => undefined,
  };
  const live = new JournaledSession(setupFor(SERIES, [peeking]), openJournal(join(scratch(), 'journal.jsonl')));
  const offer = (row: number) => live.offer([barAt(SERIES[0]!, row)], Number.MAX_SAFE_INTEGER);
  offer(0);
  expect(() => offer(1)).toThrow(/looks ahead/);
});

test('one folder has one owner; a lease that was taken away is noticed before the next write reaches the disk', () => {
  const folder = scratch();
  const lease = takeLease(folder);
  expect(() => takeLease(folder)).toThrow(/another session/);
  const journal = openJournal(join(folder, 'journal.jsonl'), () => lease.check());
  journal.sync();
  writeFileSync(join(folder, 'lease.json'), JSON.stringify({ pid: 1, bornAt: '', token: 'other' }));
  expect(() => journal.sync()).toThrow(/another process took/);
  lease.release();
  expect(existsSync(join(folder, 'lease.json'))).toBe(true);
  truncateSync(join(folder, 'lease.json'));
  takeLease(folder).release();
  expect(existsSync(join(folder, 'lease.json'))).toBe(false);
});

test('a strategy that answers nothing where it must decide stops a session, as it stops a backtest', () => {
  const silent: Strategy = { name: 'silent', features: {}, mustDecide: true, onBar: () => undefined };
  const journal = openJournal(join(scratch(), 'journal.jsonl'));
  const live = new JournaledSession(setupFor(SERIES, [silent]), journal);
  const offer = (row: number): unknown =>
    live.offer(
      SERIES.map((bars) => barAt(bars, row)),
      SERIES[0]!.time[row]! + HOUR.ms,
    );
  for (let row = 0; row < 60; row++) offer(row);
  expect(() => offer(60)).toThrow('strategy "silent" decided nothing');
  journal.close();
});
