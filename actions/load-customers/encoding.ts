import { open } from 'node:fs/promises';
import { UserError } from '../shared/errors.ts';

/** How a file's bytes become text, by the names that iconv-lite knows. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

const SAMPLE = 4096;

/** Beginnings of files that are not text, however they are named. */
const CONTAINERS: { magic: number[]; what: string }[] = [
  { magic: [0x50, 0x4b, 0x03, 0x04], what: 'a zip archive (or an Excel workbook)' },
  { magic: [0x1f, 0x8b], what: 'a gzip file' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: 'a PDF document' },
  { magic: [0xd0, 0xcf, 0x11, 0xe0], what: 'an old Excel workbook' },
];

/**
 * The encoding of a text file: that of its byte order mark; without one UTF-16 where every other byte at
 * the beginning is zero, else UTF-8.
 * @throws UserError when the file cannot be read, is empty, or is not text.
 */
export async function detectEncoding(file: string): Promise<TextEncoding> {
  const head = await readHead(file);
  if (head.length === 0) {
    throw new UserError(`${file} is empty`, {
      location: { file },
      remedy: 'Export it again: it needs a header.',
    });
  }
  for (const { magic, what } of CONTAINERS) {
    if (magic.every((byte, index) => head[index] === byte)) {
      throw new UserError(`${file} is ${what}, not a CSV file`, {
        location: { file },
        remedy: 'Unpack or export it as CSV and give the action that file.',
      });
    }
  }
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  const zeros = [0, 1].map(
    (parity) => head.filter((byte, index) => index % 2 === parity && byte === 0).length,
  );
  const half = head.length / 2;
  if (zeros[1]! > half * 0.4 && zeros[0]! < half * 0.1) return 'utf-16le';
  if (zeros[0]! > half * 0.4 && zeros[1]! < half * 0.1) return 'utf-16be';
  return 'utf-8';
}

async function readHead(file: string): Promise<Buffer> {
  try {
    await using handle = await open(file, 'r');
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(SAMPLE), 0, SAMPLE, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new UserError(`cannot read ${file}: ${code === 'ENOENT' ? 'there is no such file' : code}`, {
      remedy: 'Check the input "file": a path from the working directory.',
      cause: error,
    });
  }
}
