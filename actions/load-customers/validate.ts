import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import iconv from 'iconv-lite';
import { UserError } from '../shared/errors.ts';
import { CUSTOMER_COLUMNS, checkRow, type Header, readHeader } from './customer-row.ts';
import { detectEncoding, type TextEncoding } from './encoding.ts';
import { csvRecords } from './records.ts';

/** What came out of a customers file: two files to be put to the stage, and what they hold. */
export interface Validated {
  /** First 16 hex digits of the SHA-256 of the file's bytes. */
  uploadId: string;
  good: GzippedCsv;
  bad: GzippedCsv;
  encoding: TextEncoding;
  /** Columns of the file that are not loaded. */
  ignoredColumns: string[];
  /** The first rejected records, for the log: no data of a person. */
  firstRejections: { line: number; reason: string }[];
}

export interface GzippedCsv {
  path: string;
  /** Records, the header not counted. */
  rows: number;
}

const REJECTED_COLUMNS = ['file_name', 'line_number', 'reason', 'raw_line'];
const REJECTIONS_SHOWN = 20;
const BLOCK = 256 * 1024;

/**
 * Reads a customers file as a stream and sorts its records into `customers.csv.gz` (canonical: UTF-8, LF,
 * the columns in their order, every value quoted) and `rejected.csv.gz` (file, line, reason, raw text) in
 * `directory`. Equal files give equal bytes.
 * @throws UserError when the file is not a CSV file with a customers header.
 */
export async function validateCustomers(
  file: string,
  directory: string,
  options: { encoding?: TextEncoding | undefined; latestDate?: string | undefined } = {},
): Promise<Validated> {
  const encoding = options.encoding ?? (await detectEncoding(file));
  const hash = createHash('sha256');
  const text = decodedChunks(file, encoding, hash);
  const good = openGzip(path.join(directory, 'customers.csv.gz'), [...CUSTOMER_COLUMNS]);
  const bad = openGzip(path.join(directory, 'rejected.csv.gz'), REJECTED_COLUMNS);
  const fileName = path.basename(file);
  const firstRejections: Validated['firstRejections'] = [];

  const { delimiter, chunks } = await detectDelimiter(text);
  let header: Header | undefined;
  for await (const record of csvRecords(chunks, delimiter)) {
    if (header === undefined) {
      header = readHeader(file, record.line, 'fields' in record ? record.fields : [record.raw]);
      continue;
    }
    const checked =
      'fields' in record ? checkRow(record.fields, header, options.latestDate) : { reason: record.fault };
    if ('values' in checked) {
      await good.write(checked.values);
    } else {
      await bad.write([fileName, String(record.line), checked.reason, record.raw.replaceAll('\0', '\u2400')]);
      if (firstRejections.length < REJECTIONS_SHOWN) {
        firstRejections.push({ line: record.line, reason: checked.reason });
      }
    }
  }
  if (header === undefined) readHeader(file, 1, []);
  return {
    uploadId: hash.digest('hex').slice(0, 16),
    good: await good.close(),
    bad: await bad.close(),
    encoding,
    ignoredColumns: header?.ignored ?? [],
    firstRejections,
  };
}

/** @throws UserError when more than `maxPercent` of the file's rows are rejected. */
export function assertFewRejected(file: string, upload: Validated, maxPercent: number): void {
  const rows = upload.good.rows + upload.bad.rows;
  if (rows === 0 || (upload.bad.rows * 100) / rows <= maxPercent) return;
  const first = upload.firstRejections[0];
  throw new UserError(
    `${file}: ${upload.bad.rows} of ${rows} rows are rejected, more than ${maxPercent}%; nothing was loaded` +
      (first === undefined ? '' : `. The first is line ${first.line}: ${first.reason}`),
    {
      location: { file, ...(first === undefined ? {} : { line: first.line }) },
      remedy: 'Correct the file, give its "encoding", or raise "max-rejected-percent".',
    },
  );
}

async function* decodedChunks(
  file: string,
  encoding: TextEncoding,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<string, void> {
  const decoder = iconv.getDecoder(encoding, { stripBOM: true });
  try {
    for await (const chunk of createReadStream(file)) {
      hash.update(chunk as Buffer);
      const text = decoder.write(chunk as Buffer);
      if (text !== '') yield text;
    }
  } catch (error) {
    throw new UserError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code ?? error}`, {
      remedy: 'Check the file and its permissions.',
      cause: error,
    });
  }
  const rest = decoder.end();
  if (rest) yield rest;
}

/** Comma or semicolon, whichever the first line has more of. */
async function detectDelimiter(
  text: AsyncGenerator<string, void>,
): Promise<{ delimiter: string; chunks: AsyncIterable<string> }> {
  let head = '';
  while (head.length < 10_000 && !head.includes('\n')) {
    const next = await text.next();
    if (next.done) break;
    head += next.value;
  }
  const line = head.trimStart().split('\n', 1)[0] ?? '';
  const count = (character: string) => line.split(character).length;
  return { delimiter: count(';') > count(',') ? ';' : ',', chunks: resume(head, text) };
}

async function* resume(head: string, rest: AsyncGenerator<string, void>): AsyncGenerator<string, void> {
  yield head;
  yield* rest;
}

/** A CSV file that is written as gzip; its bytes depend on the rows alone. */
function openGzip(file: string, header: string[]) {
  const gzip = createGzip();
  const written = pipeline(gzip, createWriteStream(file));
  // The failure is met where the file is closed or the stream is full.
  written.catch(() => undefined);
  let block = csvLine(header);
  let rows = 0;
  return {
    async write(values: readonly string[]): Promise<void> {
      rows++;
      block += csvLine(values);
      // Each write is a round trip to zlib's thread, so rows go in blocks.
      if (block.length < BLOCK) return;
      const full = !gzip.write(block);
      block = '';
      if (full) await Promise.race([once(gzip, 'drain'), written]);
    },
    async close(): Promise<GzippedCsv> {
      gzip.end(block);
      await written;
      return { path: file, rows };
    },
  };
}

/** Empty values stay unquoted, which COPY reads as NULL. */
function csvLine(values: readonly string[]): string {
  return `${values.map((value) => (value === '' ? '' : `"${value.replaceAll('"', '""')}"`)).join(',')}\n`;
}
