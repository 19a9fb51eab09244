import { name, statements } from './statement-cases.ts';

statements('alterTable', [
  [
    'alter table t drop row access policy p, add row access policy q on (a, b)',
    {
      action: {
        kind: 'dropRowAccessPolicy',
        policy: name('P'),
        add: { policy: name('Q'), on: [{ name: 'A' }, { name: 'B' }] },
      },
    },
  ],
  ['alter table t drop all row access policies', { action: { kind: 'dropAllRowAccessPolicies' } }],
  [
    'alter table t rename constraint a to b',
    { action: { kind: 'renameConstraint', from: { name: 'A' }, to: { name: 'B' } } },
  ],
  [
    'alter table t alter primary key rely',
    { action: { kind: 'alterConstraint', name: null, type: 'PRIMARY KEY', properties: ['RELY'] } },
  ],
  [
    'alter table t drop unique (a, b)',
    { action: { kind: 'dropConstraint', type: 'UNIQUE', columns: [{ name: 'A' }, { name: 'B' }] } },
  ],
  ['alter table t drop search optimization', { action: { kind: 'searchOptimization', on: false } }],
  [
    "alter table t modify column a set tag x = '1', y = '2', column b unset tag x, y, c unset masking policy",
    {
      action: {
        kind: 'alterColumns',
        changes: [
          { change: { kind: 'setTag', tags: [{ value: '1' }, { value: '2' }] } },
          { change: { kind: 'unsetTag', tags: [name('X'), name('Y')] } },
          { column: { name: 'C' }, change: { kind: 'unsetMaskingPolicy' } },
        ],
      },
    },
  ],
  [
    'alter table t alter a set masking policy p using (a, b) force',
    { action: { changes: [{ change: { kind: 'setMaskingPolicy', force: true, using: [{}, {}] } }] } },
  ],
]);

statements('alterObject', [
  [
    'alter masking policy p set body -> upper(val)',
    { type: 'MASKING POLICY', action: { kind: 'setBody', bodyText: 'upper(val)' } },
  ],
  [
    "alter tag c drop allowed_values 'x', 'y'",
    { action: { kind: 'allowedValues', change: 'drop', values: ['x', 'y'] } },
  ],
  ['alter tag c unset allowed_values', { action: { kind: 'unsetAllowedValues' } }],
  [
    'alter view v add row access policy p on (a)',
    { type: 'VIEW', action: { kind: 'addRowAccessPolicy', policy: name('P'), on: [{ name: 'A' }] } },
  ],
  [
    'alter dynamic table d cluster by (a, b)',
    { type: 'DYNAMIC TABLE', action: { kind: 'clusterBy', expressions: [{}, {}] } },
  ],
  ['alter materialized view v suspend recluster', { action: { kind: 'suspendRecluster' } }],
]);

statements('createView', [
  [
    "create view v (a with masking policy p comment 'c', b tag (t = 'x')) as select 1, 2",
    {
      columns: [
        { comment: 'c', maskingPolicy: { name: name('P') } },
        { tags: [{ name: name('T'), value: 'x' }] },
      ],
    },
  ],
  [
    'create dynamic table d (a number(10), b) target_lag = downstream warehouse = w as select 1, 2',
    { dynamicTable: true, columns: [{ type: { args: [10] } }, { type: null }] },
  ],
]);

statements('createTable', [
  [
    "create table t (id int primary key comment 'key', constraint u unique (id) comment 'of the constraint')",
    {
      columns: [{ comment: 'key', constraints: [{ type: 'PRIMARY KEY', comment: null }] }],
      constraints: [{ comment: 'of the constraint' }],
    },
  ],
]);
