import { name, statements, word } from './statement-cases.ts';

statements('createTable', [
  [
    `create or replace transient table db.s.t (
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
      ifNotExists: false,
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

statements('createExternalTable', [
  [
    `create or replace external table s.t (
       a int as (value:c1::int), day date not null as to_date(split_part(metadata$filename, '/', 2)) comment 'of the file',
       constraint pk primary key (a))
     partition by (day) with location = @db.s.st/in/ auto_refresh = false pattern = '.*[.]csv'
     file_format = (type = csv) copy grants comment = 'x'`,
    {
      orReplace: true,
      name: name('S', 'T'),
      columns: [
        { name: { name: 'A' }, computed: { kind: 'cast' } },
        { name: { name: 'DAY' }, computed: { kind: 'call' }, notNull: true, comment: 'of the file' },
      ],
      constraints: [{ type: 'PRIMARY KEY' }],
      partitionBy: [{ name: 'DAY' }],
      location: { kind: 'namedStage', path: 'in/' },
      copyGrants: true,
      comment: 'x',
      properties: [{ name: 'AUTO_REFRESH' }, { name: 'PATTERN' }, { name: 'FILE_FORMAT' }],
    },
  ],
  [
    "create external table if not exists t file_format = 'f' location = @st",
    { ifNotExists: true, columns: [] },
  ],
]);

statements('createDynamicClone', [
  [
    "create or replace dynamic table t clone s.o at (offset => -60) copy grants target_lag = '1 hour'",
    {
      orReplace: true,
      name: name('T'),
      source: name('S', 'O'),
      timeTravel: { by: 'OFFSET' },
      copyGrants: true,
      properties: [{ name: 'TARGET_LAG' }],
    },
  ],
]);
