import { parse } from 'csv-parse/sync';

/** One record of a CSV file, or a piece of it that is none. */
export type CsvRecord = {
  /** 1-based line of the file on which it begins. */
  line: number;
  /** As it stands in the file, without its line end; cut off where it is too long. */
  raw: string;
} & ({ fields: string[] } | { fault: string });

/** Characters; a longer line or record is rejected and never held whole. */
const MAX_RECORD = 1_000_000;
/** A quoted field over more lines than this is taken for a quote that was never closed. */
const MAX_RECORD_LINES = 100;
/** Characters kept of a line that is too long. */
const KEPT_OF_LONG_LINE = 1_000;

interface TextLine {
  number: number;
  text: string;
  /** How the line ends: LF or CRLF. */
  end: string;
  /** Longer than MAX_RECORD; `text` is its beginning. */
  long: boolean;
}

/**
 * Splits CSV text (RFC 4180: quotes may hold delimiters, quotes and line ends) into records, skipping blank
 * lines. A record that cannot be parsed costs only its first line: reading goes on with the next one, so
 * that one stray quote cannot swallow the good rows after it. Memory is bounded by the longest record.
 */
export async function* csvRecords(
  chunks: AsyncIterable<string>,
  delimiter: string,
): AsyncGenerator<CsvRecord, void> {
  /** Lines from the beginning of the record that is being put together. */
  const open: TextLine[] = [];
  for await (const line of textLines(chunks)) {
    open.push(line);
    yield* closedRecords(open, delimiter, false);
  }
  yield* closedRecords(open, delimiter, true);
}

/** Takes all records off `open` that are complete; with `atEnd` an unclosed one is given up line by line. */
function* closedRecords(open: TextLine[], delimiter: string, atEnd: boolean): Generator<CsvRecord, void> {
  while (open.length > 0) {
    const first = open[0]!;
    if (first.long) {
      open.shift();
      yield { line: first.number, raw: first.text, fault: `line is longer than ${MAX_RECORD} characters` };
      continue;
    }
    if (first.text.trim() === '') {
      open.shift();
      continue;
    }
    const taken = completeRecord(open);
    if (taken === 'open') {
      const characters = open.reduce((sum, line) => sum + line.text.length, 0);
      if (!atEnd && open.length <= MAX_RECORD_LINES && characters <= MAX_RECORD && !open.at(-1)!.long) return;
      open.shift();
      yield { line: first.number, raw: first.text, fault: 'a quote is opened and never closed' };
      continue;
    }
    const raw = joinLines(open, taken);
    const fields = parseFields(raw, delimiter);
    if (fields === undefined) {
      open.shift();
      yield { line: first.number, raw: first.text, fault: 'a quote stands where none may be' };
      continue;
    }
    open.splice(0, taken);
    yield { line: first.number, raw, fields };
  }
}

function joinLines(lines: readonly TextLine[], count: number): string {
  if (count === 1) return lines[0]!.text;
  const before = lines.slice(0, count - 1).map((line) => line.text + line.end);
  return before.join('') + lines[count - 1]!.text;
}

/** How many of the lines make a record with balanced quotes. */
function completeRecord(lines: readonly TextLine[]): number | 'open' {
  let quotes = 0;
  for (const [index, line] of lines.entries()) {
    if (line.long) return 'open';
    for (let at = line.text.indexOf('"'); at !== -1; at = line.text.indexOf('"', at + 1)) quotes++;
    if (quotes % 2 === 0) return index + 1;
  }
  return 'open';
}

function parseFields(raw: string, delimiter: string): string[] | undefined {
  if (!raw.includes('"')) return raw.split(delimiter);
  try {
    const records = parse(raw, { delimiter, relax_column_count: true, max_record_size: 0 });
    return records.length === 1 ? records[0] : undefined;
  } catch {
    // The parser's message quotes the text; what matters is that the quotes are wrong.
    return undefined;
  }
}

/** Lines ended by LF, CRLF or the end of the text. What is beyond the limit of a line is passed over. */
async function* textLines(chunks: AsyncIterable<string>): AsyncGenerator<TextLine, void> {
  let number = 1;
  let rest = '';
  let long = false;
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
      const text = rest + chunk.slice(start, end);
      yield textLine(number++, text, long);
      rest = '';
      long = false;
      start = end + 1;
    }
    rest += chunk.slice(start);
    if (rest.length > MAX_RECORD) {
      rest = rest.slice(0, KEPT_OF_LONG_LINE);
      long = true;
    }
  }
  if (rest !== '' || long) yield textLine(number, rest, long);
}

function textLine(number: number, text: string, long: boolean): TextLine {
  if (long || text.length > MAX_RECORD) {
    return { number, text: text.slice(0, KEPT_OF_LONG_LINE), end: '\n', long: true };
  }
  const crlf = text.endsWith('\r');
  return { number, text: crlf ? text.slice(0, -1) : text, end: crlf ? '\r\n' : '\n', long: false };
}
