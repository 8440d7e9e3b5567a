import type { BarsRecord, StepRecord, TradingSession } from '#live';
import { fitToWidth, styleFor, wrapWords, type CliEnvironment } from '../terminal.ts';
import { dayOf, type Happening } from './happenings.ts';
import { screenLines, type ScreenState } from './screen.ts';

/** Where a session shows itself: a live picture, plain lines, or JSON lines. */
export interface PaperView {
  start(notes: readonly string[]): void;
  step(bars: BarsRecord, step: StepRecord, happenings: readonly Happening[], state: () => ScreenState): void;
  /** Between bars: what the picture says of the feed and the venue goes on. */
  refresh(state: () => ScreenState): void;
  note(text: string): void;
  finish(state: ScreenState | undefined): void;
}

const REDRAW_MS = 80;

export function chooseView(io: CliEnvironment, json: boolean, session: () => TradingSession): PaperView {
  if (json) return jsonView(io);
  return io.stdout.isTTY === true && io.environment['TERM'] !== 'dumb' ? screenView(io) : plainView(io, session);
}

function screenView(io: CliEnvironment): PaperView {
  const style = styleFor(io.stdout, io.environment);
  let drawn = 0;
  let last = 0;
  let latest: (() => ScreenState) | undefined;
  const draw = (state: ScreenState): void => {
    const width = (io.stdout.columns ?? 100) - 1;
    const height = io.stdout.rows ?? 40;
    // A picture taller than the window would scroll away from under the cursor.
    const lines = screenLines(state, width, height, style).slice(0, Math.max(1, height - 1));
    // Whatever was typed stands on the cursor's line: it is wiped, and drawing begins at the left edge; what an earlier, longer picture left is wiped too.
    const up = drawn === 0 ? '' : `\r\u001b[2K\u001b[${drawn}A`;
    io.stdout.write(`${up}${lines.map((line) => `\u001b[2K${fitToWidth(line, width)}`).join('\n')}\n\u001b[J`);
    drawn = lines.length;
  };
  // The terminal has wrapped the old lines anew, nobody knows how: the window is wiped, what has scrolled out of it stays.
  const onResize = (): void => {
    io.stdout.write('\u001b[H\u001b[J');
    drawn = 0;
    if (latest !== undefined) draw(latest());
  };
  io.stdout.on('resize', onResize);
  const refresh = (state: () => ScreenState): void => {
    latest = state;
    const now = Date.now();
    if (now - last < REDRAW_MS) return;
    last = now;
    draw(state());
  };
  return {
    start(notes) {
      for (const note of notes) io.stdout.write(`${wrapWords(note, io.stdout.columns, 2)}\n`);
      io.stdout.write('\n');
    },
    step: (_bars, _step, _happenings, state) => refresh(state),
    refresh,
    note(text) {
      const up = drawn === 0 ? '' : `\r\u001b[2K\u001b[${drawn}A\u001b[J`;
      io.stdout.write(`${up}${style.yellow(wrapWords(text, io.stdout.columns, 2))}\n`);
      drawn = 0;
      if (latest !== undefined) draw(latest());
    },
    finish(state) {
      io.stdout.off('resize', onResize);
      if (state !== undefined) draw(state);
    },
  };
}

function plainView(io: CliEnvironment, session: () => TradingSession): PaperView {
  return {
    start(notes) {
      for (const note of notes) io.stdout.write(`${note}\n`);
    },
    step(_bars, _step, happenings) {
      const { ms } = session().timeframe;
      for (const { time, symbol, text } of happenings) io.stdout.write(`${dayOf(time, ms)}  ${symbol.padEnd(7)} ${text}\n`);
    },
    refresh: () => undefined,
    note: (text) => void io.stdout.write(`${text}\n`),
    finish: () => undefined,
  };
}

function jsonView(io: CliEnvironment): PaperView {
  const line = (value: unknown): void => void io.stdout.write(`${JSON.stringify(value)}\n`);
  return {
    start: (notes) => line({ event: 'start', notes }),
    step(bars, { orders, fills, equity }) {
      if (orders.length > 0 || fills.length > 0) line({ event: 'step', time: new Date(bars.time).toISOString(), equity, orders, fills });
    },
    refresh: () => undefined,
    note: (text) => line({ event: 'note', text }),
    finish: () => undefined,
  };
}
