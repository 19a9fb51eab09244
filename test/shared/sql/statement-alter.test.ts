import { name, statements } from './statement-cases.ts';

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

statements('alterObject', [
  ['alter external table t refresh', { type: 'EXTERNAL TABLE', action: { kind: 'refreshFiles', path: '' } }],
  ["alter external table t refresh 'a/b'", { action: { kind: 'refreshFiles', path: 'a/b' } }],
  [
    "alter external table if exists t add files ('a', 'b')",
    { ifExists: true, action: { change: 'add', files: ['a', 'b'] } },
  ],
  [
    "alter external table t remove files ('a')",
    { action: { kind: 'files', change: 'remove', files: ['a'] } },
  ],
]);
