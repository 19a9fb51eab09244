import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const ignoresDeletes: Rule = {
  id: 'streams/ignores-deletes',
  severity: 'error',
  finds: 'INSERT from a standard stream that does not look at METADATA$ACTION',
  why: 'A standard stream gives a deleted row too, and an update as a deletion and an insertion: both are inserted, so that deleted rows come back and changed ones are there twice.',
  remedy: "Filter by METADATA$ACTION = 'INSERT', or make the stream APPEND_ONLY.",
  bad: [
    "CREATE STREAM SILVER.S ON TABLE SILVER.T;\nCREATE TASK GOLD.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO GOLD.T (ID)\nSELECT ID FROM SILVER.S; -- <--",
  ],
  good: [
    "CREATE STREAM SILVER.S ON TABLE SILVER.T;\nCREATE TASK GOLD.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO GOLD.T (ID)\nSELECT ID FROM SILVER.S WHERE METADATA$ACTION = 'INSERT';",
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T APPEND_ONLY = TRUE;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO SILVER.T (ID)\nSELECT ID FROM BRONZE.S;",
  ],
  statement(statement, lint) {
    const { nodes } = statement;
    if (nodes.of('insert').length === 0) return;
    if (nodes.of('column').some(({ parts }) => parts.at(-1)?.name === 'METADATA$ACTION')) return;
    for (const { name, ...place } of nodes.of('table')) {
      const stream = lint.state.streams.get(objectKey(name, lint.state.currentSchema) ?? '');
      if (stream !== undefined && !stream.appendOnly)
        lint.report(statement, place, 'deleted rows and old versions of changed ones are inserted too');
    }
  },
};
