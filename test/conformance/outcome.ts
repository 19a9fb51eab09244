import type { ConformanceCase, Expected } from './format.ts';

/** What came of a statement. Values as text: `valueText`. */
export type Outcome =
  | { kind: 'rows'; columns: string[]; rows: string[][]; count: number }
  | { kind: 'error'; number: string; message: string };

export type ValueKind = 'text' | 'json' | 'float';

/** How a `.slt` file writes a value: README.md, "Format". */
export function valueText(value: unknown, kind: ValueKind): string {
  if (value === null || value === undefined) return 'NULL';
  if (value === '') return '(empty)';
  return readable(String(value), kind)
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');
}

function readable(text: string, kind: ValueKind): string {
  if (kind === 'json') return compactJson(text);
  // inf and NaN stay as they are.
  return kind === 'float' && Number.isFinite(Number(text)) ? String(Number(text)) : text;
}

/** White space outside strings goes; the text of numbers stays. */
function compactJson(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|\s+/g, (part) => (part.startsWith('"') ? part : ''));
}

/** Undefined when the outcome is the expected one, else a text with both. */
export function difference(expected: Expected, outcome: Outcome): string | undefined {
  if (expected.kind === 'error') {
    if (outcome.kind !== 'error') return told(`error ${expected.number}`, outcomeText(outcome));
    const same = outcome.number === expected.number && outcome.message.includes(expected.message);
    return same ? undefined : told(`error ${expected.number} ${expected.message}`, outcomeText(outcome));
  }
  if (outcome.kind === 'error') return told(expectedText(expected), outcomeText(outcome));
  if (expected.kind === 'ok') return undefined;
  if (expected.kind === 'count') {
    return outcome.count === expected.rows
      ? undefined
      : told(`${expected.rows} rows affected`, `${outcome.count} rows affected`);
  }
  if (expected.columns !== null && expected.columns.join('\t') !== outcome.columns.join('\t')) {
    return told(`columns ${expected.columns.join('\t')}`, `columns ${outcome.columns.join('\t')}`);
  }
  const [want, got] = [lines(expected.rows, expected.anyOrder), lines(outcome.rows, expected.anyOrder)];
  return want === got ? undefined : told(expectedText(expected), outcomeText(outcome));
}

/** What an account answered, as the expectation of the local server; the case says whether the order counts. */
export function asExpectation(one: ConformanceCase, recorded: Outcome): Expected {
  if (recorded.kind === 'error') return { kind: 'error', number: recorded.number, message: '' };
  if (one.expected.kind === 'ok') return one.expected;
  if (one.expected.kind === 'count') return { kind: 'count', rows: recorded.count };
  const { columns, rows } = recorded;
  return { kind: 'rows', columns, rows, anyOrder: one.expected.kind === 'rows' && one.expected.anyOrder };
}

function lines(rows: string[][], anyOrder: boolean): string {
  const texts = rows.map((row) => row.join('\t'));
  return (anyOrder ? texts.sort() : texts).join('\n');
}

function told(expected: string, got: string): string {
  return `expected ${expected}\ngot      ${got}`;
}

function expectedText(expected: Expected): string {
  if (expected.kind === 'rows') return rowsText(expected.rows);
  return expected.kind === 'count' ? `${expected.rows} rows affected` : 'success';
}

function outcomeText(outcome: Outcome): string {
  return outcome.kind === 'error' ? `error ${outcome.number} ${outcome.message}` : rowsText(outcome.rows);
}

function rowsText(rows: string[][]): string {
  if (rows.length === 0) return 'no rows';
  const shown = rows.slice(0, 20).map((row) => row.join('\t'));
  return `${shown.join('\n         ')}${rows.length > 20 ? `\n         … ${rows.length} rows` : ''}`;
}
