import { zstdCompressSync } from 'node:zlib';
import { invariant } from '#core';
import type { Table, TableColumn } from './parquet-table.ts';
import { ThriftWriter, type ThriftField } from './thrift-writer.ts';

const MAGIC = Buffer.from('PAR1');
const TYPE = { double: 5, text: 6 } as const;
const [ZSTD, PLAIN, RLE, REQUIRED, DATA_PAGE, UTF8] = [6, 0, 3, 0, 0, 0];

/**
 * Named columns of equal length as the bytes of a Parquet file: one row group, one page a column, PLAIN, zstd. For a table that a run writes
 * at its end, so that it need not load a database. Numbers as DOUBLE with one NaN for all, texts as UTF8; no column may be missing a value.
 * The layout is that of the format's own description (github.com/apache/parquet-format, parquet.thrift).
 */
export function parquetBytes(table: Table): Buffer {
  const columns = Object.entries(table);
  const rows = columns[0]?.[1].length ?? 0;
  invariant(columns.length > 0, 'a table has columns');
  const parts: Buffer[] = [MAGIC];
  let at = MAGIC.length;
  const chunks: ThriftField[][] = [];
  for (const [name, column] of columns) {
    invariant(column.length === rows, `column ${name} has ${column.length} rows, the first has ${rows}`);
    const plain = plainBytes(column);
    const packed = zstdCompressSync(plain);
    const header = pageHeader(rows, plain.length, packed.length);
    chunks.push(columnChunk(name, column, rows, at, header.length + plain.length, header.length + packed.length));
    parts.push(header, packed);
    at += header.length + packed.length;
  }
  const footer = fileFooter(columns, rows, chunks, at - MAGIC.length);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, MAGIC]);
}

function plainBytes(column: TableColumn): Buffer {
  if (column instanceof Float64Array) {
    const values = column.map((value) => (Number.isNaN(value) ? Number.NaN : value));
    return Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  }
  const texts = column.map((text) => Buffer.from(text));
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
        [4, 'i32', ZSTD],
        [5, 'i64', rows],
        [6, 'i64', plainLength],
        [7, 'i64', packedLength],
        [9, 'i64', offset],
      ],
    ],
  ];
}

function fileFooter(columns: readonly [string, TableColumn][], rows: number, chunks: readonly ThriftField[][], size: number): Buffer {
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
  const group: ThriftField[] = [
    [1, 'structs', chunks],
    [2, 'i64', size],
    [3, 'i64', rows],
  ];
  return new ThriftWriter()
    .struct([
      [1, 'i32', 1],
      [2, 'structs', [root, ...fields]],
      [3, 'i64', rows],
      [4, 'structs', [group]],
      [6, 'text', 'edgewright'],
    ])
    .bytes();
}
