import type { ColumnChunk } from './column.ts';
import { CODEC_ZSTD, ENCODING } from './page.ts';
import { columnOrders, type ParquetColumn, PHYSICAL_CODE, schemaElements } from './schema.ts';
import { encodeStatistics } from './statistics.ts';
import { encodeThrift, i16, i32, i64, list, struct, type ThriftValue, text } from './thrift.ts';

/** A row group of the file as its metadata describes it. */
export interface RowGroup {
  rows: number;
  columns: ThriftValue[];
  offset: number;
  uncompressedBytes: number;
  compressedBytes: number;
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

/** ColumnChunk with its ColumnMetaData; `offset` is where the chunk's first page starts in the file. */
export function columnChunk(
  chunk: ColumnChunk,
  offset: number,
  compressedBytes: number,
  uncompressedBytes: number,
): ThriftValue {
  const { column, dictionary } = chunk;
  const dictionaryBytes = dictionary === undefined ? 0 : dictionary.header.length + dictionary.body.length;
  const metadata = struct(
    [1, i32(PHYSICAL_CODE[column.physical])],
    [2, list([ENCODING.RLE, ...encodingsOf(chunk)].map(i32))],
    [3, list([text(column.name)])],
    [4, i32(CODEC_ZSTD)],
    [5, i64(chunk.values)],
    [6, i64(uncompressedBytes)],
    [7, i64(compressedBytes)],
    [9, i64(offset + dictionaryBytes)],
    [11, dictionary && i64(offset)],
    [12, encodeStatistics(column.physical, chunk.range, chunk.nulls)],
  );
  return struct([2, i64(0)], [3, metadata]);
}

function encodingsOf(chunk: ColumnChunk): Set<number> {
  // The dictionary page itself is PLAIN.
  return chunk.dictionary === undefined ? chunk.encodings : new Set([ENCODING.PLAIN, ...chunk.encodings]);
}

function rowGroup(group: RowGroup, ordinal: number): ThriftValue {
  return struct(
    [1, list(group.columns)],
    [2, i64(group.uncompressedBytes)],
    [3, i64(group.rows)],
    [5, i64(group.offset)],
    [6, i64(group.compressedBytes)],
    // A 16-bit field: optional, so left out where it no longer fits.
    [7, ordinal < 0x8000 ? i16(ordinal) : undefined],
  );
}
