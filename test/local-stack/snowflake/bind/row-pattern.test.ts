import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  matchesNothing,
  matchRows,
  patternStep,
} from '../../../../actions/local-stack/snowflake/bind/row-pattern.ts';
import { parseQueryText } from '../../../../actions/shared/sql/parse.ts';

const SYMBOLS = ['A', 'B', 'C'];

function stepOf(pattern: string) {
  const { body } = parseQueryText(`select * from t match_recognize (pattern (${pattern}) define a as true)`);
  if (body.kind !== 'select' || body.from?.kind !== 'matchRecognize') throw new Error(pattern);
  return patternStep(body.from.pattern, (symbol) => SYMBOLS.indexOf(symbol));
}

/** The matches in rows that are each one letter, or `*` for a row that every symbol takes: the symbols of each match. */
function matches(pattern: string, rows: string, skip: object = { kind: 'pastLastRow' }): string[] {
  const masks = [...rows].map((row) => (row === '*' ? 7 : 1 << SYMBOLS.indexOf(row))).join(',');
  const found = JSON.parse(matchRows(masks, JSON.stringify({ step: stepOf(pattern), skip }))) as number[][];
  const texts: string[] = [];
  for (const [match, row, symbol] of found)
    texts[match! - 1] = `${texts[match! - 1] ?? `${row}:`}${SYMBOLS[symbol!]}`;
  return texts;
}

// docs.snowflake.com/en/sql-reference/constructs/match_recognize, PATTERN
describe('a pattern takes rows', () => {
  test.each<[string, string, string[]]>([
    ['a b', 'ABAB', ['1:AB', '3:AB']],
    ['a+ b', 'AAABAB', ['1:AAAB', '5:AB']],
    ['a* b', 'BAB', ['1:B', '2:AB']],
    ['a? b', 'AAB', ['2:AB']],
    ['a{2} b', 'AAAB', ['2:AAB']],
    ['a{1,2}', 'AAA', ['1:AA', '3:A']],
    ['a{2,}', 'AAABA', ['1:AAA']],
    ['a+? *'.replace(' *', ''), 'AA', ['1:A', '2:A']],
    ['a | b', 'ABC', ['1:A', '2:B']],
    ['a+ | b', '**', ['1:AA']],
    ['b | a', '*', ['1:B']],
    ['(a b)+ c', 'ABABC', ['1:ABABC']],
    ['permute(a, b, c)', 'CAB', ['1:CAB']],
    ['^ a', 'AA', ['1:A']],
    ['a $', 'AA', ['2:A']],
    ['a+ a', 'AAA', ['1:AAA']],
    ['a+ (b | c)', 'AABC', ['1:AAB']],
    ['(a | a b) c', 'ABC', ['1:ABC']],
  ])('%s of %s', (pattern, rows, expected) => {
    expect(matches(pattern, rows)).toEqual(expected);
  });
});

test('AFTER MATCH SKIP says where the next match may start', () => {
  expect(matches('a a', 'AAAA', { kind: 'nextRow' })).toEqual(['1:AA', '2:AA', '3:AA']);
  expect(matches('a b+', 'ABBAB', { kind: 'last', symbol: 1 })).toEqual(['1:ABB', '4:AB']);
  expect(matches('c a b', 'CAB*AB', { kind: 'first', symbol: 1 })).toEqual(['1:CAB', '4:CAB']);
  expect(() => matches('a b', 'AB', { kind: 'first', symbol: 0 })).toThrow('first row of the match');
});

test.each([
  ['a*', true],
  ['a* b?', true],
  ['a | b*', true],
  ['^', true],
  ['a', false],
  ['a* b', false],
  ['(a*)+', true],
])('%s can match no row: %s', (pattern, expected) => {
  expect(matchesNothing(stepOf(pattern))).toBe(expected);
});

test('patterns of symbols and + match as regular expressions do', () => {
  const part = fc.constantFrom('a', 'b', 'c', 'a+', 'b+', '(a | b)', '(b c)+', 'c?');
  const pattern = fc
    .array(part, { minLength: 1, maxLength: 4 })
    .filter((parts) => parts.some((one) => one !== 'c?'));
  fc.assert(
    fc.property(pattern, fc.stringMatching(/^[ABC]{1,12}$/), (parts, rows) => {
      const expression = new RegExp(
        parts.join('').replaceAll(' | ', '|').replaceAll(' ', '').toUpperCase(),
        'g',
      );
      const expected = [...rows.matchAll(expression)].map((one) => `${one.index + 1}:${one[0]}`);
      expect(matches(parts.join(' '), rows)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

test('a pattern that never ends is given up', () => {
  expect(() => matches('((a+)+)+ b', 'A'.repeat(40))).toThrow('too many steps');
});
