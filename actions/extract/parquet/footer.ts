import { CODEC, type Codec, ENCODING, type EncodedPage } from './page.ts';
import { columnOrders, type ParquetColumn, PHYSICAL_CODE, schemaElements } from './schema.ts';
import { chunkStatistics } from './statistics.ts';
import { encodeThrift, i16, i32, i64, list, struct, type ThriftValue, text } from './thrift.ts';

/** A page that has been written: where it lies, header included, and what is known of it. */
export interface WrittenPage {
  offset: number;
  bytes: number;
  page: Omit<EncodedPage, 'body'>;
}

/** A column's part of a row group as it lies in the file. */
export interface ColumnChunk {
  column: ParquetColumn;
  codec: Codec;
  offset: number;
  dictionary: WrittenPage | undefined;
  /** Data pages, in order. */
  pages: WrittenPage[];
  columnIndex?: { offset: number; length: number } | undefined;
  offsetIndex?: { offset: number; length: number } | undefined;
}

/** A row group of the file. */
export interface RowGroup {
  rows: number;
  offset: number;
  chunks: ColumnChunk[];
}

export const MAGIC = Buffer.from('PAR1', 'latin1');

/**
 * FileMetaData, its length and the closing magic.
 * Source: https://parquet.apache.org/docs/file-format/metadata/
 */
export function encodeFooter(columns: readonly ParquetColumn[], groups: readonly RowGroup[]): Buffer {
  const rows = groups.reduce((sum, group) => sum + group.rows, 0);
  const metadata = encodeThrift(
    struct(
      [1, i32(2)],
      [2, list(schemaElements(columns))],
      [3, i64(rows)],
      [4, list(groups.map(rowGroup))],
      [6, text('globalmart-dataops')],
      [7, columnOrders(columns)],
    ),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32LE(metadata.length);
  return Buffer.concat([metadata, length, MAGIC]);
}

function rowGroup(group: RowGroup, ordinal: number): ThriftValue {
  return struct(
    [1, list(group.chunks.map(columnChunk))],
    [2, i64(sum(group.chunks.map(uncompressedBytes)))],
    [3, i64(group.rows)],
    [5, i64(group.offset)],
    [6, i64(sum(group.chunks.map(compressedBytes)))],
    // A 16-bit field: optional, so left out where it no longer fits.
    [7, ordinal < 0x8000 ? i16(ordinal) : undefined],
  );
}

/** ColumnChunk with its ColumnMetaData. */
function columnChunk(chunk: ColumnChunk): ThriftValue {
  const { column, codec, dictionary, offset, offsetIndex, columnIndex } = chunk;
  const metadata = struct(
    [1, i32(PHYSICAL_CODE[column.physical])],
    [2, list(encodingsOf(chunk).map(i32))],
    [3, list([text(column.name)])],
    [4, i32(CODEC[codec])],
    [5, i64(sum(chunk.pages.map(({ page }) => page.values)))],
    [6, i64(uncompressedBytes(chunk))],
    [7, i64(compressedBytes(chunk))],
    [9, i64(offset + (dictionary?.bytes ?? 0))],
    [11, dictionary && i64(offset)],
    [12, chunkStatistics(column.physical, chunk.pages)],
  );
  return struct(
    [2, i64(0)],
    [3, metadata],
    [4, offsetIndex && i64(offsetIndex.offset)],
    [5, offsetIndex && i32(offsetIndex.length)],
    [6, columnIndex && i64(columnIndex.offset)],
    [7, columnIndex && i32(columnIndex.length)],
  );
}

/** RLE is that of the levels; the dictionary page itself is PLAIN. */
function encodingsOf({ dictionary, pages }: ColumnChunk): number[] {
  const isPlain = dictionary !== undefined || pages.some(({ page }) => !page.isIndexed);
  const isIndexed = pages.some(({ page }) => page.isIndexed);
  return [
    ENCODING.RLE,
    ...(isPlain ? [ENCODING.PLAIN] : []),
    ...(isIndexed ? [ENCODING.RLE_DICTIONARY] : []),
  ];
}

function allPages({ dictionary, pages }: ColumnChunk): WrittenPage[] {
  return dictionary === undefined ? pages : [dictionary, ...pages];
}

function uncompressedBytes(chunk: ColumnChunk): number {
  return sum(allPages(chunk).map(({ page }) => page.uncompressedBytes));
}

function compressedBytes(chunk: ColumnChunk): number {
  return sum(allPages(chunk).map(({ bytes }) => bytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
