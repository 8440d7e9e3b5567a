import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitToWidth, reportFailure, styleFor, visibleLength, wrapPieces, wrapWords } from './terminal.ts';

const style = styleFor({ isTTY: true }, {});
const styled = fc
  .array(
    fc.tuple(
      fc.string({ maxLength: 12 }),
      fc.constantFrom(
        (text: string) => style.bold(text),
        (text: string) => style.red(text),
        (text: string) => text,
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.map(([text, paint]) => paint(text)).join(''));

test('a line never is wider than its window, what fits is left as it is, and colours end with the line', () => {
  fc.assert(
    fc.property(styled, fc.integer({ min: 1, max: 60 }), (text, width) => {
      const fitted = fitToWidth(text, width);
      expect(visibleLength(fitted)).toBe(Math.min(width, visibleLength(text)));
      if (visibleLength(text) <= width) expect(fitted).toBe(text);
      else if (fitted.includes('\u001b')) expect(fitted.endsWith('\u001b[0m')).toBe(true);
    }),
  );
});

test('pieces go to a further, indented line where one is full', () => {
  expect(wrapPieces(['Equity 1', 'cash 2', 'fees 3'], 20, 4)).toEqual(['Equity 1   cash 2', '    fees 3']);
  expect(wrapPieces(['Equity 1', 'cash 2'], 80, 4)).toEqual(['Equity 1   cash 2']);
});

test('no colour in a pipe, nor with NO_COLOR', () => {
  expect(styleFor({}, {}).red('x')).toBe('x');
  expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).red('x')).toBe('x');
});

test('words are broken where a window ends and nowhere in a pipe; none is lost', () => {
  expect(wrapWords('  search  one two three', 16, 4)).toBe('  search  one\n    two three');
  expect(wrapWords('one two three', undefined, 4)).toBe('one two three');
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }), fc.integer({ min: 12, max: 60 }), (words, columns) => {
      const text = wrapWords(words.join(' '), columns, 2);
      expect(text.split(/\s+/)).toEqual(words);
      for (const line of text.split('\n')) expect(line.length).toBeLessThan(columns);
    }),
  );
});

test('a folder that cannot be made, as on a read-only disk, is the user’s to mend; long lines break at words', () => {
  let text = '';
  const stderr = { columns: 30, write: (line: string) => (text += line).length > 0 } as unknown as NodeJS.WritableStream;
  const fault = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', syscall: 'mkdir', path: '/ro/results' });
  expect(reportFailure(fault, { stdout: stderr, stderr, environment: {}, cwd: '/' }, false)).toBe(2);
  expect(text).toBe('edgewright: /ro/results\n  cannot be made here\n  Is the disk read-only?\n  Choose another place.\n');
});
