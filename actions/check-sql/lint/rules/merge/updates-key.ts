import { walk } from '../../../../shared/sql/walk.ts';
import type { Rule } from '../../rule.ts';

export const updatesKey: Rule = {
  id: 'merge/updates-key',
  severity: 'warning',
  finds: 'MERGE that updates a column of its own key',
  why: 'The key is equal on both sides already: the assignment does nothing, or ON means another column than it should.',
  remedy: 'Leave the column out of SET.',
  bad: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET ID = s.ID, NAME = s.NAME; -- <--',
  ],
  good: [
    'MERGE INTO SILVER.T AS t USING (SELECT DISTINCT ID, NAME FROM BRONZE.S) AS s ON t.ID = s.ID\nWHEN MATCHED THEN UPDATE SET NAME = s.NAME;',
  ],
  statement(statement, lint) {
    for (const { on, alias, target, clauses } of statement.nodes.of('merge')) {
      const name = alias?.name ?? (target.kind === 'name' ? target.parts.at(-1)?.name : undefined);
      const keys = new Set<string>();
      walk(on, (node) => {
        const { kind, parts } = node as { kind?: string; parts?: { name: string }[] };
        if (kind === 'column' && parts?.length === 2 && parts[0]?.name === name)
          keys.add(parts[1]?.name ?? '');
        return true;
      });
      for (const clause of clauses) {
        if (clause.action !== 'update') continue;
        for (const { column } of clause.set) {
          const last = column.at(-1);
          if (last !== undefined && keys.has(last.name))
            lint.report(statement, last, `${last.name} is the key`);
        }
      }
    }
  },
};
