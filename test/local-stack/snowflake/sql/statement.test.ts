import { describe, expect, test } from 'vitest';
import { parseStatement } from '../../../../actions/local-stack/snowflake/sql/parse.ts';

const name = (...parts: string[]) => ({ kind: 'name', parts: parts.map((part) => ({ name: part })) });
const word = (text: string) => ({ kind: 'word', parts: [{ name: text }] });

type Case = [text: string, facts: object];

function statements(kind: string, cases: Case[]): void {
  describe(kind, () => {
    test.each(cases)('%s', (text, facts) => {
      expect(parseStatement(text)).toMatchObject({ kind, ...facts });
    });
  });
}

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
statements('createTable', [
  [
    `create or replace transient table if not exists db.s.t (
       id number(38,0) not null autoincrement start 1 increment 2 noorder comment 'key',
       name varchar(20) collate 'en-ci' default 'x' not null,
       at timestamp_ntz default current_timestamp,
       full_name string as (name || '!'),
       ref int references o (id) not enforced,
       secret string with masking policy p using (secret, id) with tag (t1 = 'v'),
       constraint pk primary key (id) rely, unique (name), foreign key (ref) references o on delete cascade)
     cluster by (to_date(at), id) data_retention_time_in_days = 3 change_tracking = true comment = 'all'`,
    {
      orReplace: true,
      ifNotExists: true,
      lifetime: 'TRANSIENT',
      name: name('DB', 'S', 'T'),
      comment: 'all',
      columns: [
        {
          name: { name: 'ID' },
          type: { name: 'NUMBER', args: [38, 0] },
          notNull: true,
          identity: { start: 1, increment: 2, order: false },
          comment: 'key',
        },
        { collate: 'en-ci', default: { value: 'x' }, notNull: true },
        { default: { kind: 'call' } },
        { computed: { operator: '||' } },
        {
          constraints: [
            {
              type: 'FOREIGN KEY',
              columns: [{ name: 'REF' }],
              references: { table: name('O'), columns: [{ name: 'ID' }] },
              properties: ['NOT ENFORCED'],
            },
          ],
        },
        { maskingPolicy: { name: name('P'), using: [{}, {}] }, tags: [{ name: name('T1'), value: 'v' }] },
      ],
      constraints: [
        { name: { name: 'PK' }, type: 'PRIMARY KEY', properties: ['RELY'] },
        { type: 'UNIQUE', name: null },
        { type: 'FOREIGN KEY', properties: ['ON DELETE CASCADE'] },
      ],
      clusterBy: [{ kind: 'call' }, { kind: 'column' }],
      properties: [
        { name: 'DATA_RETENTION_TIME_IN_DAYS', value: { text: '3' } },
        { name: 'CHANGE_TRACKING' },
      ],
    },
  ],
  [
    'create temp table t (a, b) as select 1, 2',
    { lifetime: 'TEMPORARY', columns: [{ type: null }, { type: null }], query: { kind: 'query' } },
  ],
  ['create or alter table t (a int)', { orAlter: true, orReplace: false }],
  ['create table t like s.o copy grants', { like: name('S', 'O'), copyGrants: true }],
  [
    'create table t clone o at (offset => -60)',
    { clone: { source: name('O'), timeTravel: { by: 'OFFSET' } } },
  ],
  [
    "create table t using template (select array_agg(object_construct(*)) from table(infer_schema(location => '@s', file_format => 'f')))",
    { template: { kind: 'query' } },
  ],
  [
    'create table t (a int) with row access policy p on (a)',
    {
      properties: [
        {
          name: 'ROW ACCESS POLICY',
          value: {
            properties: [
              { name: 'POLICY', value: word('P') },
              { name: 'ON', value: { items: [word('A')] } },
            ],
          },
        },
      ],
    },
  ],
]);
statements('createView', [
  [
    "create or replace secure view v (a comment 'x', b) copy grants comment = 'c' as\n select 1, /* keep */ 2 ;",
    {
      secure: true,
      columns: [{ name: { name: 'A' }, comment: 'x' }, { comment: null }],
      copyGrants: true,
      comment: 'c',
      queryText: 'select 1, /* keep */ 2',
      dynamicTable: false,
    },
  ],
  ['create materialized view v as select 1', { materialized: true }],
  [
    "create dynamic table d target_lag = '1 minute' warehouse = w refresh_mode = incremental as select 1",
    {
      dynamicTable: true,
      properties: [{ name: 'TARGET_LAG' }, { name: 'WAREHOUSE', value: word('W') }, {}],
      queryText: 'select 1',
    },
  ],
]);
statements('createContainer', [
  [
    "create transient database if not exists d data_retention_time_in_days = 0 comment = 'x'",
    {
      type: 'DATABASE',
      transient: true,
      ifNotExists: true,
      comment: 'x',
      properties: [{ value: { text: '0' } }],
    },
  ],
  [
    "create schema d.s clone d.o before (statement => 'q')",
    { type: 'SCHEMA', clone: { source: name('D', 'O'), timeTravel: { when: 'BEFORE' } } },
  ],
  [
    'create schema s with managed access',
    { properties: [{ name: 'MANAGED ACCESS', value: { value: true } }] },
  ],
]);
statements('createObject', [
  [
    "create stage s url = 's3://b/p/' storage_integration = i directory = (enable = true) file_format = (type = 'CSV' skip_header = 1)",
    {
      type: 'STAGE',
      properties: [
        { name: 'URL' },
        { name: 'STORAGE_INTEGRATION', value: word('I') },
        { name: 'DIRECTORY' },
        { name: 'FILE_FORMAT' },
      ],
    },
  ],
  [
    "create file format f type = csv field_optionally_enclosed_by = '\"'",
    { type: 'FILE FORMAT', properties: [{ name: 'TYPE', value: word('CSV') }, { value: { value: '"' } }] },
  ],
  [
    'create sequence q start with 5 increment by -2 order',
    {
      type: 'SEQUENCE',
      properties: [
        { name: 'START', value: { text: '5' } },
        { name: 'INCREMENT', value: { text: '-2' } },
        { name: 'ORDER' },
      ],
    },
  ],
  [
    "create warehouse w with warehouse_size = xsmall auto_suspend = 60 initially_suspended = true comment = 'x'",
    { type: 'WAREHOUSE', comment: 'x', properties: [{}, {}, {}] },
  ],
  ['create role if not exists r', { type: 'ROLE', ifNotExists: true }],
  [
    "create user u password = 'p' default_role = r must_change_password = false",
    { type: 'USER', properties: [{}, {}, {}] },
  ],
  [
    "create tag t allowed_values 'a', 'b'",
    {
      type: 'TAG',
      properties: [{ name: 'ALLOWED_VALUES', value: { items: [{ value: 'a' }, { value: 'b' }] } }],
    },
  ],
  [
    "create storage integration i type = external_stage storage_allowed_locations = ('s3://a/', 's3://b/') enabled = true",
    { type: 'STORAGE INTEGRATION' },
  ],
  [
    "create masking policy p as (v string) returns string -> case when current_role() = 'A' then v else '*' end comment = 'c'",
    {
      type: 'MASKING POLICY',
      comment: 'c',
      policy: { parameters: [{ name: { name: 'V' } }], returns: { name: 'STRING' }, body: { kind: 'case' } },
    },
  ],
  [
    'create row access policy p as (v int) returns boolean -> v > 1',
    { type: 'ROW ACCESS POLICY', policy: { body: { operator: '>' } } },
  ],
  [
    'create resource monitor m with credit_quota = 100 triggers on 75 percent do notify on 100 percent do suspend',
    {
      properties: [
        { name: 'CREDIT_QUOTA' },
        {
          name: 'TRIGGERS',
          value: { items: [{ value: 'on 75 percent do notify' }, { value: 'on 100 percent do suspend' }] },
        },
      ],
    },
  ],
  ["create network policy n allowed_ip_list = ('10.0.0.0/8')", { type: 'NETWORK POLICY' }],
  ["create secret s type = password username = 'u' password = 'p'", { type: 'SECRET' }],
  [
    "create alert a warehouse = w schedule = '1 minute' if (exists (select 1 from t)) then insert into l values (1)",
    {
      type: 'ALERT',
      properties: [
        {},
        {},
        { name: 'IF', value: { value: 'select 1 from t' } },
        { name: 'THEN', value: { value: 'insert into l values (1)' } },
      ],
    },
  ],
  ['create database role d.r', { type: 'DATABASE ROLE', name: name('D', 'R') }],
  ['create notification integration n type = queue enabled = true', { type: 'NOTIFICATION INTEGRATION' }],
]);
statements('createStream', [
  [
    "create or replace stream s copy grants on table d.s.t at (timestamp => '2026-01-01'::timestamp) append_only = true show_initial_rows = true comment = 'c'",
    {
      copyGrants: true,
      sourceType: 'TABLE',
      source: name('D', 'S', 'T'),
      timeTravel: { by: 'TIMESTAMP' },
      comment: 'c',
      properties: [{ name: 'APPEND_ONLY' }, { name: 'SHOW_INITIAL_ROWS' }],
    },
  ],
  ['create stream s on view v', { sourceType: 'VIEW' }],
  ['create stream s clone o', { clone: name('O') }],
]);
statements('createTask', [
  [
    "create task t warehouse = w schedule = 'USING CRON 0 9 * * * UTC' user_task_timeout_ms = 60000 comment = 'c' when system$stream_has_data('S') and 1 = 1 as insert into a select 1",
    {
      properties: [{ name: 'WAREHOUSE' }, { name: 'SCHEDULE' }, { name: 'USER_TASK_TIMEOUT_MS' }],
      comment: 'c',
      whenText: "system$stream_has_data('S') and 1 = 1",
      body: { kind: 'insert' },
      bodyText: 'insert into a select 1',
    },
  ],
  [
    'create task t warehouse = w after a, s.b as begin delete from x; return 1; end;',
    {
      after: [name('A'), name('S', 'B')],
      when: null,
      body: { kind: 'block', body: [{ kind: 'delete' }, { kind: 'return' }] },
      bodyText: 'begin delete from x; return 1; end',
    },
  ],
  [
    'create or alter task t finalize = root as call p()',
    { orAlter: true, finalize: name('ROOT'), body: { kind: 'callProcedure' } },
  ],
]);
statements('createPipe', [
  [
    "create pipe if not exists p auto_ingest = true comment = 'c' as copy into t from @s file_format = (type = json)",
    {
      properties: [{ name: 'AUTO_INGEST' }],
      comment: 'c',
      copy: { kind: 'copyIntoTable' },
      copyText: 'copy into t from @s file_format = (type = json)',
    },
  ],
]);
statements('createRoutine', [
  [
    "create or replace procedure p(a int, b varchar default 'x') returns table (c int) language sql execute as caller as $$ begin return 1; end $$",
    {
      type: 'PROCEDURE',
      parameters: [{ default: null }, { name: { name: 'B' }, default: { value: 'x' } }],
      returns: { table: [{ name: { name: 'C' } }] },
      language: 'SQL',
      executeAs: 'CALLER',
      body: ' begin return 1; end ',
    },
  ],
  [
    'create procedure p() returns int as declare x int; begin x := 1; return x; end',
    { language: 'SQL', body: 'declare x int; begin x := 1; return x; end' },
  ],
  [
    "create secure function f(a float) returns float not null language javascript strict immutable comment = 'c' as 'return A;'",
    {
      secure: true,
      language: 'JAVASCRIPT',
      comment: 'c',
      properties: [{ name: 'NOT NULL' }, { name: 'STRICT' }, { name: 'IMMUTABLE' }],
      body: 'return A;',
    },
  ],
]);
statements('alterTable', [
  [
    'alter table if exists t add column if not exists a int not null, b string',
    {
      ifExists: true,
      action: {
        kind: 'addColumns',
        ifNotExists: true,
        columns: [{ notNull: true }, { name: { name: 'B' } }],
      },
    },
  ],
  [
    'alter table t drop column if exists a, b',
    { action: { kind: 'dropColumns', ifExists: true, columns: [{}, {}] } },
  ],
  [
    'alter table t rename column a to b',
    { action: { kind: 'renameColumn', from: { name: 'A' }, to: { name: 'B' } } },
  ],
  [
    'alter table t alter column a set data type number(10), column b drop not null, c set not null, d drop default',
    {
      action: {
        kind: 'alterColumns',
        changes: [
          { change: { kind: 'type', type: { args: [10] } } },
          { change: { kind: 'dropNotNull' } },
          { change: { kind: 'setNotNull' } },
          { change: { kind: 'dropDefault' } },
        ],
      },
    },
  ],
  [
    "alter table t modify (a comment 'x', b varchar(50))",
    { action: { changes: [{ change: { kind: 'comment', text: 'x' } }, { change: { kind: 'type' } }] } },
  ],
  [
    'alter table t modify column a set masking policy p using (a, b)',
    { action: { changes: [{ change: { kind: 'setMaskingPolicy', using: [{}, {}] } }] } },
  ],
  [
    'alter table t alter a set default q.nextval',
    { action: { changes: [{ change: { kind: 'setDefault' } }] } },
  ],
  ['alter table t rename to s.u', { action: { kind: 'rename', to: name('S', 'U') } }],
  ['alter table t swap with u', { action: { kind: 'swap' } }],
  [
    'alter table t add constraint u unique (a)',
    { action: { kind: 'addConstraint', constraint: { type: 'UNIQUE', name: { name: 'U' } } } },
  ],
  [
    'alter table t drop constraint u',
    { action: { kind: 'dropConstraint', name: { name: 'U' }, type: null } },
  ],
  ['alter table t drop primary key', { action: { kind: 'dropConstraint', name: null, type: 'PRIMARY KEY' } }],
  ['alter table t cluster by (a)', { action: { kind: 'clusterBy', expressions: [{}] } }],
  ['alter table t drop clustering key', { action: { kind: 'dropClusteringKey' } }],
  ['alter table t suspend recluster', { action: { kind: 'suspendRecluster' } }],
  [
    "alter table t set change_tracking = true comment = 'x'",
    { action: { kind: 'set', properties: [{}, {}] } },
  ],
  [
    'alter table t unset comment, data_retention_time_in_days',
    { action: { kind: 'unset', names: ['COMMENT', 'DATA_RETENTION_TIME_IN_DAYS'] } },
  ],
  ["alter table t set tag a.b = 'x'", { action: { kind: 'setTag', tags: [{ value: 'x' }] } }],
  ['alter table t unset tag a, b', { action: { kind: 'unsetTag', tags: [{}, {}] } }],
  ['alter table t add row access policy p on (a)', { action: { kind: 'addRowAccessPolicy' } }],
  ['alter table t drop row access policy p', { action: { kind: 'dropRowAccessPolicy' } }],
]);
statements('alterObject', [
  ['alter warehouse w resume if suspended', { type: 'WAREHOUSE', action: { kind: 'resumeIfSuspended' } }],
  [
    'alter warehouse w set warehouse_size = small',
    { action: { kind: 'set', properties: [{ name: 'WAREHOUSE_SIZE' }] } },
  ],
  ['alter dynamic table d refresh', { type: 'DYNAMIC TABLE', action: { kind: 'refresh' } }],
  ['alter view v set secure', { type: 'VIEW', action: { kind: 'setSecure' } }],
  ['alter view if exists v rename to w', { ifExists: true, action: { kind: 'rename' } }],
  ["alter stage s set url = 's3://x/'", { type: 'STAGE', action: { kind: 'set' } }],
  ["alter stream s set comment = 'x'", { type: 'STREAM' }],
  ['alter database a swap with b', { type: 'DATABASE', action: { kind: 'swap' } }],
  [
    'alter schema s enable managed access',
    { action: { kind: 'set', properties: [{ name: 'MANAGED ACCESS', value: { value: true } }] } },
  ],
  [
    'alter sequence q set increment by 5',
    { action: { kind: 'set', properties: [{ name: 'INCREMENT', value: { text: '5' } }] } },
  ],
  ["alter account set timezone = 'UTC'", { type: 'ACCOUNT', name: null }],
  ['alter user u unset comment', { type: 'USER', action: { kind: 'unset', names: ['COMMENT'] } }],
  [
    'alter function f(int, varchar) rename to g',
    { type: 'FUNCTION', argumentTypes: [{ name: 'INT' }, { name: 'VARCHAR' }] },
  ],
]);
statements('alterTask', [
  ['alter task if exists t resume', { ifExists: true, action: { kind: 'resume' } }],
  ['alter task t suspend', { action: { kind: 'suspend' } }],
  ['alter task t add after a, b', { action: { kind: 'addAfter', tasks: [{}, {}] } }],
  ['alter task t remove after a', { action: { kind: 'removeAfter' } }],
  ["alter task t set schedule = '5 minute' warehouse = w", { action: { kind: 'set', properties: [{}, {}] } }],
  ['alter task t unset warehouse', { action: { kind: 'unset', names: ['WAREHOUSE'] } }],
  [
    'alter task t modify as begin select 1; end',
    { action: { kind: 'modifyAs', bodyText: 'begin select 1; end' } },
  ],
  ['alter task t modify when a > 1', { action: { kind: 'modifyWhen', whenText: 'a > 1' } }],
  ['alter task t remove when', { action: { kind: 'removeWhen' } }],
  ['alter task t set finalize = r', { action: { kind: 'setFinalize', root: name('R') } }],
  ['alter task t unset finalize', { action: { kind: 'unsetFinalize' } }],
]);
statements('alterPipe', [
  [
    "alter pipe p refresh prefix = 'a/' modified_after = '2026-01-01'",
    { action: { kind: 'refresh', prefix: 'a/', modifiedAfter: '2026-01-01' } },
  ],
  [
    'alter pipe p set pipe_execution_paused = true',
    { action: { kind: 'set', properties: [{ name: 'PIPE_EXECUTION_PAUSED' }] } },
  ],
]);
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
statements('drop', [
  ['drop table if exists a.b cascade', { type: 'TABLE', ifExists: true, behaviour: 'CASCADE' }],
  ['drop file format f', { type: 'FILE FORMAT' }],
  [
    'drop procedure p(int, varchar)',
    { type: 'PROCEDURE', argumentTypes: [{ name: 'INT' }, { name: 'VARCHAR' }] },
  ],
  ['drop materialized view v', { type: 'MATERIALIZED VIEW' }],
]);
statements('undrop', [['undrop schema s', { type: 'SCHEMA' }]]);
statements('grant', [
  [
    'grant select, insert on all tables in schema d.s to role r with grant option',
    {
      revoke: false,
      privileges: ['SELECT', 'INSERT'],
      on: { type: 'ALL TABLES IN SCHEMA', name: name('D', 'S') },
      to: { type: 'ROLE', name: name('R') },
      grantOption: true,
    },
  ],
  ['grant all on database d to r', { privileges: ['ALL PRIVILEGES'], on: { type: 'DATABASE' } }],
  ['grant role a to user u', { role: [{ name: 'A' }], to: { type: 'USER' }, on: null }],
  ['grant ownership on table t to role r copy current grants', { ownership: { currentGrants: 'COPY' } }],
  [
    'grant create task on account to role r',
    { privileges: ['CREATE TASK'], on: { type: 'ACCOUNT', name: null } },
  ],
  [
    'grant usage on function f(int) to role r',
    { on: { type: 'FUNCTION', argumentTypes: [{ name: 'INT' }] } },
  ],
  [
    'revoke select on future views in schema s from role r',
    { revoke: true, on: { type: 'FUTURE VIEWS IN SCHEMA' } },
  ],
]);
statements('comment', [
  [
    "comment if exists on column a.b.c is 'x'",
    { ifExists: true, type: 'COLUMN', name: name('A', 'B', 'C'), text: 'x' },
  ],
  ["comment on file format f is ''", { type: 'FILE FORMAT', text: '' }],
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
    { name: name('S', 'P'), args: [{ text: '1' }], namedArgs: [{ name: { name: 'X' } }], into: 'R' },
  ],
]);
statements('executeImmediate', [
  [
    "execute immediate 'select ?' using (a, b)",
    { source: { kind: 'string' }, using: [{ name: 'A' }, { name: 'B' }] },
  ],
  ['execute immediate from @s/x.sql', { source: { kind: 'namedStage', path: 'x.sql' } }],
]);
