import { tableUses } from '../../../../migrate/table-uses.ts';
import { dottedKey, stringKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const noWhen: Rule = {
  id: 'tasks/no-when',
  severity: 'warning',
  finds: 'a task that reads a stream and has no WHEN SYSTEM$STREAM_HAS_DATA for it',
  why: 'The task starts the warehouse each time to find nothing, which costs at least a minute of it.',
  remedy: "Add WHEN SYSTEM$STREAM_HAS_DATA('SCHEMA.STREAM') for each stream that it reads.",
  bad: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.LOAD -- <--\n  SCHEDULE = '60 MINUTE'\nAS INSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.S;",
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.LOAD -- <--\n  SCHEDULE = '60 MINUTE'\n  WHEN SYSTEM$STREAM_HAS_DATA('BRONZE.OTHER')\nAS INSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.S;",
  ],
  good: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.LOAD\n  SCHEDULE = '60 MINUTE'\n  WHEN SYSTEM$STREAM_HAS_DATA('BRONZE.S')\nAS INSERT INTO SILVER.T (ID) SELECT ID FROM BRONZE.S;",
  ],
  statement(statement, lint) {
    const { tree, nodes } = statement;
    if (tree.kind !== 'createTask' || tree.body === null) return;
    const { state } = lint;
    const asked = new Set(
      nodes
        .of('call')
        .filter(({ name }) => name[0]?.name === 'SYSTEM$STREAM_HAS_DATA')
        .map(({ args }) => stringKey(args[0], state.currentSchema)),
    );
    const unasked = [...tableUses(tree.body).reads]
      .map((name) => dottedKey(name, state.currentSchema))
      .filter((key) => state.streams.has(key) && !asked.has(key));
    if (unasked.length > 0)
      lint.report(statement, tree.name, `it runs whether or not there is something in ${unasked.join(', ')}`);
  },
};
