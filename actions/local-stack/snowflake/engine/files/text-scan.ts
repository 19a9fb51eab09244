import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access } from 'node:fs/promises';
import { quote } from '../database.ts';
import type { Engine } from '../engine.ts';
import { type CsvOptions, csvOptions } from '../stages/csv-options.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';
import { cachedFile } from '../stages/stage-cache.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import { textFile } from '../stages/staged-text.ts';
import { readCsv } from './csv-reader.ts';
import { readJson } from './json-reader.ts';
import { fieldNames, type RecordFile, RecordWriter, recordFileSql } from './record-file.ts';

/** A CSV or JSON file as DuckDB SQL: columns f1 … fn as text, and r_row (from 1) where asked for. */
export interface TextScan {
  sql: string;
  /** Records as our own reader wrote them, with r_row, r_line, r_offset and r_error. Null: DuckDB reads the file itself. */
  records: RecordFile | null;
}

/** Fields to read, and how many there must be (null: any number). */
export interface TextPlan {
  fields: number;
  expected: number | null;
  withRow: boolean;
}

/**
 * Reads a CSV file with DuckDB where its rules are the same as Snowflake's for this file: no escapes, no blank line,
 * no blank beside an enclosure. Undefined where they are not. A file that then fails is to be read by `exactScan`.
 */
export async function plainCsvScan(
  engine: Engine,
  file: StagedFile,
  format: EffectiveFormat,
  plan: TextPlan,
): Promise<TextScan | undefined> {
  const options = csvOptions(format.options);
  const delimiter = options.fieldDelimiter;
  const simple =
    options.newline &&
    delimiter !== null &&
    delimiter.length <= 4 &&
    !delimiter.includes(0x0a) &&
    !options.trimSpace &&
    !options.replaceInvalid &&
    (options.multiLine || options.enclosure === null) &&
    options.skipByteOrderMark &&
    (options.escapeEnclosed === null || options.escapeEnclosed === options.escapeUnenclosed);
  if (!simple) return undefined;
  const path = await textFile(engine, file, format);
  if (!(await isPlain(path, options))) return undefined;
  const names = fieldNames(plan.fields);
  const enclosure = options.enclosure === null ? '' : String.fromCharCode(options.enclosure);
  const columns = names.map((name) => `'${name}': 'VARCHAR'`).join(', ');
  const skip = options.skipHeader + (options.parseHeader ? 1 : 0);
  const nothing = options.emptyAsNull ? '' : '\u0001\u0002';
  const read = `read_csv(${quote(path)}, columns = {${columns}}, auto_detect = false, header = false, skip = ${skip}, delim = ${quote(delimiter.toString('utf8'))}, quote = ${quote(enclosure)}, escape = ${quote(enclosure)}, nullstr = ${quote(nothing)}, allow_quoted_nulls = false, strict_mode = true, null_padding = ${plan.expected === null}, max_line_size = 16777216)`;
  const nulls = options.nullIf.filter((text) => !text.includes('\\'));
  const values = names.map((name) =>
    nulls.length === 0
      ? name
      : `CASE WHEN ${name} NOT IN (${nulls.map(quote).join(', ')}) THEN ${name} END AS ${name}`,
  );
  if (plan.withRow) values.push('row_number() OVER () AS r_row');
  return { sql: `(SELECT ${values.join(', ')} FROM ${read})`, records: null };
}

/** Reads a file with our own reader: every rule of Snowflake's, places and reasons of bad records. */
export async function exactScan(
  engine: Engine,
  file: StagedFile,
  format: EffectiveFormat,
  plan: Omit<TextPlan, 'withRow'>,
): Promise<TextScan> {
  const path = await textFile(engine, file, format);
  const key = JSON.stringify([path, file.etag, format, plan.fields, plan.expected]);
  const records = await cachedRecords(engine, key, plan.fields, (writer) =>
    format.type === 'CSV'
      ? readCsv(path, csvOptions(format.options), plan, writer)
      : readJson(path, format.options, writer),
  );
  return { sql: recordFileSql(records), records };
}

const known = new WeakMap<Engine, Map<string, RecordFile>>();
/** Record files of an earlier process lack what is known of them only in memory. */
const processKey = randomUUID();

async function cachedRecords(
  engine: Engine,
  key: string,
  fields: number,
  read: (writer: RecordWriter) => Promise<void>,
): Promise<RecordFile> {
  const files = known.get(engine) ?? new Map<string, RecordFile>();
  known.set(engine, files);
  const path = await cachedFile(engine, `${processKey}/${key}`, async (to) => {
    const writer = await RecordWriter.create(to);
    try {
      await read(writer);
    } finally {
      await writer.close();
    }
    const { longestRecord, multiLine, firstError, errors } = writer;
    files.set(key, { path: '', fields, longestRecord, multiLine, firstError, errors });
  });
  return { ...files.get(key)!, path };
}

async function isPlain(path: string, options: CsvOptions): Promise<boolean> {
  await access(path);
  const enclosed = options.enclosure === null ? [] : besideEnclosure(options.enclosure);
  const forbidden = ['\n\n', '\n\r\n', '\0', ...enclosed].map((text) => Buffer.from(text, 'latin1'));
  for (const mark of new Set([options.escapeEnclosed, options.escapeUnenclosed])) {
    if (mark !== null && mark !== options.enclosure) forbidden.push(Buffer.from([mark]));
  }
  let tail = Buffer.alloc(0);
  let first = true;
  for await (const chunk of createReadStream(path, { highWaterMark: 4 << 20 }) as AsyncIterable<Buffer>) {
    const start = first ? 0 : -1;
    first = false;
    if (start === 0 && (chunk[0] === 0x0a || (chunk[0] === 0x0d && chunk[1] === 0x0a))) return false;
    // Patterns that span two chunks are looked for in their seam.
    const seam = Buffer.concat([tail, chunk.subarray(0, 4)]);
    for (const part of [seam, chunk]) {
      if (forbidden.some((pattern) => part.includes(pattern)) || hasLoneReturn(part, part === seam))
        return false;
    }
    tail = Buffer.from(chunk.subarray(-4));
  }
  return true;
}

/** Blanks beside an enclosure, which DuckDB takes for padding and Snowflake for data. */
function besideEnclosure(enclosure: number): string[] {
  const mark = String.fromCharCode(enclosure);
  return [` ${mark}`, `${mark} `, `\t${mark}`, `${mark}\t`];
}

/** A carriage return that ends no line: DuckDB would break the line there. */
function hasLoneReturn(bytes: Buffer, seam: boolean): boolean {
  for (let at = bytes.indexOf(0x0d); at >= 0; at = bytes.indexOf(0x0d, at + 1)) {
    if (at + 1 === bytes.length) return false;
    if (bytes[at + 1] !== 0x0a && !seam) return true;
  }
  return false;
}
