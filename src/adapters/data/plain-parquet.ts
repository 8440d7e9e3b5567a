import { invariant } from '#core';
import type { Table, TableColumn } from './table.ts';
import { ThriftWriter, type ThriftField } from './thrift-writer.ts';
import { zlib } from './zlib.ts';

const MAGIC = Buffer.from('PAR1');
const TYPE = { double: 5, text: 6 } as const;
const [UNPACKED, ZSTD, PLAIN, RLE, REQUIRED, DATA_PAGE, UTF8] = [0, 6, 0, 3, 0, 0, 0];

/** A page of fewer bytes is not worth packing. */
const PACKED_FROM = 65_536;

/** Rows of a group: what a reader holds at once, and what a writer copies at once a column. */
const GROUP_ROWS = 122_880;

/** Named columns of equal length as the bytes of a Parquet file; see `parquetParts`. */
export function parquetBytes(table: Table): Buffer {
  return Buffer.concat([...parquetParts(table)]);
}

/**
 * The bytes of a Parquet file part by part, so that a large table is never held twice: groups of 122,880 rows, one page a column and
 * group, PLAIN, with zstd from 64 KiB on. Numbers as DOUBLE with one NaN for all (a missing value has many bit patterns, and which one a
 * computation leaves depends on how the runtime compiled it), texts as UTF8; no column may be missing a value. The same columns give the
 * same bytes.
 * The layout is that of the format's own description (github.com/apache/parquet-format, parquet.thrift).
 */
export function* parquetParts(table: Table): Generator<Buffer> {
  const columns = Object.entries(table);
  const rows = columns[0]?.[1].length ?? 0;
  invariant(columns.length > 0, 'a table has columns');
  for (const [name, column] of columns)
    invariant(column.length === rows, `column ${name} has ${column.length} rows, the first has ${rows}`);
  yield MAGIC;
  let at = MAGIC.length;
  const groups: RowGroup[] = [];
  for (let from = 0; from === 0 || from < rows; from += GROUP_ROWS) {
    const count = Math.min(GROUP_ROWS, rows - from);
    const chunks: ThriftField[][] = [];
    const start = at;
    for (const [name, column] of columns) {
      const plain = plainBytes(column instanceof Float64Array ? column.subarray(from, from + count) : column.slice(from, from + count));
      const codec = plain.length < PACKED_FROM ? UNPACKED : ZSTD;
      const packed = codec === ZSTD ? zlib().zstdCompressSync(plain) : plain;
      const header = pageHeader(count, plain.length, packed.length);
      chunks.push(columnChunk(name, column, codec, count, at, header.length + plain.length, header.length + packed.length));
      at += header.length + packed.length;
      yield header;
      yield packed;
    }
    groups.push({ chunks, size: at - start, rows: count });
  }
  const footer = fileFooter(columns, rows, groups);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  yield footer;
  yield length;
  yield MAGIC;
}

interface RowGroup {
  readonly chunks: readonly ThriftField[][];
  readonly size: number;
  readonly rows: number;
}

function plainBytes(column: TableColumn): Buffer {
  if (column instanceof Float64Array) {
    const values = column.map((value) => (Number.isNaN(value) ? Number.NaN : value));
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  }
  // What a row repeats of the one before, as most do of names and words, is not made bytes again.
  const texts: Buffer[] = [];
  for (let row = 0; row < column.length; row++)
    texts.push(row > 0 && column[row] === column[row - 1] ? texts[row - 1]! : Buffer.from(column[row]!));
  const out = Buffer.alloc(texts.reduce((sum, text) => sum + 4 + text.length, 0));
  let at = 0;
  for (const text of texts) {
    at = out.writeUInt32LE(text.length, at);
    at += text.copy(out, at);
  }
  return out;
}

const typeOf = (column: TableColumn): number => (column instanceof Float64Array ? TYPE.double : TYPE.text);

function pageHeader(rows: number, plainLength: number, packedLength: number): Buffer {
  return new ThriftWriter()
    .struct([
      [1, 'i32', DATA_PAGE],
      [2, 'i32', plainLength],
      [3, 'i32', packedLength],
      [
        5,
        'struct',
        [
          [1, 'i32', rows],
          [2, 'i32', PLAIN],
          [3, 'i32', RLE],
          [4, 'i32', RLE],
        ],
      ],
    ])
    .bytes();
}

function columnChunk(
  name: string,
  column: TableColumn,
  codec: number,
  rows: number,
  offset: number,
  plainLength: number,
  packedLength: number,
): ThriftField[] {
  return [
    [2, 'i64', offset],
    [
      3,
      'struct',
      [
        [1, 'i32', typeOf(column)],
        [2, 'i32s', [PLAIN, RLE]],
        [3, 'texts', [name]],
        [4, 'i32', codec],
        [5, 'i64', rows],
        [6, 'i64', plainLength],
        [7, 'i64', packedLength],
        [9, 'i64', offset],
      ],
    ],
  ];
}

function fileFooter(columns: readonly [string, TableColumn][], rows: number, groups: readonly RowGroup[]): Buffer {
  const root: ThriftField[] = [
    [4, 'text', 'schema'],
    [5, 'i32', columns.length],
  ];
  const fields = columns.map(([name, column]): ThriftField[] => [
    [1, 'i32', typeOf(column)],
    [3, 'i32', REQUIRED],
    [4, 'text', name],
    ...(column instanceof Float64Array ? [] : [[6, 'i32', UTF8] satisfies ThriftField]),
  ]);
  return new ThriftWriter()
    .struct([
      [1, 'i32', 1],
      [2, 'structs', [root, ...fields]],
      [3, 'i64', rows],
      [
        4,
        'structs',
        groups.map(({ chunks, size, rows: count }): ThriftField[] => [
          [1, 'structs', chunks],
          [2, 'i64', size],
          [3, 'i64', count],
        ]),
      ],
      [6, 'text', 'edgewright'],
    ])
    .bytes();
}
