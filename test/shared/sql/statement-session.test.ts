import { name, statements } from './statement-cases.ts';

statements('alterSession', [
  [
    "alter session set timezone = 'UTC', week_start = 1",
    { set: [{ name: 'TIMEZONE' }, { name: 'WEEK_START' }], unset: [] },
  ],
  ['alter session unset a, b', { unset: ['A', 'B'] }],
]);
statements('executeTask', [
  [
    'execute task d.t using config = $${"a":1}$$',
    { name: name('D', 'T'), config: '{"a":1}', retryLast: false },
  ],
  ['execute task t retry last', { retryLast: true }],
]);
statements('use', [
  ['use schema a.b', { type: 'SCHEMA', name: name('A', 'B') }],
  ['use warehouse w', { type: 'WAREHOUSE' }],
  ['use secondary roles all', { type: 'SECONDARY ROLES', name: name('ALL') }],
  ['use d', { type: 'DATABASE' }],
]);
statements('set', [
  ['set a = 1 + 1', { names: [{ name: 'A' }], values: [{ operator: '+' }] }],
  ["set (a, b) = (1, 'x')", { names: [{}, {}], values: [{}, {}] }],
  ['set (a, b) = (select 1, 2)', { names: [{}, {}], values: [{ kind: 'subquery' }] }],
]);
statements('unset', [['unset (a, b)', { names: [{}, {}] }]]);
statements('transaction', [
  ['begin', { action: 'begin', name: null }],
  ['begin transaction name x;', { action: 'begin', name: 'X' }],
  ['start transaction', { action: 'begin' }],
  ['commit work', { action: 'commit' }],
  ['rollback;', { action: 'rollback' }],
]);
statements('show', [
  [
    "show terse tables history like 'a%' in schema d.s starts with 'X' limit 5 from 'Y'",
    {
      type: 'TABLES',
      terse: true,
      history: true,
      like: 'a%',
      in: { type: 'SCHEMA', name: name('D', 'S') },
      startsWith: 'X',
      limit: { rows: 5, from: 'Y' },
    },
  ],
  ['show file formats in account', { type: 'FILE FORMATS', in: { type: 'ACCOUNT', name: null } }],
  ['show streams in d.s', { in: { type: null, name: name('D', 'S') } }],
  ['show grants on table t', { grants: { relation: 'ON', type: 'TABLE', name: name('T') } }],
  ['show grants to role r', { grants: { relation: 'TO', type: 'ROLE' } }],
  ['show future grants in schema s', { type: 'FUTURE GRANTS', in: { type: 'SCHEMA' } }],
  ["show parameters like 'tz%' in session", { in: { type: 'SESSION', name: null } }],
]);
statements('describe', [
  ['desc table d.s.t', { type: 'TABLE', name: name('D', 'S', 'T') }],
  ['describe file format f', { type: 'FILE FORMAT' }],
  ['describe procedure p(int)', { type: 'PROCEDURE', argumentTypes: [{ name: 'INT' }] }],
  ['describe result last_query_id()', { type: 'RESULT', name: { kind: 'identifierCall' } }],
]);
statements('put', [
  [
    'put file:///tmp/a-*.csv @d.s.st/x/ auto_compress = false overwrite = true',
    {
      file: '/tmp/a-*.csv',
      location: { stage: [{ name: 'D' }, { name: 'S' }, { name: 'ST' }], path: 'x/' },
      options: [{ name: 'AUTO_COMPRESS' }, { name: 'OVERWRITE' }],
    },
  ],
  [
    "put 'file:///tmp/my file.csv' '@~/my path'",
    { file: '/tmp/my file.csv', location: { kind: 'userStage', path: 'my path' } },
  ],
]);
statements('get', [
  [
    "get @%t/x file:///tmp/out/ pattern = '.*csv'",
    { location: { kind: 'tableStage', path: 'x' }, file: '/tmp/out/', options: [{ name: 'PATTERN' }] },
  ],
]);
statements('list', [["ls @s/p pattern = '.*'", { pattern: '.*', location: { path: 'p' } }]]);
statements('remove', [['remove @~/a.csv.gz', { pattern: null, location: { path: 'a.csv.gz' } }]]);
statements('explain', [['explain using json select 1', { format: 'JSON', statement: { kind: 'select' } }]]);
statements('callProcedure', [
  [
    'call s.p(1, x => :y) into :r',
    {
      name: name('S', 'P'),
      args: [{ text: '1' }],
      namedArgs: [{ name: { name: 'X' } }],
      into: { name: 'R' },
    },
  ],
]);
statements('executeImmediate', [
  [
    "execute immediate 'select ?' using (a, b)",
    { source: { kind: 'string' }, using: [{ name: 'A' }, { name: 'B' }] },
  ],
  ['execute immediate from @s/x.sql', { source: { kind: 'namedStage', path: 'x.sql' } }],
]);
