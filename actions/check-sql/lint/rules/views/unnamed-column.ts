import type { Rule } from '../../rule.ts';

export const unnamedColumn: Rule = {
  id: 'views/unnamed-column',
  severity: 'warning',
  finds: 'an expression in a view that has no name',
  why: 'The column is called by its own text, such as "SUM(NET_USD)": it has to be quoted by every reader and is another one after the slightest change.',
  remedy: 'Give it a name: AS.',
  bad: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT SKU, SUM(NET_USD) FROM SILVER.FACT_SALE GROUP BY SKU; -- <--',
  ],
  good: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT SKU, SUM(NET_USD) AS NET_USD FROM SILVER.FACT_SALE GROUP BY SKU;',
    'CREATE OR REPLACE VIEW GOLD.V (SKU, NET_USD) AS\nSELECT SKU, SUM(NET_USD) FROM SILVER.FACT_SALE GROUP BY SKU;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createView' || tree.columns.length > 0 || tree.query.body.kind !== 'select') return;
    for (const item of tree.query.body.items)
      if (item.alias === null && !['column', 'star', 'positional'].includes(item.expression.kind))
        lint.report(statement, item, 'the column is called by its text');
  },
};
