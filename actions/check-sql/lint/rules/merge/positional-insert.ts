import type { Rule } from '../../rule.ts';

export const positionalInsert: Rule = {
  id: 'merge/positional-insert',
  severity: 'warning',
  finds: 'WHEN NOT MATCHED THEN INSERT without a list of columns',
  why: 'The values go to the columns by their order: a column that is added later makes the task fail, or fills the wrong one.',
  remedy: 'List the columns, or write INSERT ALL BY NAME.',
  bad: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN NOT MATCHED THEN INSERT VALUES (s.ID, s.NAME); -- <--',
  ],
  good: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN NOT MATCHED THEN INSERT (ID, NAME) VALUES (s.ID, s.NAME);',
  ],
  statement(statement, lint) {
    for (const merge of statement.nodes.of('merge'))
      for (const clause of merge.clauses)
        if (clause.action === 'insert' && clause.columns.length === 0)
          lint.report(statement, clause, 'the values go to the columns by their order');
  },
};
