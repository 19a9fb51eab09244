import { isUtf8 } from 'node:buffer';
import type { CsvOptions } from '../stages/csv-options.ts';
import { type CsvField, type CsvRecord, parseCsvRecord } from './csv-record.ts';
import type { RecordError, RecordWriter } from './record-file.ts';
import { readText, type TextWindow } from './text-window.ts';

/** What a reader does with a file's records. */
export interface CsvPlan {
  /** Fields to write per record: missing ones are NULL, further ones are left out. */
  fields: number;
  /** A record with another number of fields is refused. */
  expected: number | null;
}

/** Reads a CSV file by Snowflake's rules and writes its records. Source: docs.snowflake.com, CREATE FILE FORMAT, TYPE = CSV. */
export async function readCsv(
  path: string,
  options: CsvOptions,
  plan: CsvPlan,
  writer: RecordWriter,
): Promise<void> {
  let row = 0;
  let skip = options.skipHeader + (options.parseHeader ? 1 : 0);
  let line = 1;
  await readText(path, options.skipByteOrderMark, async (window) => {
    for (;;) {
      if (window.start === window.end && window.last) return;
      if (skip > 0) {
        const next = afterLine(window, options);
        if (next === undefined) return;
        window.start = next;
        line++;
        skip--;
        continue;
      }
      const record = parseCsvRecord(window, options);
      if (record === undefined) return;
      const { start } = window;
      window.start = record.next;
      if (!(record.blank && options.skipBlankLines)) {
        row++;
        write(window, start, record, row, line, options, plan, writer);
      }
      line += record.lines;
      if (writer.full) await writer.flush();
    }
  });
}

/** Names in the first line of a file with PARSE_HEADER. */
export async function readCsvHeader(path: string, options: CsvOptions): Promise<string[]> {
  let names: string[] = [];
  await readText(path, options.skipByteOrderMark, async (window) => {
    const record = parseCsvRecord(window, options);
    if (record === undefined) return;
    names = record.fields.map((field) => field.bytes.toString('utf8'));
    window.start = window.end;
    return 'stop';
  });
  return names;
}

/** The most fields that a record of a file has. */
export async function csvWidth(path: string, options: CsvOptions): Promise<number> {
  let skip = options.skipHeader;
  let width = 0;
  await readText(path, options.skipByteOrderMark, async (window) => {
    while (!(window.start === window.end && window.last)) {
      const record = skip > 0 ? undefined : parseCsvRecord(window, options);
      const next = skip > 0 ? afterLine(window, options) : record?.next;
      if (next === undefined) return;
      window.start = next;
      skip--;
      width = Math.max(width, record?.fields.length ?? 0);
    }
  });
  return width;
}

/** Where each field of a record starts, as characters from 1, and on which line: for messages. */
export async function fieldPlaces(
  path: string,
  options: CsvOptions,
  offset: number,
  line: number,
): Promise<{ line: number; character: number }[]> {
  let places: { line: number; character: number }[] = [];
  await readText(
    path,
    options.skipByteOrderMark,
    async (window) => {
      const record = parseCsvRecord(window, options);
      if (record === undefined) return;
      places = record.fields.map((field) => placeOf(window, window.start, field.start, line));
      return 'stop';
    },
    offset,
  );
  return places;
}

function write(
  window: TextWindow,
  start: number,
  record: CsvRecord,
  row: number,
  line: number,
  options: CsvOptions,
  plan: CsvPlan,
  writer: RecordWriter,
): void {
  let { fields } = record;
  let error: RecordError | null = null;
  if (record.error !== null) {
    const { kind, at, field, detail } = record.error;
    error = { kind, field, detail, ...placeOf(window, start, at, line) };
  } else if (!isUtf8(window.buffer.subarray(start, record.next))) {
    if (options.replaceInvalid) fields = fields.map(replaceInvalid);
    else error = invalidUtf8(window, start, fields, line);
  }
  if (error === null && !options.multiLine && record.lines > 1)
    error = brokenLine(window, start, record, line);
  if (error === null) error = countError(window, start, record, row, line, plan);
  writer.begin(row, line, window.offset + start, error);
  for (let index = 0; index < plan.fields; index++) {
    const field = error === null ? fields[index] : undefined;
    if (field === undefined || field.isNull) writer.nullField();
    else writer.field(field.bytes);
  }
  writer.end();
}

/** Snowflake tells the first record that has the wrong width in other words than later ones. */
function countError(
  window: TextWindow,
  start: number,
  record: CsvRecord,
  row: number,
  line: number,
  plan: CsvPlan,
): RecordError | null {
  const count = record.fields.length;
  if (plan.expected === null || count === plan.expected) return null;
  if (row === 1) {
    const last = window.last && record.next === window.end;
    const end = placeOf(window, start, record.end, line);
    return last
      ? { kind: 'countFirst', field: count, detail: '', ...end }
      : { kind: 'countFirst', field: count, detail: '', line: end.line + 1, character: 1 };
  }
  if (count > plan.expected) {
    const delimiter = record.fields[plan.expected]!.start - record.delimiterLength;
    return { kind: 'tooMany', field: plan.expected, detail: '', ...placeOf(window, start, delimiter, line) };
  }
  return { kind: 'tooFew', field: count + 1, detail: '', ...placeOf(window, start, record.end, line) };
}

/** A field that goes on over the end of its line, where MULTI_LINE = FALSE lets none. */
function brokenLine(window: TextWindow, start: number, record: CsvRecord, line: number): RecordError | null {
  const at = window.buffer.subarray(0, record.end).indexOf(0x0a, start);
  if (at < 0) return null;
  const field = Math.max(1, record.fields.findLastIndex((one) => one.start <= at) + 1);
  return { kind: 'found', field, detail: '\n', ...placeOf(window, start, at, line) };
}

function invalidUtf8(window: TextWindow, start: number, fields: CsvField[], line: number): RecordError {
  const index = Math.max(
    0,
    fields.findIndex((field) => !isUtf8(field.bytes)),
  );
  const field = fields[index]!;
  const detail = field.bytes
    .toString('utf8')
    .split('\ufffd')[0]!
    .concat(`0x${badByte(field.bytes).toString(16).toUpperCase()}`);
  return { kind: 'utf8', field: index + 1, detail, ...placeOf(window, start, field.start, line) };
}

function badByte(bytes: Buffer): number {
  const good = Buffer.byteLength(bytes.toString('utf8').split('\ufffd')[0]!);
  return bytes[good] ?? 0;
}

function replaceInvalid(field: CsvField): CsvField {
  return isUtf8(field.bytes) ? field : { ...field, bytes: Buffer.from(field.bytes.toString('utf8')) };
}

/** Line and character (from 1) of a place in the window, from the start of its record. */
function placeOf(
  window: TextWindow,
  start: number,
  at: number,
  line: number,
): { line: number; character: number } {
  const before = window.buffer.subarray(start, at);
  const newline = before.lastIndexOf(0x0a);
  const lines = newline < 0 ? 0 : before.reduce((count, byte) => count + (byte === 0x0a ? 1 : 0), 0);
  return { line: line + lines, character: before.subarray(newline + 1).toString('utf8').length + 1 };
}

/** Where the next line starts; undefined: it is not all in the window. */
function afterLine(window: TextWindow, options: CsvOptions): number | undefined {
  if (options.recordDelimiter === null) return window.last ? window.end : undefined;
  const at = window.buffer.subarray(0, window.end).indexOf(options.recordDelimiter, window.start);
  if (at >= 0) return at + options.recordDelimiter.length;
  return window.last ? window.end : undefined;
}
