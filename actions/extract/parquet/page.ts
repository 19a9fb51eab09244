import { promisify } from 'node:util';
import { constants, crc32, zstdCompress } from 'node:zlib';
import { encodeHybrid, hybridBound } from './hybrid.ts';
import { encodeThrift, i32, struct, type ThriftField } from './thrift.ts';

/** Codes of the enum `Encoding` in parquet.thrift. */
export const ENCODING = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;

/** Code of ZSTD in the enum `CompressionCodec`. */
export const CODEC_ZSTD = 6;

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const LEVEL = 3;

/** A page as it lies in the file. */
export interface EncodedPage {
  header: Buffer;
  body: Buffer;
  /** Size of header and body before compression, as the chunk's metadata counts it. */
  uncompressedBytes: number;
}

const compress = promisify(zstdCompress);

/**
 * A data page (V1): definition levels, then the values.
 * Source: https://parquet.apache.org/docs/file-format/data-pages/
 * @param levels one octet per value: 1 present, 0 null
 * @param encodeValues writes the values into the page's body and returns where they end
 */
export function encodeDataPage(
  levels: Uint8Array,
  count: number,
  encoding: number,
  valueBytes: number,
  encodeValues: (target: Buffer, offset: number) => number,
): Promise<EncodedPage> {
  const body = Buffer.allocUnsafe(4 + hybridBound(count, 1) + valueBytes);
  const levelsEnd = encodeHybrid(levels, count, 1, body, 4);
  body.writeUInt32LE(levelsEnd - 4, 0);
  const end = encodeValues(body, levelsEnd);
  const header = struct([1, i32(count)], [2, i32(encoding)], [3, i32(ENCODING.RLE)], [4, i32(ENCODING.RLE)]);
  return finishPage(DATA_PAGE, body.subarray(0, end), [5, header]);
}

/** The dictionary page of a column chunk: its distinct values in PLAIN. */
export function encodeDictionaryPage(entries: Buffer, count: number): Promise<EncodedPage> {
  const header = struct([1, i32(count)], [2, i32(ENCODING.PLAIN)]);
  return finishPage(DICTIONARY_PAGE, entries, [7, header]);
}

/** Compresses on a libuv thread, so that decoding goes on meanwhile. */
async function finishPage(type: number, raw: Buffer, pageHeader: ThriftField): Promise<EncodedPage> {
  const body = await compress(raw, {
    // Room for the whole answer at once: a smaller chunk means a turn of the event loop per chunk.
    chunkSize: Math.max(1024, raw.length + (raw.length >>> 7) + 512),
    params: { [constants.ZSTD_c_compressionLevel]: LEVEL },
  });
  const header = encodeThrift(
    struct(
      [1, i32(type)],
      [2, i32(raw.length)],
      [3, i32(body.length)],
      [4, i32(crc32(body) | 0)],
      pageHeader,
    ),
  );
  return { header, body, uncompressedBytes: header.length + raw.length };
}
