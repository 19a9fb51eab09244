import type { TableExpression } from '../../../../shared/sql/ast.ts';
import type { Rule } from '../../rule.ts';

export const crossJoin: Rule = {
  id: 'views/cross-join',
  severity: 'warning',
  finds: 'tables joined without a condition: CROSS JOIN, a comma, JOIN without ON',
  why: 'Every row meets every other: a million times a million, at each query. Behind a comma it is mostly a condition that was forgotten.',
  remedy: 'Write JOIN … ON; where every pair is meant, say so in a comment that ignores this rule.',
  bad: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT a.ID\nFROM SILVER.A AS a CROSS JOIN SILVER.B AS b; -- <--',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT a.ID\nFROM SILVER.A AS a, SILVER.B AS b; -- <--',
  ],
  good: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT a.ID FROM SILVER.A AS a JOIN SILVER.B AS b ON b.ID = a.ID;',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT a.ID, f.VALUE FROM SILVER.A AS a, LATERAL FLATTEN(INPUT => a.ITEMS) AS f;',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT a.ID FROM SILVER.A AS a, SILVER.B AS b WHERE a.ID = b.ID;',
  ],
  statement(statement, lint) {
    for (const select of statement.nodes.all('selectBlock')) {
      for (let join = select.from; join?.kind === 'join'; join = join.left) {
        const { type, right, on, using, natural, matchCondition } = join;
        if (on !== null || using.length > 0 || natural || matchCondition !== null) continue;
        // What is lateral depends on the row before it; one row adds nothing; WHERE may join what a comma does not.
        const isLateral = right.kind === 'tableFunction' || (right.kind === 'derived' && right.lateral);
        if (isLateral || isOneRow(right) || (type !== 'CROSS' && select.where !== null)) continue;
        lint.report(statement, right, 'every row meets every row of this');
      }
    }
  },
};

/** A query of nothing but aggregates without groups has one row. */
function isOneRow(table: TableExpression): boolean {
  if (table.kind !== 'derived' || table.query.body.kind !== 'select') return false;
  const { groupBy, items } = table.query.body;
  return (
    groupBy === null &&
    items.every(({ expression }) => expression.kind === 'call' && expression.over === null)
  );
}
