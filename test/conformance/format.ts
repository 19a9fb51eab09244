import { UserError } from '../../actions/shared/errors.ts';

/** One record of a `.slt` file: a statement and what must come of it. README.md describes the format. */
export interface ConformanceCase {
  file: string;
  /** 1-based line of the record's first line. */
  line: number;
  /** Which of the file's sessions runs it; the first one is called "main". */
  session: string;
  /** Why the local Snowflake is known to give something else; null when it must give what is expected. */
  differs: string | null;
  sql: string;
  expected: Expected;
}

export type Expected =
  | { kind: 'ok' }
  | { kind: 'count'; rows: number }
  /** `message` must be part of the error's text. */
  | { kind: 'error'; number: string; message: string }
  | { kind: 'rows'; columns: string[] | null; rows: string[][]; anyOrder: boolean };

/**
 * Reads the text of a `.slt` file.
 * @throws UserError naming the file and line of what is malformed
 */
export function parseCases(text: string, file: string): ConformanceCase[] {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const cases: ConformanceCase[] = [];
  let index = 0;
  while (index < lines.length) {
    const line = lines[index]!;
    if (line.trim() === '' || line.startsWith('#')) {
      index += 1;
      continue;
    }
    const record = readRecord(lines, index, file);
    cases.push(record.one);
    index = record.next;
  }
  return cases;
}

function readRecord(lines: string[], start: number, file: string): { one: ConformanceCase; next: number } {
  let index = start;
  let session = 'main';
  let differs: string | null = null;
  for (; ; index += 1) {
    const prefix = /^(?:session (\w+)|differs (.+))$/.exec(lines[index] ?? '');
    if (prefix === null) break;
    session = prefix[1] ?? session;
    differs = prefix[2] ?? differs;
  }
  const head = parseHead(lines[index] ?? '', file, index + 1);
  const statement = readStatement(lines, index + 1, head.kind === 'rows');
  const sql = statement.text.trim();
  if (sql === '') throw malformed(file, index + 1, 'has no statement');
  if (head.kind !== 'rows')
    return { one: { file, line: start + 1, session, differs, sql, expected: head }, next: statement.next };
  if (lines[statement.next] !== '----') throw malformed(file, index + 1, 'is a query without ----');
  const results: string[] = [];
  index = statement.next + 1;
  for (; index < lines.length && lines[index] !== ''; index += 1) results.push(lines[index]!);
  const table = results.map((line) => line.split('\t'));
  const columns = head.columns === null ? null : table.shift();
  if (columns === undefined) throw malformed(file, start + 1, 'has no line of column names after ----');
  const width = (columns ?? table[0])?.length;
  const uneven = table.findIndex((row) => row.length !== width);
  if (uneven !== -1) {
    throw malformed(
      file,
      statement.next + 2 + uneven + (columns === null ? 0 : 1),
      `has ${table[uneven]!.length} columns, the first line ${width}`,
    );
  }
  const expected: Expected = { ...head, columns, rows: table };
  return { one: { file, line: start + 1, session, differs, sql, expected }, next: index };
}

function parseHead(head: string, file: string, line: number): Expected {
  if (head === 'statement ok') return { kind: 'ok' };
  const count = /^statement count (\d+)$/.exec(head);
  if (count !== null) return { kind: 'count', rows: Number(count[1]) };
  const error = /^statement error (-\d{5}|\d{6})(?: (.+))?$/.exec(head);
  if (error !== null) return { kind: 'error', number: error[1]!, message: error[2] ?? '' };
  const query = /^query( columns)?( rowsort)?$/.exec(head);
  if (query !== null) {
    return {
      kind: 'rows',
      columns: query[1] === undefined ? null : [],
      rows: [],
      anyOrder: query[2] !== undefined,
    };
  }
  throw malformed(file, line, `"${head}" does not begin a record`);
}

/** A statement ends at an empty line, or at ---- for a query; inside $$ … $$ empty lines belong to it. */
function readStatement(lines: string[], start: number, query: boolean): { text: string; next: number } {
  const kept: string[] = [];
  let quoted = false;
  let index = start;
  for (; index < lines.length; index += 1) {
    const line = lines[index]!;
    if (!quoted && (line === '' || (query && line === '----'))) break;
    if ((line.split('$$').length - 1) % 2 === 1) quoted = !quoted;
    kept.push(line);
  }
  return { text: kept.join('\n'), next: index };
}

function malformed(file: string, line: number, what: string): UserError {
  return new UserError(`${file}:${line}: the record ${what}`, {
    remedy: 'test/conformance/README.md describes the format.',
  });
}
