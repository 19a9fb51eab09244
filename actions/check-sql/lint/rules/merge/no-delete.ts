import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const noDelete: Rule = {
  id: 'merge/no-delete',
  severity: 'error',
  finds: 'MERGE from a standard stream that does nothing about deleted rows',
  why: 'The stream gives deletions as rows with METADATA$ACTION = DELETE: without a clause for them they are taken for changes, so that deleted rows stay, or come back.',
  remedy: "Add WHEN MATCHED AND s.METADATA$ACTION = 'DELETE' THEN DELETE, or make the stream APPEND_ONLY.",
  bad: [
    'CREATE STREAM SILVER.S ON TABLE SILVER.A;\nMERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM SILVER.S) AS s ON t.ID = s.ID -- <--\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
  ],
  good: [
    "CREATE STREAM SILVER.S ON TABLE SILVER.A;\nMERGE INTO SILVER.T AS t USING (\n  SELECT ID, NAME, METADATA$ACTION AS ACTION FROM SILVER.S WHERE METADATA$ACTION <> 'DELETE' OR NOT METADATA$ISUPDATE\n) AS s ON t.ID = s.ID\nWHEN MATCHED AND s.ACTION = 'DELETE' THEN DELETE\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;",
    'CREATE STREAM BRONZE.S ON TABLE BRONZE.A APPEND_ONLY = TRUE;\nMERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
  ],
  statement(statement, lint) {
    const { nodes } = statement;
    const merges = nodes.of('merge');
    if (merges.length === 0) return;
    const asksAction = nodes.of('column').some(({ parts }) => parts.at(-1)?.name === 'METADATA$ACTION');
    const standard = nodes.of('table').flatMap(({ name }) => {
      const key = objectKey(name, lint.state.currentSchema) ?? '';
      return lint.state.streams.get(key)?.appendOnly === false ? [key] : [];
    });
    if (asksAction || standard.length === 0) return;
    for (const merge of merges)
      if (!merge.clauses.some(({ action }) => action === 'delete'))
        lint.report(
          statement,
          merge,
          `deletions in ${[...new Set(standard)].join(', ')} are taken for changes`,
        );
  },
};
