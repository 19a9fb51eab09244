import { describe, expect, test } from 'vitest';
import { parseVariables, renderTemplate } from '../../actions/migrate/template.ts';

describe('a template', () => {
  test('gets its values, in every place and with any spaces', () => {
    const text = "USE {{ database }};\nCREATE STAGE {{database}}.S URL = '{{  url }}';\n";
    expect(renderTemplate(text, { database: 'DB', url: 's3://lake/a-b/' }, 'f.sql')).toBe(
      "USE DB;\nCREATE STAGE DB.S URL = 's3://lake/a-b/';\n",
    );
  });

  test('with an undefined variable is an error with file, line and column', () => {
    const render = () => renderTemplate('SELECT 1;\nUSE {{ databse }};', { database: 'DB' }, 'V001__a.sql');
    expect(render).toThrow('V001__a.sql:2:5: template variable "databse" is not defined');
    expect(render).toThrow(
      expect.objectContaining({
        location: { file: 'V001__a.sql', line: 2, column: 5 },
        remedy: expect.stringContaining('GLOBALMART_VAR_DATABSE'),
      }),
    );
  });

  test('does not take a property of every object for a variable', () => {
    expect(() => renderTemplate('{{ constructor }}', {}, 'f.sql')).toThrow('is not defined');
  });

  test('refuses what is no name between the braces', () => {
    expect(() => renderTemplate('{{ a.b }}', {}, 'f.sql')).toThrow(
      'f.sql:1:1: {{ a.b }} is not a template variable',
    );
  });

  test.each([
    "a'b",
    'a"b',
    'a;b',
    'a\nb',
    'a\rb',
    'a\\b',
    'a -- b',
    'a/*b',
    '*/',
    '$$',
    'a\u2028b',
    'a\u0000b',
    '`a`',
    '{{ b }}',
  ])('refuses a value that could end a literal, a name or a statement: %j', (value) => {
    expect(() => renderTemplate('{{ a }}', { a: value }, 'f.sql')).toThrow(
      'the value of template variable "a"',
    );
  });

  test.each(['MY_DB', '12.5', 's3://bucket/prefix/', 'arn:aws:iam::000000000000:role/x', 'Größe 1', ''])(
    'takes a name, an address or a number: %j',
    (value) => {
      expect(renderTemplate('[{{ a }}]', { a: value }, 'f.sql')).toBe(`[${value}]`);
    },
  );
});

describe('variables', () => {
  test('come as lines or as JSON, and beneath them from the environment', () => {
    const environment = { GLOBALMART_VAR_ROLE: 'ENGINEER', GLOBALMART_VAR_DATABASE: 'OTHER', PATH: '/bin' };
    const expected = { database: 'DB', url: 's3://b/?a=b', role: 'ENGINEER' };
    expect(parseVariables('database = DB\r\n\nurl=s3://b/?a=b\n', environment)).toEqual(expected);
    expect(parseVariables('{"database": "DB", "url": "s3://b/?a=b"}', environment)).toEqual(expected);
    expect(parseVariables('{"days": 7, "on": true}')).toEqual({ days: '7', on: 'true' });
  });

  test.each([
    ['{"a": ', 'not JSON'],
    ['{"a": {"b": 1}}', 'the value of "a" is not text'],
    ['just words', '"just words" is not name=value'],
    ['=x', '"=x" is not name=value'],
    ['a-b=x', '"a-b" is not a name'],
  ])('that cannot be read are an error: %j', (text, message) => {
    expect(() => parseVariables(text)).toThrow(`input "variables": ${message}`);
  });
});
