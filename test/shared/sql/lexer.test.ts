import { describe, expect, test } from 'vitest';
import { tokenize } from '../../../actions/shared/sql/lexer.ts';

const tokens = (text: string) =>
  tokenize(text)
    .slice(0, -1)
    .map((token) => `${token.kind} ${token.value}`);

describe('text becomes tokens', () => {
  const cases: [string, string[]][] = [
    ['Select "a""B"', ['word SELECT', 'quoted a"B']],
    [
      '1 .5 1. 1e10 1.5E-3 1e',
      ['number 1', 'number .5', 'number 1.', 'number 1e10', 'number 1.5E-3', 'number 1', 'word E'],
    ],
    [
      "'it''s' 'a\\'b' 'x\\ny' '\\\\' '\\x41\\u00e9\\101' '\\q'",
      ["string it's", "string a'b", 'string x\ny', 'string \\', 'string AéA', 'string q'],
    ],
    ["$$it's \\n; --$$", ["string it's \\n; --"]],
    ['$1 $my_var a$b', ['variable 1', 'variable MY_VAR', 'word A$B']],
    ['a--x\nb//y\n/* /* */ c', ['word A', 'word B', 'word C']],
    [
      'a::b => -> ->> || != <> <= >= := **',
      [
        'word A',
        'symbol ::',
        'word B',
        'symbol =>',
        'symbol ->',
        'symbol ->>',
        'symbol ||',
        'symbol !=',
        'symbol <>',
        'symbol <=',
        'symbol >=',
        'symbol :=',
        'symbol **',
      ],
    ],
    ['@s/a-b/c=1/d%e.csv (x)', ['stage @s/a-b/c=1/d%e.csv', 'symbol (', 'word X', 'symbol )']],
    ['@"My St"/x @~//y,@%t;', ['stage @"My St"/x', 'stage @~//y', 'symbol ,', 'stage @%t', 'symbol ;']],
    ['put file:///tmp/*.csv @s', ['word PUT', 'file file:///tmp/*.csv', 'stage @s']],
    ['get @s file://C:\\x\\;', ['word GET', 'stage @s', 'file file://C:\\x\\', 'symbol ;']],
    ['größe _x été', ['word GRÖSSE', 'word _X', 'word ÉTÉ']],
    ['\ufeffselect', ['word SELECT']],
  ];
  test.each(cases)('%s', (text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });
});

test('positions count lines inside strings and comments', () => {
  const [, second, third] = tokenize("'a\nb' /* \n */ x\r\n  y");
  expect(second).toMatchObject({ value: 'X', start: { line: 3, column: 4 } });
  expect(third).toMatchObject({ value: 'Y', start: { line: 4, column: 2 } });
});

test.each([
  ["select 'abc", 'syntax error line 1 at position 7 unterminated string.'],
  ['select\n  $$abc', 'syntax error line 2 at position 2 unterminated $$ string.'],
  ['select "abc', 'syntax error line 1 at position 7 unterminated quoted identifier.'],
  ['select 1 /* x', 'syntax error line 1 at position 9 unterminated comment.'],
])('what does not end is an error with its place: %s', (text, message) => {
  expect(() => tokenize(text)).toThrow(message);
});
