import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import iconv from 'iconv-lite';
import { notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { Engine } from '../engine.ts';
import type { EffectiveFormat } from './file-format.ts';
import { cachedFile } from './stage-cache.ts';
import { fetchFile, type StagedFile } from './stage-files.ts';

/** A CSV or JSON file's text as a local file: decompressed and in UTF-8. @throws SnowflakeError 100051 for bad compression */
export async function textFile(engine: Engine, file: StagedFile, format: EffectiveFormat): Promise<string> {
  const path = await fetchFile(engine, file);
  const compression = await compressionOf(path, file.path, String(format.options.COMPRESSION));
  const encoding = encodingOf(String(format.options.ENCODING ?? 'UTF8'));
  if (compression === 'NONE' && encoding === null) return path;
  const steps: Duplex[] = [];
  if (compression !== 'NONE') steps.push(decompressor(compression));
  if (encoding !== null) steps.push(iconv.decodeStream(encoding) as unknown as Duplex);
  if (encoding !== null) steps.push(iconv.encodeStream('utf8') as unknown as Duplex);
  const { source } = file;
  const place = source.kind === 's3' ? `${source.bucket}/${source.key}` : source.path;
  return cachedFile(engine, `${place}/${file.etag}/${compression}/${encoding}`, async (to) => {
    try {
      await pipeline([createReadStream(path), ...steps, createWriteStream(to)]);
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? '';
      if (!code.startsWith('Z_') && !code.startsWith('ERR_') && !code.startsWith('ZSTD_')) throw cause;
      throw new SnowflakeError(
        '100080',
        '22000',
        `Invalid data encountered during decompression for file: '${file.metadataName}', compression type used: '${compression}', cause: '${code}'`,
        { cause },
      );
    }
  });
}

/** AUTO goes by the file's name and its first bytes. Source: docs.snowflake.com, CREATE FILE FORMAT, COMPRESSION. */
async function compressionOf(path: string, name: string, option: string): Promise<string> {
  if (option !== 'AUTO') {
    if (option === 'BZ2') throw notSupportedHere('COMPRESSION = BZ2');
    return option;
  }
  const start = await firstBytes(path, 4);
  if (start[0] === 0x1f && start[1] === 0x8b) return 'GZIP';
  if (start.equals(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]))) return 'ZSTD';
  if (start.toString('latin1', 0, 3) === 'BZh' && name.endsWith('.bz2'))
    throw notSupportedHere(`the bzip2 file '${name}'`);
  if (name.endsWith('.br')) return 'BROTLI';
  if (name.endsWith('.raw_deflate')) return 'RAW_DEFLATE';
  if (name.endsWith('.deflate')) return 'DEFLATE';
  return 'NONE';
}

function decompressor(compression: string): Duplex {
  switch (compression) {
    case 'GZIP':
      return createGunzip();
    case 'ZSTD':
      return createZstdDecompress();
    case 'BROTLI':
      return createBrotliDecompress();
    case 'DEFLATE':
      return createInflate();
    default:
      return createInflateRaw();
  }
}

/** iconv's name of a Snowflake ENCODING; null: UTF-8, which needs no change. */
function encodingOf(option: string): string | null {
  const plain = option.toUpperCase().replace(/[^A-Z0-9]/g, '');
  if (plain === 'UTF8') return null;
  const name = names[plain] ?? plain;
  if (!iconv.encodingExists(name)) throw notSupportedHere(`ENCODING = '${option}'`);
  return name;
}

const names: Record<string, string> = {
  SHIFTJIS: 'Shift_JIS',
  EUCJP: 'EUC-JP',
  EUCKR: 'EUC-KR',
  KOI8R: 'KOI8-R',
  UTF16: 'UTF-16',
  UTF16LE: 'UTF-16LE',
  UTF16BE: 'UTF-16BE',
  UTF32: 'UTF-32',
  UTF32LE: 'UTF-32LE',
  UTF32BE: 'UTF-32BE',
};

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
