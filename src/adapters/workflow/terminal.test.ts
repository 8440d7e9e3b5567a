import { expect, test } from 'vitest';
import { createTerminalReporter } from './terminal.ts';

test('after the window got narrower, the drawing goes up over all rows that its wrapped lines take now', () => {
  const sent: string[] = [];
  let columns = 60;
  let draw = (): void => undefined;
  const terminal = {
    write: (text: string) => void sent.push(text),
    columns: () => columns,
    everyFrame: (frame: () => void) => {
      draw = frame;
      return () => undefined;
    },
    now: () => 0,
  };
  const reporter = createTerminalReporter(terminal, { colour: true });
  const steps = [
    { id: 'a', title: 'Data' },
    { id: 'b', title: 'Training' },
  ];
  reporter.report({ kind: 'runStarted', workflow: 'pipeline', steps, atMs: 0 });
  reporter.report({ kind: 'stepStarted', id: 'a', attempt: 1, atMs: 0 });
  reporter.report({ kind: 'progress', id: 'a', fraction: 0.5, message: 'AAPL and 30 more symbols', atMs: 0 });
  draw();
  const up = `${String.fromCharCode(27)}[`;
  expect(sent[0]!.startsWith(up + '1m')).toBe(true);
  draw();
  expect(sent[1]!.startsWith(`${up}2A`)).toBe(true);
  columns = 30;
  draw();
  // Two lines, the first of more than thirty columns.
  expect(sent[2]!.startsWith(`${up}3A`)).toBe(true);
});
