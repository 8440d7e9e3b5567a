import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';

test('plain rows, read in one pass, are what the careful reader makes of the same rows in quotes', () => {
  const price = fc.oneof(
    fc.double({ min: 1e-9, max: 1e12, noNaN: true }).map(String),
    fc.integer({ min: 0, max: 1e9 }).map(String),
    fc.constantFrom('', 'nan', '-1.5', '5.', '.5', '007.250', '1e3', '12345678901234567890.123456789', '0.0000000000000000000000012'),
  );
  const time = fc.oneof(
    fc.integer({ min: 1e9, max: 2e9 }).map(String),
    fc
      .date({ min: new Date('1999-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString().slice(0, 10)),
    fc
      .date({ min: new Date('1999-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
      .map((date) => `${date.toISOString().slice(0, 19)}Z`),
  );
  const rows = fc.array(fc.tuple(time, price, price, price, price, price), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (cells, newline, ends) => {
      const file = (quote: string): Uint8Array => {
        const lines = ['time,open,high,low,close,volume', ...cells.map((row) => row.map((cell) => quote + cell + quote).join(','))];
        return Buffer.from(lines.join(newline) + (ends ? newline : ''));
      };
      const plain = parseCsv(file(''), 'a.csv');
      const careful = parseCsv(file('"'), 'a.csv');
      expect(plain.columns).toEqual(careful.columns);
      expect(plain.missingValues).toBe(careful.missingValues);
    }),
    { numRuns: 300 },
  );
});

test('columns grow for a file whose rows are shorter than its first one promised', () => {
  const first = `1700000000,1.${'0'.repeat(300)},1,1,1,1`;
  const rows = Array.from({ length: 5000 }, (_, at) => `${1700000060 + 60 * at},${at + 1},9999,0.5,2,${at}`);
  for (const blank of ['', '\n\n']) {
    const { columns } = parseCsv(Buffer.from(`time,open,high,low,close,volume\n${blank}${[first, ...rows].join('\n')}`), 'a.csv');
    expect(columns.open).toEqual(Float64Array.from([1, ...rows.map((_, at) => at + 1)]));
    expect(columns.volume).toEqual(Float64Array.from([1, ...rows.keys()]));
    expect(columns.time.at(-1)).toBe(1_700_000_060_000 + 60_000 * 4999);
  }
});
