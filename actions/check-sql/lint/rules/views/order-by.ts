import type { Rule } from '../../rule.ts';

export const orderBy: Rule = {
  id: 'views/order-by',
  severity: 'warning',
  finds: 'a view with ORDER BY and no LIMIT',
  why: 'Whoever reads the view does not get its order, only pays for the sorting.',
  remedy: 'Leave it out: the query that shows the rows orders them.',
  bad: ['CREATE OR REPLACE VIEW GOLD.V AS\nSELECT ID FROM SILVER.T\nORDER BY ID; -- <--'],
  good: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT ID FROM SILVER.T;',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT ID FROM SILVER.T ORDER BY ID LIMIT 10;',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT ID, RANK() OVER (ORDER BY ID) AS R FROM SILVER.T;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createView') return;
    const { orderBy: order, limit } = tree.query;
    const first = Array.isArray(order) ? order[0] : undefined;
    if (limit !== null || (Array.isArray(order) && first === undefined)) return;
    lint.report(statement, first ?? tree.query, 'nobody gets this order');
  },
};
