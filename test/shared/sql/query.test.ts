import { describe, expect, test } from 'vitest';
import { parseQueryText, parseStatement } from '../../../actions/shared/sql/parse.ts';

const name = (...parts: string[]) => ({ kind: 'name', parts: parts.map((part) => ({ name: part })) });

describe('a query is read whole', () => {
  const cases: [string, object][] = [
    [
      'select distinct a x, b as "Y" from t',
      {
        body: {
          distinct: true,
          items: [{ alias: { name: 'X' } }, { alias: { name: 'Y', quoted: true } }],
          from: { kind: 'table', name: name('T') },
        },
      },
    ],
    ['select top 5 a from t', { body: { top: { text: '5' } } }],
    ['select a, from t', { body: { items: [{ alias: null }] } }],
    [
      "select * ilike '%id%' exclude (a, b) replace (c + 1 as c) rename (d as e, f as g) from t",
      {
        body: {
          items: [
            {
              expression: {
                kind: 'star',
                ilike: '%id%',
                exclude: [{ name: 'A' }, { name: 'B' }],
                replace: [{ name: { name: 'C' } }],
                rename: [{ from: { name: 'D' }, to: { name: 'E' } }, { to: { name: 'G' } }],
              },
            },
          ],
        },
      },
    ],
    [
      'select s.t.* exclude x from s.t',
      {
        body: {
          items: [{ expression: { qualifier: [{ name: 'S' }, { name: 'T' }], exclude: [{ name: 'X' }] } }],
        },
      },
    ],
    [
      'with recursive a(n) as (select 1 union all select n + 1 from a) select * from a',
      { with: [{ recursive: true, name: { name: 'A' }, columns: [{ name: 'N' }] }] },
    ],
    [
      'select a, count(*) from t group by all having count(*) > 1 qualify row_number() over (order by a) = 1',
      { body: { groupBy: { kind: 'all' }, having: { operator: '>' }, qualify: { operator: '=' } } },
    ],
    [
      'select 1 from t group by grouping sets ((a, b), a, ())',
      {
        body: { groupBy: { kind: 'sets', elements: [{ kind: 'groupingSets', sets: [[{}, {}], [{}], []] }] } },
      },
    ],
    [
      'select 1 from t group by cube (a, b)',
      { body: { groupBy: { elements: [{ kind: 'cube', sets: [[{}], [{}]] }] } } },
    ],
    [
      'select 1 from t order by a desc nulls first, 2 limit 10 offset 5',
      {
        orderBy: [
          { descending: true, nulls: 'FIRST' },
          { descending: false, nulls: null },
        ],
        limit: { text: '10' },
        offset: { text: '5' },
      },
    ],
    ['select 1 from t order by all desc', { orderBy: { all: true, descending: true } }],
    ['select 1 offset 3 rows fetch next 2 rows only', { offset: { text: '3' }, limit: { text: '2' } }],
    ['select 1 union all by name select 2', { body: { operator: 'UNION ALL', byName: true } }],
    [
      '(select 1 limit 1) union (select 2)',
      { body: { left: { kind: 'query', limit: { text: '1' } }, right: { kind: 'select' } } },
    ],
    [
      'select * from a, b left outer join c using (x, y)',
      { body: { from: { type: 'COMMA', right: { type: 'LEFT', using: [{ name: 'X' }, { name: 'Y' }] } } } },
    ],
    [
      'select * from a natural full join b cross join c',
      { body: { from: { type: 'CROSS', left: { type: 'FULL', natural: true } } } },
    ],
    [
      'select * from a asof join b match_condition (a.t >= b.t) on a.k = b.k',
      { body: { from: { type: 'ASOF', matchCondition: { operator: '>=' }, on: { operator: '=' } } } },
    ],
    [
      'select * from t, lateral flatten(input => t.v) f',
      {
        body: {
          from: {
            right: {
              kind: 'tableFunction',
              lateral: true,
              call: { name: [{ name: 'FLATTEN' }], namedArgs: [{ name: { name: 'INPUT' } }] },
              alias: { name: { name: 'F' } },
            },
          },
        },
      },
    ],
    [
      'select * from table(result_scan(last_query_id())) r',
      {
        body: {
          from: {
            kind: 'tableFunction',
            call: { name: [{ name: 'RESULT_SCAN' }] },
            alias: { name: { name: 'R' } },
          },
        },
      },
    ],
    [
      "select * from table('db.s.t')",
      { body: { from: { kind: 'table', name: { kind: 'identifierCall', argument: { value: 'db.s.t' } } } } },
    ],
    [
      'select * from identifier($tab) t',
      { body: { from: { name: { kind: 'identifierCall', argument: { kind: 'variable', name: 'TAB' } } } } },
    ],
    [
      'select * from (values (1, 2), (3, 4)) as v (a, b)',
      {
        body: {
          from: {
            kind: 'derived',
            query: {
              body: {
                kind: 'values',
                rows: [
                  [{}, {}],
                  [{}, {}],
                ],
              },
            },
            alias: { columns: [{ name: 'A' }, { name: 'B' }] },
          },
        },
      },
    ],
    ['select * from values (1) v', { body: { from: { kind: 'derived', alias: { name: { name: 'V' } } } } }],
    [
      'select * from ((select 1) union (select 2)) u',
      { body: { from: { kind: 'derived', query: { body: { kind: 'setOperation' } } } } },
    ],
    [
      'select * from (a join b on a.x = b.x) join c on true',
      { body: { from: { kind: 'join', left: { kind: 'join' }, right: { name: name('C') } } } },
    ],
    [
      "select * from t at(timestamp => '2026-01-01'::timestamp) as x",
      {
        body: {
          from: {
            timeTravel: { when: 'AT', by: 'TIMESTAMP', value: { kind: 'cast' } },
            alias: { name: { name: 'X' } },
          },
        },
      },
    ],
    [
      "select * from t before(statement => 'id')",
      { body: { from: { timeTravel: { when: 'BEFORE', by: 'STATEMENT' } } } },
    ],
    [
      'select * from t changes(information => append_only) at(offset => -60) end(timestamp => ts)',
      {
        body: {
          from: {
            changes: { information: 'APPEND_ONLY', end: { by: 'TIMESTAMP' } },
            timeTravel: { by: 'OFFSET' },
          },
        },
      },
    ],
    [
      'select * from t sample system (3) seed (82)',
      {
        body: {
          from: { sample: { method: 'SYSTEM', amount: { text: '3' }, rows: false, seed: { text: '82' } } },
        },
      },
    ],
    [
      'select * from t as x tablesample (10 rows)',
      { body: { from: { sample: { method: 'BERNOULLI', rows: true }, alias: { name: { name: 'X' } } } } },
    ],
    [
      "select t.$1, metadata$filename from @db.s.st/a-b/c=1/ (file_format => 'f', pattern => '.*csv') t",
      {
        body: {
          from: {
            kind: 'stage',
            location: {
              kind: 'namedStage',
              stage: [{ name: 'DB' }, { name: 'S' }, { name: 'ST' }],
              path: 'a-b/c=1/',
            },
            options: [{ name: 'FILE_FORMAT' }, { name: 'PATTERN' }],
            alias: { name: { name: 'T' } },
          },
        },
      },
    ],
    [
      "select $1 from '@~/my path/x.csv'",
      { body: { from: { location: { kind: 'userStage', path: 'my path/x.csv' } } } },
    ],
    [
      'select $1 from @%t',
      { body: { from: { location: { kind: 'tableStage', table: [{ name: 'T' }], path: '' } } } },
    ],
    [
      "select * from t pivot (sum(x) for m in ('JAN', 'FEB' as f)) as p (a, b)",
      {
        body: {
          from: {
            kind: 'pivot',
            aggregates: [{ call: { name: [{ name: 'SUM' }] }, alias: null }],
            column: { name: 'M' },
            values: { kind: 'list', items: [{ alias: null }, { alias: { name: 'F' } }] },
            alias: { name: { name: 'P' } },
          },
        },
      },
    ],
    [
      'select * from t unpivot include nulls (x for m in (jan, feb as f))',
      {
        body: {
          from: {
            kind: 'unpivot',
            includeNulls: true,
            value: { name: 'X' },
            name: { name: 'M' },
            columns: [{ column: { name: 'JAN' } }, { alias: { name: 'F' } }],
          },
        },
      },
    ],
    [
      'select end, date, role, "select" from start_table',
      { body: { items: [{ expression: { kind: 'column' } }, {}, {}, {}] } },
    ],
  ];
  test.each(cases)('%s', (text, facts) => {
    expect(parseQueryText(text)).toMatchObject({ kind: 'query', ...facts });
  });
});

test('a query is a statement, with or without a semicolon', () => {
  expect(parseStatement('-- first\nselect 1;')).toMatchObject({
    kind: 'select',
    start: { line: 2, column: 0 },
  });
  expect(parseStatement('with a as (select 1) select * from a')).toMatchObject({ kind: 'select' });
});
