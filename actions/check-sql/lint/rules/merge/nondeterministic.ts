import { walk } from '../../../../shared/sql/walk.ts';
import type { Rule } from '../../rule.ts';

const RANDOM = new Set([
  'RANDOM',
  'UUID_STRING',
  'RANDSTR',
  'UNIFORM',
  'NORMAL',
  'ZIPF',
  'SEQ1',
  'SEQ2',
  'SEQ4',
  'SEQ8',
]);
const CLOCKS = new Set([
  'CURRENT_TIMESTAMP',
  'CURRENT_DATE',
  'CURRENT_TIME',
  'GETDATE',
  'SYSDATE',
  'LOCALTIMESTAMP',
]);

export const nondeterministic: Rule = {
  id: 'merge/nondeterministic',
  severity: 'error',
  finds: 'a random function in a MERGE, or the clock in what it compares',
  why: 'Running it again over the same rows gives another result: silver is no longer exactly once, and a failure cannot be repeated to be understood.',
  remedy: 'Use values of the source: its key, its load id, its time of change.',
  bad: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN NOT MATCHED THEN INSERT (KEY, ID) VALUES (UUID_STRING(), s.ID); -- <--',
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, AT FROM BRONZE.S) AS s\nON t.ID = s.ID AND s.AT < CURRENT_TIMESTAMP() -- <--\nWHEN MATCHED THEN DELETE;',
  ],
  good: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN NOT MATCHED THEN INSERT (KEY, ID, SEEN_AT) VALUES (SHA2(s.ID), s.ID, CURRENT_TIMESTAMP());',
  ],
  statement(statement, lint) {
    for (const merge of statement.nodes.of('merge')) {
      const find = (root: Parameters<typeof walk>[0], names: ReadonlySet<string>): void =>
        walk(root, (node) => {
          const { kind, name } = node as { kind?: string; name?: { name: string }[] };
          const called = kind === 'call' ? (name?.at(-1)?.name ?? '') : '';
          if (names.has(called)) lint.report(statement, node, `${called} gives another value each time`);
          return true;
        });
      find(merge, RANDOM);
      find(merge.on, CLOCKS);
      for (const { condition } of merge.clauses) if (condition !== null) find(condition, CLOCKS);
    }
  },
};
