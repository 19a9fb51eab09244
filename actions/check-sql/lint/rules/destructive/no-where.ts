import type { Rule } from '../../rule.ts';

export const noWhere: Rule = {
  id: 'destructive/no-where',
  severity: 'error',
  finds: 'DELETE or UPDATE of every row',
  why: 'A forgotten WHERE changes the whole table, and streams on it carry every row to whatever follows.',
  remedy: 'Add a WHERE; or say in the head of the file that it is meant: -- migrate: allow-destructive.',
  bad: [
    'DELETE FROM SILVER.QUARANTINE; -- <--',
    "UPDATE SILVER.DIM_CUSTOMER SET LOYALTY_TIER = 'basic'; -- <--",
  ],
  good: [
    "DELETE FROM SILVER.QUARANTINE WHERE SOURCE = 'test';",
    "UPDATE SILVER.DIM_CUSTOMER SET LOYALTY_TIER = 'basic' WHERE LOYALTY_TIER IS NULL;",
    'UPDATE SILVER.DIM_CUSTOMER AS c SET CITY = n.CITY FROM SILVER.NEW_CITY AS n WHERE n.ID = c.CUSTOMER_ID;',
    '-- migrate: allow-destructive\nDELETE FROM SILVER.QUARANTINE;',
  ],
  statement(statement, lint) {
    if (statement.file.directives.allowDestructive) return;
    for (const node of [...statement.nodes.of('delete'), ...statement.nodes.of('update')]) {
      if (node.where !== null) continue;
      lint.report(
        statement,
        node,
        `without WHERE every row is ${node.kind === 'delete' ? 'deleted' : 'changed'}`,
      );
    }
  },
};
