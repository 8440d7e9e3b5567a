import { EventEmitter } from 'node:events';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TradingSession, type SeenInstant } from '#live';
import { Happenings } from '../../src/apps/cli/paper/happenings.ts';
import { replay } from '../../src/apps/cli/paper/replay.ts';
import type { ScreenState } from '../../src/apps/cli/paper/screen.ts';
import { chooseView } from '../../src/apps/cli/paper/view.ts';
import { visibleLength } from '../../src/apps/cli/terminal.ts';
import { market, named, setupFor } from './fixtures.ts';

const series = market(['AAA', 'BBB', 'CCC'], 300, 4);
const session = new TradingSession(setupFor(series, [named('macd', 3)]));
const happenings = new Happenings();
const recent = [...replay(series, Number.NEGATIVE_INFINITY)].flatMap(({ time, bars }, row) => {
  const record = {
    kind: 'bars' as const,
    row,
    time,
    bars: bars.map(({ open, high, low, close, volume }, at) => [at, open, high, low, close, volume]),
  };
  return happenings.of({ bars: record, step: session.take(record), session, recovered: false } satisfies SeenInstant);
});
const state: ScreenState = {
  session,
  what: 'strategy macd',
  source: 'a synthetic market whose description is so long that no narrow window has room for it',
  equity: [1, 2, 3],
  recent,
  said: new Map(series.map(({ symbol }) => [symbol, 'MACD rose above its signal, and much more is said about it than fits'])),
  done: 300,
  total: 300,
  level: 'normal',
  reconciled: 'agreed with the venue 3 s ago',
  speed: 'replay at 20 bars/s',
  refused: 0,
};

/** A terminal of this size that keeps what it is sent. */
function terminal(columns: number, rows: number) {
  const sent: string[] = [];
  const stdout = Object.assign(new EventEmitter(), { isTTY: true, columns, rows, write: (text: string) => sent.push(text) > 0 });
  return { stdout, sent, io: { stdout: stdout as never, stderr: stdout as never, environment: {}, cwd: '.' } };
}

/** The lines of one drawing, each begun by wiping what stood there. */
const pictureOf = (text: string): string[] =>
  text
    .replace('\n\u001b[J', '')
    .split('\n')
    .map((line) => line.slice(line.lastIndexOf(WIPE) + WIPE.length));
const WIPE = '\u001b[2K';

test('the picture fits a window of any size, also after it was resized, and begins anew at its top then', () => {
  expect(recent.length).toBeGreaterThan(8);
  const size = fc.tuple(fc.integer({ min: 20, max: 200 }), fc.integer({ min: 6, max: 60 }));
  fc.assert(
    fc.property(size, size, ([columns, rows], [newColumns, newRows]) => {
      const { stdout, sent, io } = terminal(columns, rows);
      const view = chooseView(io, false, () => session);
      view.refresh(() => state);
      Object.assign(stdout, { columns: newColumns, rows: newRows });
      stdout.emit('resize');
      expect(sent[1]).toBe('\u001b[H\u001b[J');
      for (const [text, width, height] of [
        [sent[0]!, columns, rows],
        [sent[2]!, newColumns, newRows],
      ] as const) {
        const lines = pictureOf(text);
        expect(lines.length).toBeLessThan(height);
        for (const line of lines) expect(visibleLength(line)).toBeLessThan(width);
      }
      expect(sent[2]).not.toContain('A\u001b[2K');
      view.finish(state);
      expect(stdout.listenerCount('resize')).toBe(0);
    }),
    { numRuns: 50 },
  );
});

test('a note stands above the picture; a terminal that draws nothing, and a pipe, get plain lines', () => {
  const { sent, io } = terminal(80, 40);
  const view = chooseView(io, false, () => session);
  view.refresh(() => state);
  const height = pictureOf(sent[0]!).length;
  view.note('Bar refused');
  expect(sent[1]).toBe(`\r\u001b[2K\u001b[${height}A\u001b[J\u001b[33mBar refused\u001b[39m\n`);
  const dumb = terminal(80, 40);
  const plain = chooseView({ ...dumb.io, environment: { TERM: 'dumb', NO_COLOR: '1' } }, false, () => session);
  plain.refresh(() => state);
  plain.note('Bar refused');
  expect(dumb.sent).toEqual(['Bar refused\n']);
});
