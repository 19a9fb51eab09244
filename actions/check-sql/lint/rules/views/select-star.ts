import type { SetBody, Star } from '../../../../shared/sql/ast.ts';
import type { Rule } from '../../rule.ts';

export const selectStar: Rule = {
  id: 'views/select-star',
  severity: 'warning',
  finds: 'a view whose columns are *',
  why: 'Snowflake writes the columns down when the view is made: after a column is added to the table the view does not have it, after one is dropped the view fails.',
  remedy: 'Name the columns.',
  bad: [
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT * FROM SILVER.T; -- <--',
    'CREATE OR REPLACE VIEW GOLD.V AS\nSELECT ID FROM SILVER.T\nUNION ALL\nSELECT u.* FROM SILVER.U AS u; -- <--',
  ],
  good: ['CREATE OR REPLACE VIEW GOLD.V AS\nWITH t AS (SELECT * FROM SILVER.T)\nSELECT ID, NAME FROM t;'],
  statement(statement, lint) {
    if (statement.tree.kind !== 'createView') return;
    for (const star of starsOf(statement.tree.query.body))
      lint.report(statement, star, '* is fixed when the view is made');
  },
};

/** Those of the result, not those of what it is made from. */
function starsOf(body: SetBody): Star[] {
  switch (body.kind) {
    case 'query':
      return starsOf(body.body);
    case 'setOperation':
      return [...starsOf(body.left), ...starsOf(body.right)];
    case 'select':
      return body.items.flatMap(({ expression }) => (expression.kind === 'star' ? [expression] : []));
    case 'values':
      return [];
  }
}
