import { isUtf8 } from 'node:buffer';
import { canonicalJson, JsonTextError } from '../../bind/json-text.ts';
import type { FormatOptions } from '../stages/format-options.ts';
import type { RecordError, RecordWriter } from './record-file.ts';
import { readText, type TextWindow } from './text-window.ts';

/**
 * Reads documents one after another (NDJSON or not), or the elements of an outer array, and writes each in the
 * form that VARIANTs have here. After a bad document the rest of the file is left out, as Snowflake does.
 */
export async function readJson(path: string, options: FormatOptions, writer: RecordWriter): Promise<void> {
  const strip = options.STRIP_OUTER_ARRAY === true;
  let row = 0;
  let line = 1;
  let inArray = false;
  await readText(path, options.SKIP_BYTE_ORDER_MARK === true, async (window) => {
    for (;;) {
      line += skipBlank(window, inArray);
      if (window.start === window.end) {
        if (!window.last || !inArray) return undefined;
        writeError(writer, ++row, line, window, 'incomplete outer array');
        return 'stop';
      }
      const first = window.buffer[window.start]!;
      if (strip && !inArray && first === OPEN_ARRAY) {
        inArray = true;
        window.start++;
        continue;
      }
      if (inArray && first === CLOSE_ARRAY) {
        inArray = false;
        window.start++;
        continue;
      }
      const end = documentEnd(window);
      if (end === undefined) return undefined;
      const bytes = window.buffer.subarray(window.start, end);
      const document =
        options.MULTI_LINE === false && bytes.includes(LF)
          ? { message: 'a record with a line end in it, where MULTI_LINE = FALSE' }
          : readDocument(bytes, options);
      row++;
      if (typeof document !== 'string') {
        writeError(writer, row, line, window, document.message);
        return 'stop';
      }
      writer.begin(row, line, window.offset + window.start, null);
      writer.field(Buffer.from(document));
      writer.end();
      line += countLines(bytes);
      window.start = end;
      if (writer.full) await writer.flush();
    }
  });
}

const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const LF = 0x0a;
const MAX_DOCUMENT = 128 << 20;

function writeError(
  writer: RecordWriter,
  row: number,
  line: number,
  window: TextWindow,
  detail: string,
): void {
  const error: RecordError = { kind: 'json', field: 1, line, character: 1, detail };
  writer.begin(row, line, window.offset + window.start, error);
  writer.nullField();
  writer.end();
}

function readDocument(bytes: Buffer, options: FormatOptions): string | { message: string } {
  const lenient = options.REPLACE_INVALID_CHARACTERS === true || options.IGNORE_UTF8_ERRORS === true;
  if (!lenient && !isUtf8(bytes)) return { message: 'invalid UTF-8' };
  const text = bytes.toString('utf8');
  const rewrite = options.STRIP_NULL_VALUES === true || options.ALLOW_DUPLICATE === true;
  try {
    return canonicalJson(rewrite ? rewritten(text, options.STRIP_NULL_VALUES === true) : text) ?? 'null';
  } catch (error) {
    if (error instanceof JsonTextError || error instanceof SyntaxError) return { message: error.message };
    throw error;
  }
}

/** The same document with only the last of equal keys, and without nulls where asked. Numbers keep their digits. */
function rewritten(text: string, stripNulls: boolean): string {
  const value: unknown = JSON.parse(text, (_key, parsed: unknown, context?: { source?: string }) => {
    if (typeof parsed === 'number') return rawJson(context?.source ?? String(parsed));
    if (!stripNulls) return parsed;
    if (Array.isArray(parsed)) return parsed.filter((item) => item !== undefined && item !== null);
    return parsed === null ? undefined : parsed;
  });
  return JSON.stringify(value ?? null);
}

/** A number as it is written (ECMAScript's JSON.rawJSON, which the type definitions lack). */
function rawJson(source: string): unknown {
  return (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source);
}

/** Moves the start over blanks (and the commas of an outer array); returns the line ends passed. */
function skipBlank(window: TextWindow, inArray: boolean): number {
  let lines = 0;
  for (; window.start < window.end; window.start++) {
    const byte = window.buffer[window.start]!;
    if (byte === LF) lines++;
    else if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d && !(inArray && byte === COMMA)) break;
  }
  return lines;
}

/** Where the document at the window's start ends; undefined when the file goes on beyond the window. */
function documentEnd(window: TextWindow): number | undefined {
  const { buffer, end, last } = window;
  let depth = 0;
  for (let at = window.start; at < end; at++) {
    const byte = buffer[at]!;
    if (byte === QUOTE) {
      for (at++; at < end && buffer[at] !== QUOTE; at++) if (buffer[at] === BACKSLASH) at++;
      if (at >= end) break;
      if (depth === 0) return at + 1;
    } else if (byte === OPEN_ARRAY || byte === 0x7b) {
      depth++;
    } else if (byte === CLOSE_ARRAY || byte === 0x7d) {
      depth--;
      if (depth === 0) return at + 1;
      // A stray bracket is a document of its own, which is then refused.
      if (depth < 0) return at === window.start ? at + 1 : at;
    } else if (depth === 0 && (byte === COMMA || byte <= 0x20) && at > window.start) {
      return at;
    }
  }
  return last || end - window.start > MAX_DOCUMENT ? end : undefined;
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}
