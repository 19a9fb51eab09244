import type { Rule } from '../../rule.ts';

export const repeatableData: Rule = {
  id: 'idempotence/repeatable-data',
  severity: 'error',
  finds: 'INSERT, UPDATE, DELETE or COPY in a migration that runs more than once',
  why: 'R__ files run again whenever they or a variable change, A__ files every time: the rows are inserted once more.',
  remedy: 'Put it into a numbered migration, or write a MERGE that may run again.',
  bad: [{ 'R__regions.sql': "INSERT INTO SILVER.REGION (CODE, NAME) VALUES ('EU', 'Europe'); -- <--" }],
  good: [
    { 'V1__regions.sql': "INSERT INTO SILVER.REGION (CODE, NAME) VALUES ('EU', 'Europe');" },
    {
      'R__regions.sql':
        "MERGE INTO SILVER.REGION AS t USING (SELECT 'EU' AS CODE, 'Europe' AS NAME) AS s ON t.CODE = s.CODE\nWHEN NOT MATCHED THEN INSERT (CODE, NAME) VALUES (s.CODE, s.NAME);",
    },
  ],
  statement(statement, lint) {
    const { tree, file } = statement;
    if (file.kind !== 'versioned' && /^(?:insert|multiInsert|update|delete|copyIntoTable)$/.test(tree.kind))
      lint.report(statement, tree, 'it runs again with this file');
  },
};
