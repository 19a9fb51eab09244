import { expect, test } from 'vitest';
import { parseCases } from './format.ts';
import { asExpectation, difference, type Outcome } from './outcome.ts';
import { type Recording, readRecording, recordedOutcome } from './recorded.ts';

const cases = parseCases(
  'statement ok\nBEGIN\n\nquery rowsort\nSELECT a FROM t\n----\n1\n2\n\nstatement error 000904\nSELECT b FROM t\n',
  'f.slt',
);
const subject = { topic: 'topic', subject: 'never-recorded', file: 'f.slt', cases };
const rows = (...values: string[]): Outcome => ({
  kind: 'rows',
  columns: ['A'],
  rows: values.map((value) => [value]),
  count: 0,
});
const recording: Recording = {
  snowflakeVersion: '9.0.0',
  date: '2026-01-31',
  answers: [
    { statement: 'BEGIN', outcome: rows('Statement executed successfully.') },
    { statement: 'SELECT a FROM t', outcome: rows('3', '1') },
    { statement: 'SELECT c FROM t', outcome: { kind: 'error', number: '000904', message: 'x' } },
  ],
};

test('a file that no account was asked about has no recording', () => {
  expect(readRecording(subject)).toBeUndefined();
  expect(recordedOutcome(undefined, subject, cases[1]!)).toBeUndefined();
});

test('the account’s rows are what the local answer must be, in any order when the case says so', () => {
  const recorded = recordedOutcome(recording, subject, cases[1]!)!;
  const expected = asExpectation(cases[1]!, recorded);
  expect(difference(expected, rows('1', '3'))).toBeUndefined();
  expect(difference(expected, rows('1', '2'))).toBe('expected 3\n         1\ngot      1\n         2');
});

test('where the case looks at success alone, so does the comparison', () => {
  const expected = asExpectation(cases[0]!, recordedOutcome(recording, subject, cases[0]!)!);
  expect(difference(expected, rows('another text'))).toBeUndefined();
});

test('an answer to another statement is not compared', () => {
  expect(recordedOutcome(recording, subject, cases[2]!)).toBeUndefined();
});
