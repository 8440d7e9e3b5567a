import fc from 'fast-check';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sliceBars } from '#domain';
import type { JournalRecord, StepRecord } from '#live';
import { backtestOf, barsOfJournal, controlsOf, outputsOfBacktest, outputsOfJournal, tradeOnPaper } from '../parity/journal-replay.ts';
import { crisisMarket, eager } from './crisis.ts';
import { runCli } from '../../src/apps/cli/program.ts';
import { scratch, setupFor } from './fixtures.ts';

const SYMBOLS = ['AAA', 'BBB', 'CCC', 'DDD'];
const series = crisisMarket(SYMBOLS, 400, 60, 300);
const setup = setupFor(series, [eager()], { safety: { breaker: {} }, tradeFrom: series[0]!.time[200]! });
const records = tradeOnPaper(setup, series);
const steps = records.filter((record) => record.kind === 'step');
const changes = steps.flatMap((step) => (step.guards ?? []).map(([name, level, reason]) => ({ row: step.row, name, level, reason })));

const rowsAt = (level: string): readonly StepRecord[] => {
  const from = changes.findIndex((change) => change.level === level);
  const first = changes[from]!.row;
  const last = changes[from + 1]?.row ?? Number.POSITIVE_INFINITY;
  return steps.filter(({ row }) => row >= first && row < last);
};

test('through a crisis the breaker walks to flatten, through recovery, and back to normal; each change stands in the journal with its reason', () => {
  const levels = changes.map(({ level }) => level);
  expect(new Set(changes.map(({ name }) => name))).toEqual(new Set(['correlation breaker']));
  expect(levels.indexOf('flatten')).toBeGreaterThan(-1);
  expect(levels.indexOf('recovery')).toBe(levels.indexOf('flatten') + 1);
  expect(levels.at(-1)).toBe('normal');
  const flatten = changes.find(({ level }) => level === 'flatten')!;
  expect(flatten.row).toBeGreaterThan(400);
  expect(flatten.row).toBeLessThan(440);
  expect(flatten.reason).toMatch(/mean correlation 0\.\d\d against 0\.\d\d usually/);
});

test('flatten closes every position at the next open, refuses entries with its reason, and recovery lets them in again, smaller', () => {
  const flat = rowsAt('flatten');
  expect(flat[1]!.fills.filter(({ reason }) => reason === 'liquidation').length).toBeGreaterThan(0);
  const bought = flat.slice(1).flatMap(({ fills }) => fills.filter(({ side }) => side === 'buy'));
  expect(bought).toEqual([]);
  expect(flat.flatMap(({ decisions }) => decisions.map(([, , reason]) => reason)).join('\n')).toMatch(
    /denied: correlation breaker, flatten: mean correlation/,
  );
  const recovering = rowsAt('recovery').flatMap(({ fills }) => fills.filter(({ side }) => side === 'buy'));
  expect(recovering.length).toBeGreaterThan(0);
  for (const { quantity } of recovering.slice(0, 4)) expect(quantity).toBeLessThan(10);
  expect(rowsAt('recovery').flatMap(({ decisions }) => decisions.map(([, , reason]) => reason))[0]).toMatch(
    /^in; size × 0\.\d\d \(correlation breaker, recovery/,
  );
});

test('the journal through the backtest wiring gives the same orders, fills and equity, interventions included', () => {
  const paper = outputsOfJournal(records);
  const wired = backtestOf(setup, barsOfJournal(records, setup), [eager()], controlsOf(records));
  expect(paper).toEqual(outputsOfBacktest(wired, setup.tradeFrom));
  expect(paper.fills.some((fill) => (fill as readonly unknown[]).at(-1) === 'liquidation')).toBe(true);
});

test('one symbol: nothing can be correlated, and nothing changes', () => {
  const [alone] = series;
  const with1 = setupFor([alone!], [eager()], { safety: { breaker: {} } });
  const without = setupFor([alone!], [eager()]);
  const outputs = (list: readonly JournalRecord[]) => outputsOfJournal(list).fills;
  const guarded = tradeOnPaper(with1, [alone!]);
  expect(outputs(guarded)).toEqual(outputs(tradeOnPaper(without, [alone!])));
  expect(guarded.some((record) => 'guards' in record)).toBe(false);
});

test('what is controlled by hand is repeated by the backtest too: blocked, withdrawn, flattened, open again', () => {
  let row = 0;
  const controlled = tradeOnPaper(setup, series, (live) => {
    row++;
    if (row === 230) live.setEntries('blocked', 'the bar is late');
    if (row === 250) live.setEntries('open', '');
    if (row === 300) live.setEntries('withdrawn', 'killed by hand: drill');
    if (row === 330) live.setEntries('open', '');
    if (row === 375) live.setEntries('flatten', 'killed by hand: drill');
    if (row === 385) live.setEntries('open', '');
  });
  const paper = outputsOfJournal(controlled);
  const wired = backtestOf(setup, barsOfJournal(controlled, setup), [eager()], controlsOf(controlled));
  expect(paper).toEqual(outputsOfBacktest(wired, setup.tradeFrom));
  const list = controlled.filter((record) => record.kind === 'step');
  const bought = (from: number, to: number) =>
    list.filter((step) => step.row >= from && step.row < to).flatMap(({ fills }) => fills.filter(({ side }) => side === 'buy')).length;
  // Row n is offered as the (n + 1)th: a control before it is in force from row n on.
  expect(bought(231, 250)).toBe(0);
  expect(bought(299, 330)).toBe(0);
  expect(bought(374, 385)).toBe(0);
  expect(list.find((step) => step.row === 375)!.fills.some(({ reason }) => reason === 'liquidation')).toBe(true);
  expect(bought(330, 374)).toBeGreaterThan(0);
  expect(bought(385, 400)).toBeGreaterThan(0);
});

test('whatever is controlled when, the backtest of the journal repeats it, and nothing opens while entries are held', () => {
  const few = series.map((bars) => sliceBars(bars, 340, 520));
  const short = setupFor(few, [eager()], { safety: { breaker: {} }, tradeFrom: few[0]!.time[20]! });
  const control = fc.record({ at: fc.integer({ min: 1, max: 179 }), entries: fc.constantFrom('open', 'blocked', 'withdrawn', 'flatten') });
  fc.assert(
    fc.property(fc.array(control, { maxLength: 8 }), (controls) => {
      let row = 0;
      const held: boolean[] = [];
      const found = tradeOnPaper(short, few, (live) => {
        for (const { at, entries } of controls) if (at === row) live.setEntries(entries, entries === 'open' ? '' : `drill ${entries}`);
        held[row++] = live.session.supervisor.entries === 'withdrawn' || live.session.supervisor.entries === 'flatten';
      });
      const wired = backtestOf(short, barsOfJournal(found, short), [eager()], controlsOf(found));
      expect(outputsOfJournal(found)).toEqual(outputsOfBacktest(wired, short.tradeFrom));
      for (const record of found)
        if (record.kind === 'step' && held[record.row] === true) expect(record.fills.filter(({ side }) => side === 'buy')).toEqual([]);
    }),
    { numRuns: 15 },
  );
});

test('a session on the command line tells of it: in its lines, its log and its report', async () => {
  const folder = scratch();
  for (const bars of series) {
    const rows = Array.from(bars.time, (time, row) =>
      [new Date(time).toISOString(), bars.open[row], bars.high[row], bars.low[row], bars.close[row], bars.volume[row]].join(','),
    );
    writeFileSync(join(folder, `${bars.symbol}.csv`), ['time,open,high,low,close,volume', ...rows].join('\n'));
  }
  const said: string[] = [];
  const sink = { write: (text: string) => said.push(text) > 0 } as unknown as NodeJS.WritableStream;
  const line = ['paper', '--strategy', 'macd', '--source', 'files', '--path', folder, '--timeframe', '1h', '--asset-class', 'crypto'];
  expect(await runCli([...line, '--state', folder, '--speed', 'max'], { stdout: sink, stderr: sink, environment: {}, cwd: folder })).toBe(
    0,
  );
  const text = said.join('');
  expect(text).toMatch(/Correlation breaker: mean correlation -?0\.\d\d usually, over \d+ bars\./);
  for (const level of ['flatten, mean correlation', 'recovery, mean correlation', 'normal'])
    expect(text).toContain(`correlation breaker: ${level}`);
  const { safety } = JSON.parse(readFileSync(join(folder, 'execution_report.json'), 'utf8')) as {
    safety: { changes: { level: string }[] };
  };
  expect(safety.changes.map(({ level }) => level)).toEqual(expect.arrayContaining(['flatten', 'recovery', 'normal']));
  expect(readFileSync(join(folder, 'log.jsonl'), 'utf8')).toMatch(/"event":"guard".*correlation breaker: flatten/);
});
