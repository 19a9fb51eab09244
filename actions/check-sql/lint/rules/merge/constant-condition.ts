import { walk } from '../../../../shared/sql/walk.ts';
import type { Rule } from '../../rule.ts';

export const constantCondition: Rule = {
  id: 'merge/constant-condition',
  severity: 'error',
  finds: 'MERGE whose ON does not compare a column of the target with one of the source',
  why: 'Every source row matches every target row, or none: the first run empties or doubles the table.',
  remedy: 'Compare the key: ON t.ID = s.ID.',
  bad: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID FROM BRONZE.S) AS s\nON 1 = 1 -- <--\nWHEN MATCHED THEN DELETE;',
  ],
  good: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID FROM BRONZE.S) AS s\nON t.ID = s.ID\nWHEN MATCHED THEN DELETE;',
  ],
  statement(statement, lint) {
    for (const { on } of statement.nodes.of('merge')) {
      let columns = 0;
      walk(on, ({ kind }) => {
        if (kind === 'column') columns++;
        return true;
      });
      if (columns < 2) lint.report(statement, on, 'it compares no key');
    }
  },
};
