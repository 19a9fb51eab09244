import { promisify } from 'node:util';
import { crc32, gzip } from 'node:zlib';
import { compress as snappyCompress } from 'snappyjs';
import type { RawPage } from '../kernel/kernel.ts';
import { givePageBuffer } from './page-buffers.ts';
import { encodeThrift, i32, struct, type ThriftField } from './thrift.ts';
import { zstdFrame } from './zstd.ts';

/** How pages are compressed. */
export type Codec = 'zstd' | 'snappy' | 'gzip' | 'none';

/** Codes of the enum `CompressionCodec` in parquet.thrift. */
export const CODEC: Record<Codec, number> = { none: 0, snappy: 1, gzip: 2, zstd: 6 };

/** Codes of the enum `Encoding` in parquet.thrift. */
export const ENCODING = { PLAIN: 0, RLE: 3, RLE_DICTIONARY: 8 } as const;

/** A page as it lies in the file. */
export interface EncodedPage {
  header: Buffer;
  body: Buffer;
  /** Size of header and body before compression, as the chunk's metadata counts it. */
  uncompressedBytes: number;
  values: number;
  nulls: number;
  isIndexed: boolean;
  range: RawPage['range'];
}

const DATA_PAGE = 0;
const DICTIONARY_PAGE = 2;
const deflate = promisify(gzip);

/** Source: https://parquet.apache.org/docs/file-format/data-pages/ (version 1). */
export async function encodePage(page: RawPage, codec: Codec): Promise<EncodedPage> {
  const { values, nulls, isIndexed, range } = page;
  const raw = page.body.length;
  const body = await compress(page.body, codec);
  if (body !== page.body) givePageBuffer(page.body);
  const header = encodeThrift(
    struct(
      [1, i32(page.kind === 'data' ? DATA_PAGE : DICTIONARY_PAGE)],
      [2, i32(raw)],
      [3, i32(body.length)],
      [4, i32(crc32(body) | 0)],
      page.kind === 'data' ? dataHeader(values, isIndexed) : dictionaryHeader(values),
    ),
  );
  return { header, body, uncompressedBytes: header.length + raw, values, nulls, isIndexed, range };
}

function dataHeader(values: number, isIndexed: boolean): ThriftField {
  const encoding = isIndexed ? ENCODING.RLE_DICTIONARY : ENCODING.PLAIN;
  return [5, struct([1, i32(values)], [2, i32(encoding)], [3, i32(ENCODING.RLE)], [4, i32(ENCODING.RLE)])];
}

function dictionaryHeader(values: number): ThriftField {
  return [7, struct([1, i32(values)], [2, i32(ENCODING.PLAIN)])];
}

/** zstd and gzip run on a libuv thread, so that decoding goes on meanwhile. */
async function compress(raw: Buffer, codec: Codec): Promise<Buffer> {
  switch (codec) {
    case 'zstd':
      return zstdFrame(raw);
    case 'gzip':
      // Room for the whole answer at once: a smaller chunk means a turn of the event loop per chunk.
      return trimmed(await deflate(raw, { chunkSize: raw.length + (raw.length >>> 7) + 1024 }));
    case 'snappy':
      return trimmed(Buffer.from(snappyCompress(raw)));
    case 'none':
      return raw;
  }
}

/** zlib answers with a slice of the room it was given, which would stay in memory until the row group is written. */
function trimmed(body: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}
