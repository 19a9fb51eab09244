import { keyOfParts, objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const selectStar: Rule = {
  id: 'streams/select-star',
  severity: 'error',
  finds: 'SELECT * from a stream into a table',
  why: 'A stream has three columns more than its table, METADATA$ACTION and two others, and every new column of the table at once: the insert fails, or fills the wrong columns.',
  remedy: 'Name the columns, or write * EXCLUDE (METADATA$ACTION, METADATA$ISUPDATE, METADATA$ROW_ID).',
  bad: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO SILVER.T\nSELECT * FROM BRONZE.S; -- <--",
  ],
  good: [
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO SILVER.T (ID)\nSELECT ID FROM BRONZE.S;",
    "CREATE STREAM BRONZE.S ON TABLE BRONZE.T;\nCREATE TASK SILVER.A SCHEDULE = '60 MINUTE' AS\nINSERT INTO SILVER.T\nSELECT * EXCLUDE (METADATA$ACTION, METADATA$ISUPDATE, METADATA$ROW_ID) FROM BRONZE.S;",
  ],
  statement(statement, lint) {
    const { nodes } = statement;
    if (nodes.of('insert').length === 0) return;
    for (const { items, from } of nodes.all('selectBlock')) {
      if (
        from?.kind !== 'table' ||
        !lint.state.streams.has(objectKey(from.name, lint.state.currentSchema) ?? '')
      )
        continue;
      for (const { expression } of items)
        if (
          expression.kind === 'star' &&
          !expression.exclude.some(({ name }) => name.startsWith('METADATA$'))
        )
          lint.report(statement, expression, `* has the METADATA$ columns of ${streamName(from.name)} too`);
    }
  },
};

function streamName(name: Parameters<typeof objectKey>[0]): string {
  return name.kind === 'name' ? keyOfParts(name.parts, 'PUBLIC') : 'the stream';
}
