import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv } from './csv.ts';
import type { RowEngine } from './plain-rows/wasm-rows.ts';

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

/** The columns, or what the file was refused with. */
function outcomeOf(text: string, engine: RowEngine): unknown {
  try {
    return parseCsv(Buffer.from(text, 'latin1'), 'a.csv', engine);
  } catch (error) {
    return String(error);
  }
}

test('the WebAssembly kernel and its plain twin give the same bits, and refuse the same, whatever the cells', () => {
  const byte = fc.constantFrom(...'0123456789.-:TZ ,;"\r\nx\0'.split(''));
  const cell = fc.oneof(
    { weight: 60, arbitrary: fc.double({ min: 0, max: 1e9, noNaN: true }).map((value) => value.toFixed(4)) },
    { weight: 1, arbitrary: fc.constantFrom('9007199254740991', '9007199254740992', '9.007199254740991', '000000000000000001', '1.', '.') },
    { weight: 1, arbitrary: fc.string({ unit: byte, maxLength: 22 }) },
  );
  const time = fc.oneof(
    { weight: 40, arbitrary: fc.integer({ min: 1e8, max: 2e9 }).map(String) },
    {
      weight: 20,
      arbitrary: fc
        .date({ min: new Date('1590-01-01'), max: new Date('2610-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().replace('.000', '').slice(0, 20)),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('2020-02-28', '2020-02-29', '2020-13-01', '20a1-01-02', '2020-01x02', '2.01-01-02', '99999999'),
    },
    {
      weight: 2,
      arbitrary: fc.constantFrom('2020-01-02T23:59:59Z', '2020-01-02T24:00:00Z', '2020-01-02 09:30:00Z', '2020-01-02T09:30x00Z'),
    },
    { weight: 1, arbitrary: fc.string({ unit: byte, maxLength: 22 }) },
  );
  const rows = fc.array(fc.tuple(time, cell, cell, cell, cell, cell), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(rows, fc.constantFrom(',', ';'), fc.constantFrom('\n', '\r\n'), fc.boolean(), (cells, delimiter, newline, ends) => {
      const lines = [['time', 'open', 'high', 'note', 'low', 'close'], ...cells].map((row) => row.join(delimiter));
      const text = lines.join(newline) + (ends ? newline : '');
      expect(outcomeOf(text, 'wasm')).toEqual(outcomeOf(text, 'plain'));
    }),
    { numRuns: 1000 },
  );
});

test('rows that lie across windows of the kernel, or are longer than one, lose nothing', () => {
  const row = (at: number): string => `${1_700_000_000 + 60 * at},${at + 0.25},${at + 1},${at},${at + 0.5},${at}`;
  const lines = Array.from({ length: 6000 }, (_, at) => row(at));
  lines[3000] = `${lines[3000]},${'x'.repeat(70_000)}`;
  lines[3001] = `"${1_700_000_000 + 60 * 3001}",3001.25,3002,3001,3001.5,3001,`;
  const text = `time,open,high,low,close,volume,note\n${lines.map((line) => (line.split(',').length > 6 ? line : `${line},7`)).join('\n')}`;
  const { columns } = parseCsv(Buffer.from(text), 'a.csv', 'wasm');
  expect(columns.open).toEqual(Float64Array.from({ length: 6000 }, (_, at) => at + 0.25));
  expect(columns.time.at(-1)).toBe(1_700_000_000_000 + 60_000 * 5999);
  expect(columns).toEqual(parseCsv(Buffer.from(text), 'a.csv', 'plain').columns);
});

test('a date with letters among its digits is refused, not read as another year', () => {
  for (const engine of ['wasm', 'plain'] as const) {
    const dated = (date: string) => parseCsv(Buffer.from(`date,close\n${date},1\n2020-01-03,1\n`), 'a.csv', engine);
    expect(() => dated('20a1-01-02')).toThrow('"20a1-01-02" is not a time');
    expect(() => dated('2020-01x02')).toThrow('is not a time');
    expect(dated('2020-01-02').columns.time[0]).toBe(Date.UTC(2020, 0, 2));
  }
});
