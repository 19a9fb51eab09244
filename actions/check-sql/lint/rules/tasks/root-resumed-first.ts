import { objectKey } from '../../history/names.ts';
import { rootOf } from '../../history/state.ts';
import type { Rule } from '../../rule.ts';

export const rootResumedFirst: Rule = {
  id: 'tasks/root-resumed-first',
  severity: 'error',
  finds: 'a task that is changed, added to a graph or resumed while the root of the graph runs',
  why: 'Snowflake refuses it: the root has to be suspended. Where the root was resumed first the migration fails in the middle.',
  remedy: 'ALTER TASK root SUSPEND first; resume children, then the root, at the end.',
  bad: [
    "CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;\nCREATE TASK SILVER.CHILD AFTER SILVER.ROOT AS SELECT 2;\nALTER TASK SILVER.ROOT RESUME;\nALTER TASK SILVER.CHILD RESUME; -- <--",
    {
      'V1__graph.sql':
        "CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;\nALTER TASK SILVER.ROOT RESUME;",
      'V2__child.sql': 'CREATE TASK SILVER.CHILD AFTER SILVER.ROOT AS SELECT 2; -- <--',
    },
    {
      'V1__graph.sql':
        "CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;\nALTER TASK SILVER.ROOT RESUME;",
      'V2__often.sql': "ALTER TASK SILVER.ROOT SET SCHEDULE = '10 MINUTE'; -- <--",
    },
  ],
  good: [
    "CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;\nCREATE TASK SILVER.CHILD AFTER SILVER.ROOT AS SELECT 2;\nALTER TASK SILVER.CHILD RESUME;\nALTER TASK SILVER.ROOT RESUME;",
    {
      'V1__graph.sql':
        "CREATE TASK SILVER.ROOT SCHEDULE = '60 MINUTE' AS SELECT 1;\nALTER TASK SILVER.ROOT RESUME;",
      'V2__child.sql':
        'ALTER TASK SILVER.ROOT SUSPEND;\nCREATE TASK SILVER.CHILD AFTER SILVER.ROOT AS SELECT 2;\nALTER TASK SILVER.CHILD RESUME;\nALTER TASK SILVER.ROOT RESUME;',
    },
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const { state } = lint;
    if (tree.kind !== 'createTask' && tree.kind !== 'alterTask') return;
    const key = objectKey(tree.name, state.currentSchema) ?? '';
    if (tree.kind === 'createTask') {
      const above = [...tree.after, ...(tree.finalize === null ? [] : [tree.finalize])];
      const roots = above.map((name) => rootOf(state, objectKey(name, state.currentSchema) ?? ''));
      const running = roots.find((root) => state.tasks.get(root)?.isResumed);
      if (running !== undefined) lint.report(statement, tree.name, `${running} is running`);
      return;
    }
    const root = rootOf(state, key);
    const isOnOrOff = tree.action.kind === 'suspend' || tree.action.kind === 'resume';
    // The root itself may be switched on and off; a child may be suspended.
    if ((root === key && isOnOrOff) || tree.action.kind === 'suspend') return;
    if (state.tasks.get(root)?.isResumed) lint.report(statement, tree.name, `${root} is running`);
  },
};
