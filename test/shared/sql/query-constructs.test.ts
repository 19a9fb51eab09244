import { describe, expect, test } from 'vitest';
import type { RowPattern } from '../../../actions/shared/sql/ast.ts';
import { parseQueryText, parseStatement, parseTypeText } from '../../../actions/shared/sql/parse.ts';
import { showExpression } from './show-tree.ts';

function selectOf(text: string) {
  const { body } = parseQueryText(text);
  if (body.kind !== 'select') throw new Error(`no select: ${text}`);
  return body;
}

describe('CONNECT BY (docs.snowflake.com, sql-reference/constructs/connect-by)', () => {
  test.each([
    ['start with a = 1 connect by b = prior a', '(A = 1)', '(B = (PRIOR A))'],
    ['connect by prior t.a = t.b start with a = 1', '(A = 1)', '((PRIOR T.A) = T.B)'],
    ['connect by a = prior b, c = prior d', null, '((A = (PRIOR B)) AND (C = (PRIOR D)))'],
    ['where x > 1 start with a is null connect by a = prior b', '(A IS NULL)', '(A = (PRIOR B))'],
    ['connect by level <= 3', null, '(LEVEL <= 3)'],
  ])('from t %s', (clauses, start, condition) => {
    const { connectBy } = selectOf(`select 1 from t ${clauses}`);
    expect(connectBy?.startWith == null ? null : showExpression(connectBy.startWith)).toBe(start);
    expect(showExpression(connectBy!.condition)).toBe(condition);
  });

  test('CONNECT_BY_ROOT and PRIOR are operators before a column, names elsewhere', () => {
    const { items } = selectOf('select connect_by_root a, prior b, prior, t.prior from t');
    expect(items.map(({ expression }) => showExpression(expression))).toEqual([
      '(CONNECT_BY_ROOT A)',
      '(PRIOR B)',
      'PRIOR',
      'T.PRIOR',
    ]);
  });
});

describe('PIVOT (docs.snowflake.com, sql-reference/constructs/pivot)', () => {
  test.each([
    ['sum(x) for m in (any)', { values: { kind: 'any', orderBy: [] }, defaultOnNull: null }],
    ['sum(x) for m in (any order by m desc)', { values: { kind: 'any', orderBy: [{ descending: true }] } }],
    ['sum(x) for m in (select a from b)', { values: { kind: 'selected', query: { kind: 'query' } } }],
    ["sum(x) for m in ('a') default on null (0)", { defaultOnNull: { kind: 'number', text: '0' } }],
    [
      'sum(x) as s, max(x) m2 for m in (1)',
      { aggregates: [{ alias: { name: 'S' } }, { alias: { name: 'M2' } }] },
    ],
    ['sum(x) for t.m in (1)', { column: { name: 'M' } }],
  ])('pivot (%s)', (inside, facts) => {
    expect(selectOf(`select * from t pivot (${inside})`).from).toMatchObject({ kind: 'pivot', ...facts });
  });
});

function showPattern(pattern: RowPattern): string {
  switch (pattern.kind) {
    case 'symbol':
      return pattern.symbol.name;
    case 'sequence':
      return `[${pattern.parts.map(showPattern).join(' ')}]`;
    case 'alternation':
      return `(${pattern.parts.map(showPattern).join(' | ')})`;
    case 'permute':
      return `PERMUTE(${pattern.parts.map(showPattern).join(', ')})`;
    case 'excluded':
      return `-${showPattern(pattern.part)}-`;
    case 'anchor':
      return pattern.at;
    case 'repeat':
      return `${showPattern(pattern.part)}{${pattern.least},${pattern.most ?? ''}${pattern.greedy ? '' : ' lazy'}}`;
  }
}

describe('MATCH_RECOGNIZE (docs.snowflake.com, sql-reference/constructs/match_recognize)', () => {
  test.each([
    ['a b', '[A B]'],
    ['a+ b* c?', '[A{1,} B{0,} C{0,1}]'],
    ['a{3} b{1,2} c{,4} d{2,}', '[A{3,3} B{1,2} C{0,4} D{2,}]'],
    ['a+? b??', '[A{1, lazy} B{0,1 lazy}]'],
    ['a | b c', '(A | [B C])'],
    ['(a | b)+', '(A | B){1,}'],
    ['^ a $', '[start A end]'],
    ['permute(a, b)', 'PERMUTE(A, B)'],
    ['a {- b+ -} c', '[A -B{1,}- C]'],
  ])('pattern (%s)', (pattern, shown) => {
    const { from } = selectOf(`select * from t match_recognize (pattern (${pattern}) define a as true)`);
    expect(from?.kind === 'matchRecognize' ? showPattern(from.pattern) : from?.kind).toBe(shown);
  });

  test('with all its clauses', () => {
    const text = `select * from t match_recognize (
      partition by p order by d
      measures match_number() as n, final last(x) as l
      all rows per match with unmatched rows
      after match skip to last up
      pattern (down+ up+) subset s = (down, up)
      define down as x < lag(x), up as x > lag(x)) as m`;
    expect(selectOf(text).from).toMatchObject({
      kind: 'matchRecognize',
      input: { kind: 'table' },
      partitionBy: [{}],
      orderBy: [{}],
      measures: [
        { semantics: null, alias: { name: 'N' } },
        { semantics: 'FINAL', alias: { name: 'L' } },
      ],
      rows: 'ALL WITH UNMATCHED',
      afterMatch: { kind: 'last', symbol: { name: 'UP' } },
      subsets: [{ name: { name: 'S' }, symbols: [{}, {}] }],
      define: [{ symbol: { name: 'DOWN' } }, { symbol: { name: 'UP' } }],
      alias: { name: { name: 'M' } },
    });
  });
});

describe('GROUP BY elements are kept in order', () => {
  test.each([
    ['a, rollup (b, c)', ['key', 'rollup']],
    ['grouping sets (a, b), cube (c)', ['groupingSets', 'cube']],
    ['rollup (a), b', ['rollup', 'key']],
  ])('group by %s', (text, kinds) => {
    const { groupBy } = selectOf(`select 1 from t group by ${text}`);
    expect(groupBy?.kind === 'sets' ? groupBy.elements.map((one) => one.kind) : groupBy?.kind).toEqual(kinds);
  });
});

describe('expressions', () => {
  test.each([
    ['f(** [1, 2])', 'F((** [1, 2]))'],
    ['a in (** b)', '(A IN [(** B)])'],
    ['a = b(+)', '(A = ((+) B))'],
    ['t.a (+) = 1', '(((+) T.A) = 1)'],
  ])('%s', (text, shown) => {
    const { items } = selectOf(`select ${text}`);
    expect(showExpression(items[0]!.expression)).toBe(shown);
  });

  test('{*} has the star with its modifiers', () => {
    const { items } = selectOf("select {*}, {t.* exclude a}, {* ilike 'x%'} from t");
    expect(items.map((item) => item.expression)).toMatchObject([
      { kind: 'object', entries: [], star: { qualifier: null } },
      { star: { qualifier: [{ name: 'T' }], exclude: [{ name: 'A' }] } },
      { star: { ilike: 'x%' } },
    ]);
  });
});

describe('structured types (docs.snowflake.com, sql-reference/data-types-structured)', () => {
  test.each([
    [
      'array(int not null)',
      { name: 'ARRAY', elements: [{ name: null, notNull: true, type: { name: 'INT' } }] },
    ],
    [
      'object(a varchar(3), b object(c int))',
      {
        elements: [
          { name: { name: 'A' }, type: { name: 'VARCHAR', args: [3] } },
          { name: { name: 'B' }, type: { name: 'OBJECT', elements: [{ name: { name: 'C' } }] } },
        ],
      },
    ],
    ['map(varchar, number(3, 1))', { name: 'MAP', elements: [{ name: null }, { type: { args: [3, 1] } }] }],
    ['vector(float, 256)', { name: 'VECTOR', args: [256], elements: [{ type: { name: 'FLOAT' } }] }],
  ])('%s', (text, facts) => {
    expect(parseTypeText(text)).toMatchObject(facts);
  });
});

describe('samples and joins', () => {
  test.each([
    ['(select 1) sample (10)', { kind: 'derived', sample: { method: 'BERNOULLI', rows: false } }],
    ['(select 1) as s tablesample system (3 rows) seed (1)', { sample: { method: 'SYSTEM', rows: true } }],
    ['a left outer directed join b on true', { kind: 'join', type: 'LEFT', directed: true }],
    ['a join b on true', { directed: false }],
  ])('from %s', (text, facts) => {
    expect(selectOf(`select * from ${text}`).from).toMatchObject(facts);
  });
});

describe('a chain of statements (docs.snowflake.com, sql-reference/operators-flow)', () => {
  test('has its statements in order, and reads $n as the result of an earlier one', () => {
    const tree = parseStatement('show tables ->> select "name" from $1 ->> select * from $2 as r;');
    expect(tree).toMatchObject({
      kind: 'chain',
      statements: [
        { kind: 'show' },
        { kind: 'select', query: { body: { from: { kind: 'pipedResult', back: 1, alias: null } } } },
        { query: { body: { from: { back: 2, alias: { name: { name: 'R' } } } } } },
      ],
    });
  });
});

describe('statements about what the tree has no types for', () => {
  test.each([
    ["create or replace streamlit s root_location = '@a'", 'CREATE STREAMLIT', 0],
    ['create dynamic iceberg table t (a int) as select 1', 'CREATE DYNAMIC ICEBERG TABLE', 0],
    ['alter external volume v unset comment', 'ALTER EXTERNAL VOLUME', 0],
    ['drop share s', 'DROP SHARE', 0],
    ['copy files into @a from @b', 'COPY FILES', 0],
    ['define table t (a int)', 'DEFINE', 0],
    ['create table t (a int with projection policy p)', 'PROJECTION POLICY', 27],
    ['alter table t set contact steward = c', 'CONTACT', 18],
    ['create view v with aggregation policy p as select 1', 'AGGREGATION POLICY', 19],
  ])('%s', (text, construct, offset) => {
    expect(parseStatement(text)).toMatchObject({
      kind: 'elsewhere',
      construct,
      place: { offset },
      end: text.length,
    });
  });

  test('words of theirs are names elsewhere', () => {
    expect(parseStatement('create table contact (share int, streamlit int)').kind).toBe('createTable');
    expect(parseStatement('create view v as select 1 from a join policy on true').kind).toBe('createView');
    expect(parseStatement('alter table t add column contact int').kind).toBe('alterTable');
  });
});
