import type { CsvOptions } from '../stages/csv-options.ts';
import type { TextWindow } from './text-window.ts';

export interface CsvField {
  /** Unescaped, without enclosure. A view of the window where nothing had to change. */
  bytes: Buffer;
  isNull: boolean;
  /** Where it starts in the window, enclosure included. */
  start: number;
}
export interface CsvRecord {
  fields: CsvField[];
  error: { kind: 'found' | 'unfinished' | 'tooLarge'; at: number; field: number; detail: string } | null;
  /** Where its text ends, without the record delimiter. */
  end: number;
  /** Where the next record starts. */
  next: number;
  /** Line ends that it spans, its own included. */
  lines: number;
  blank: boolean;
  delimiterLength: number;
}

/** Snowflake's limit of one value. */
const MAX_FIELD = 128 << 20;
const SPACE = 0x20;
const CR = 0x0d;
const LF = 0x0a;

/** The record at the window's start; undefined when the window ends before it does and the file goes on. */
export function parseCsvRecord(window: TextWindow, options: CsvOptions): CsvRecord | undefined {
  const { buffer, end: limit, last } = window;
  const { fieldDelimiter, recordDelimiter, enclosure } = options;
  const fields: CsvField[] = [];
  let at = window.start;
  const done = (end: number, next: number, error: CsvRecord['error'] = null): CsvRecord => ({
    fields,
    error,
    end,
    next,
    lines: countLines(buffer, window.start, next),
    blank: end === window.start,
    delimiterLength: fieldDelimiter?.length ?? 0,
  });

  for (;;) {
    const start = at;
    if (limit - window.start > MAX_FIELD && limit - start > MAX_FIELD) {
      return done(limit, limit, { kind: 'tooLarge', at: start, field: fields.length + 1, detail: '' });
    }
    let first = at;
    if (options.trimSpace) while (first < limit && buffer[first] === SPACE) first++;
    const enclosed = enclosure !== null && first < limit && buffer[first] === enclosure;
    const scan = enclosed
      ? scanEnclosed(buffer, first + 1, limit, enclosure, options.escapeEnclosed)
      : scanPlain(buffer, first, limit, options);
    at = scan.end;
    if (scan.open) {
      if (!last) return undefined;
      // An enclosure that is never closed takes the rest of the file.
      if (enclosed)
        return done(limit, limit, { kind: 'unfinished', at: limit, field: fields.length + 1, detail: '' });
    }
    let close = at;
    if (enclosed) {
      close = at - 1;
      if (options.trimSpace) while (at < limit && buffer[at] === SPACE) at++;
    } else if (options.trimSpace) {
      while (close > first && buffer[close - 1] === SPACE) close--;
    }
    if (!last && limit - at < 64) return undefined;
    const contentStart = enclosed ? first + 1 : first;
    let contentEnd = close;
    const ends = delimiterAt(buffer, at, limit, recordDelimiter);
    // \r\n ends a record where a newline does.
    if (
      options.newline &&
      !enclosed &&
      (ends > 0 || at === limit) &&
      contentEnd > contentStart &&
      buffer[contentEnd - 1] === CR
    ) {
      contentEnd--;
    }
    fields.push(makeField(buffer, start, contentStart, contentEnd, enclosed, scan.changed, options));
    if (ends > 0) return done(enclosed ? at : contentEnd, at + ends);
    if (at === limit) return done(enclosed ? at : contentEnd, limit);
    if (
      enclosed &&
      options.newline &&
      buffer[at] === CR &&
      delimiterAt(buffer, at + 1, limit, recordDelimiter) > 0
    ) {
      return done(at, at + 1 + recordDelimiter!.length);
    }
    if (enclosed && options.newline && buffer[at] === CR && at + 1 === limit) return done(at, limit);
    const step = delimiterAt(buffer, at, limit, fieldDelimiter);
    if (step === 0) {
      const next = recordAfter(buffer, at, limit, recordDelimiter);
      if (next === undefined && !last) return undefined;
      const detail = buffer
        .subarray(at, Math.min(at + 4, limit))
        .toString('utf8')
        .slice(0, 1);
      return done(at, next ?? limit, { kind: 'found', at, field: fields.length, detail });
    }
    at += step;
  }
}

interface Scan {
  end: number;
  /** The window ended first. */
  open: boolean;
  /** Escapes or doubled enclosures to take out. */
  changed: boolean;
}

function scanPlain(buffer: Buffer, from: number, limit: number, options: CsvOptions): Scan {
  const { fieldDelimiter, recordDelimiter, escapeUnenclosed: escapeMark } = options;
  const field = fieldDelimiter?.[0] ?? -1;
  const record = recordDelimiter?.[0] ?? -1;
  let changed = false;
  for (let at = from; at < limit; at++) {
    const byte = buffer[at]!;
    if (
      byte === field &&
      (fieldDelimiter!.length === 1 || delimiterAt(buffer, at, limit, fieldDelimiter) > 0)
    )
      return { end: at, open: false, changed };
    if (
      byte === record &&
      (recordDelimiter!.length === 1 || delimiterAt(buffer, at, limit, recordDelimiter) > 0)
    )
      return { end: at, open: false, changed };
    if (byte === escapeMark) {
      changed = true;
      at++;
      if (at === limit) return { end: limit, open: true, changed };
    }
  }
  return { end: limit, open: true, changed };
}

/** `end` is just after the closing enclosure. */
function scanEnclosed(
  buffer: Buffer,
  from: number,
  limit: number,
  enclosure: number,
  escapeMark: number | null,
): Scan {
  let changed = false;
  for (let at = from; at < limit; at++) {
    const byte = buffer[at]!;
    if (byte === escapeMark && byte !== enclosure) {
      changed = true;
      at++;
    } else if (byte === enclosure) {
      if (buffer[at + 1] !== enclosure || at + 1 >= limit) return { end: at + 1, open: false, changed };
      changed = true;
      at++;
    }
  }
  return { end: limit, open: true, changed };
}

function makeField(
  buffer: Buffer,
  start: number,
  from: number,
  to: number,
  enclosed: boolean,
  changed: boolean,
  options: CsvOptions,
): CsvField {
  const raw = buffer.subarray(from, to);
  if (raw.length === 0) return { bytes: raw, isNull: isEmptyNull(enclosed, options), start };
  if (isNullText(raw, options.nullIf)) return { bytes: raw, isNull: true, start };
  if (!changed) return { bytes: raw, isNull: false, start };
  const escapeMark = enclosed ? options.escapeEnclosed : options.escapeUnenclosed;
  const bytes = unescapeBytes(raw, escapeMark, enclosed ? options.enclosure : null);
  return { bytes, isNull: isNullText(bytes, options.nullIf), start };
}

function isEmptyNull(enclosed: boolean, options: CsvOptions): boolean {
  return options.nullIf.includes('') || (options.emptyAsNull && !enclosed);
}

function isNullText(bytes: Buffer, nullIf: string[]): boolean {
  for (const text of nullIf) {
    if (bytes.length <= text.length * 3 && bytes.toString('utf8') === text) return true;
  }
  return false;
}

const escapes = new Map([
  [0x6e, LF],
  [0x74, 0x09],
  [0x72, CR],
  [0x62, 0x08],
  [0x66, 0x0c],
  [0x30, 0x00],
]);

function unescapeBytes(raw: Buffer, escapeMark: number | null, enclosure: number | null): Buffer {
  const bytes = Buffer.allocUnsafe(raw.length);
  let length = 0;
  for (let at = 0; at < raw.length; at++) {
    let byte = raw[at]!;
    if (byte === escapeMark && byte !== enclosure && at + 1 < raw.length) {
      at++;
      byte = escapeMark === 0x5c ? (escapes.get(raw[at]!) ?? raw[at]!) : raw[at]!;
    } else if (byte === enclosure) {
      at++;
    }
    bytes[length++] = byte;
  }
  return bytes.subarray(0, length);
}

/** Length of the delimiter at this place, 0 when it is not there. */
function delimiterAt(buffer: Buffer, at: number, limit: number, delimiter: Buffer | null): number {
  if (delimiter === null || at + delimiter.length > limit) return 0;
  for (let index = 0; index < delimiter.length; index++)
    if (buffer[at + index] !== delimiter[index]) return 0;
  return delimiter.length;
}

function recordAfter(
  buffer: Buffer,
  at: number,
  limit: number,
  delimiter: Buffer | null,
): number | undefined {
  if (delimiter === null) return undefined;
  const found = buffer.subarray(0, limit).indexOf(delimiter, at);
  return found < 0 ? undefined : found + delimiter.length;
}

function countLines(buffer: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = buffer.indexOf(LF, from); at >= 0 && at < to; at = buffer.indexOf(LF, at + 1)) lines++;
  return lines;
}
