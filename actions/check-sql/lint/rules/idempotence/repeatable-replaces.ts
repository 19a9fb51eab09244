import { replacement } from '../../edit.ts';
import type { Rule } from '../../rule.ts';

export const repeatableReplaces: Rule = {
  id: 'idempotence/repeatable-replaces',
  severity: 'error',
  finds: 'CREATE without OR REPLACE or OR ALTER in a migration that runs more than once',
  why: 'R__ files run again whenever they change, A__ files every time. A plain CREATE fails then; with IF NOT EXISTS nothing happens and the change never reaches the database.',
  remedy: 'Write CREATE OR REPLACE, or CREATE OR ALTER.',
  bad: [
    { 'R__gold_stores.sql': 'CREATE VIEW GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE; -- <--' },
    {
      'R__gold_stores.sql':
        'CREATE VIEW IF NOT EXISTS GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE; -- <--',
    },
  ],
  good: [
    { 'R__gold_stores.sql': 'CREATE OR REPLACE VIEW GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE;' },
    { 'V1__gold_stores.sql': 'CREATE VIEW GOLD.STORES AS SELECT STORE_ID FROM SILVER.DIM_STORE;' },
  ],
  statement(statement, lint) {
    const { tree, file } = statement;
    if (file.kind === 'versioned' || !tree.kind.startsWith('create') || !('orReplace' in tree)) return;
    if (tree.orReplace || tree.orAlter || (file.kind === 'always' && tree.ifNotExists)) return;
    // Only a view can be replaced without a loss that the author should see.
    const isPlainView =
      tree.kind === 'createView' && !tree.ifNotExists && !tree.dynamicTable && !tree.materialized;
    const fix = isPlainView ? [replacement(statement, 0, 'CREATE'.length, 'CREATE OR REPLACE')] : [];
    lint.report(statement, tree.name, 'a later change of this file does not replace it', fix);
  },
};
