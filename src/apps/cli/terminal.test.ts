import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitToWidth, styleFor, visibleLength, wrapPieces } from './terminal.ts';

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
