import { name, statements, word } from './statement-cases.ts';

statements('insert', [
  [
    'insert into t values (1, default)',
    {
      overwrite: false,
      target: name('T'),
      columns: [],
      source: { body: { kind: 'values', rows: [[{}, {}]] } },
    },
  ],
  [
    'insert overwrite into s.t (a, b) select 1, 2',
    { overwrite: true, columns: [{ name: 'A' }, { name: 'B' }], source: { body: { kind: 'select' } } },
  ],
  ['insert into t (select 1)', { columns: [], source: { body: { kind: 'select' } } }],
  ['insert into t with x as (select 1 a) select a from x', { source: { with: [{ name: { name: 'X' } }] } }],
]);
statements('multiInsert', [
  [
    'insert all into a into b (x) values (y) select y from t',
    {
      first: false,
      branches: [{ when: null, into: [{ target: name('A') }, { columns: [{ name: 'X' }], values: [{}] }] }],
    },
  ],
  [
    'insert overwrite first when n > 1 then into a when n > 0 then into b else into c select n from t',
    {
      overwrite: true,
      first: true,
      branches: [{ when: { operator: '>' } }, {}, { otherwise: true, when: null }],
    },
  ],
]);
statements('update', [
  [
    'update t set a = 1, t.b = s.b from s where t.id = s.id',
    {
      set: [{ column: [{ name: 'A' }] }, { column: [{ name: 'T' }, { name: 'B' }] }],
      from: { kind: 'table' },
      where: { operator: '=' },
    },
  ],
  ['update s.t as x set a = default', { alias: { name: 'X' }, from: null, where: null }],
]);
statements('delete', [
  [
    'delete from t using (select 1 id) s where t.id = s.id',
    { using: { kind: 'derived' }, where: { operator: '=' } },
  ],
  ['delete from t', { using: null, where: null, alias: null }],
]);
statements('truncate', [
  ['truncate table if exists t', { ifExists: true, target: name('T') }],
  ['truncate t', { ifExists: false }],
]);
statements('merge', [
  [
    'merge into t using (select * from s qualify 1 = 1) s on t.id = s.id when matched and s.gone then delete when matched then update set t.a = s.a, b = 2 when not matched and s.a > 1 then insert (id, a) values (s.id, s.a)',
    {
      target: name('T'),
      source: { kind: 'derived', alias: { name: { name: 'S' } } },
      on: { operator: '=' },
      clauses: [
        { matched: true, action: 'delete', condition: { kind: 'column' } },
        { action: 'update', condition: null, set: [{ column: [{ name: 'T' }, { name: 'A' }] }, {}] },
        {
          matched: false,
          action: 'insert',
          condition: { operator: '>' },
          columns: [{}, {}],
          values: [{}, {}],
        },
      ],
    },
  ],
  [
    'merge into a.b t using c on t.x = c.x when matched then update all by name when not matched then insert all by name',
    { alias: { name: 'T' }, clauses: [{ action: 'updateAllByName' }, { action: 'insertAllByName' }] },
  ],
]);
statements('copyIntoTable', [
  [
    "copy into t (a, b) from (select $1:a, $1:b::date from @s/p/ x) pattern = '.*[.]parquet' file_format = (type = parquet use_logical_type = true) on_error = skip_file_10% purge = false",
    {
      columns: [{ name: 'A' }, { name: 'B' }],
      source: { kind: 'query' },
      pattern: '.*[.]parquet',
      files: [],
      options: [
        {
          name: 'FILE_FORMAT',
          value: {
            kind: 'properties',
            properties: [
              { name: 'TYPE', value: word('PARQUET') },
              { value: { kind: 'boolean', value: true } },
            ],
          },
        },
        { name: 'ON_ERROR', value: word('SKIP_FILE_10%') },
        { name: 'PURGE', value: { kind: 'boolean', value: false } },
      ],
    },
  ],
  [
    "copy into t from @s files = ('a.csv', 'b.csv') file_format = (format_name = db.s.f null_if = ('', 'NULL') field_delimiter = '\\t')",
    {
      files: ['a.csv', 'b.csv'],
      options: [
        {
          value: {
            properties: [
              { value: { parts: [{ name: 'DB' }, { name: 'S' }, { name: 'F' }] } },
              { value: { kind: 'list', items: [{ value: '' }, { value: 'NULL' }] } },
              { value: { value: '\t' } },
            ],
          },
        },
      ],
    },
  ],
  [
    "copy into t from 's3://bucket/p/' credentials = (aws_key_id = $k)",
    {
      source: { kind: 'url', url: 's3://bucket/p/' },
      options: [{ value: { properties: [{ value: { kind: 'variable', name: 'K' } }] } }],
    },
  ],
  ['copy into s.t', { source: { kind: 'tableStage', table: [{ name: 'S' }, { name: 'T' }], path: '' } }],
  [
    'copy into t from @s include_metadata = (f = metadata$filename)',
    { options: [{ value: { properties: [{ name: 'F', value: word('METADATA$FILENAME') }] } }] },
  ],
]);
statements('copyIntoLocation', [
  [
    "copy into @~/out/ from (select 1) partition by ('d=' || to_varchar(d)) file_format = (type = csv) header = true",
    {
      location: { kind: 'userStage', path: 'out/' },
      source: { kind: 'query' },
      partitionBy: { operator: '||' },
      options: [{ name: 'FILE_FORMAT' }, { name: 'HEADER' }],
    },
  ],
  ['copy into @s from db.s.t overwrite = true', { source: name('DB', 'S', 'T') }],
]);
