import type { Identifier } from '../../../../shared/sql/ast.ts';
import type { Rule } from '../../rule.ts';

export const quotedName: Rule = {
  id: 'naming/quoted-name',
  severity: 'warning',
  finds: 'an object or column that has to be quoted for ever',
  why: 'A name created as "orderId" is another than ORDERID: every query, tool and person has to write the quotes and the case from then on, and whoever does not is told that it does not exist.',
  remedy: 'Use a name of letters, digits and underscores without quotes.',
  bad: [
    'CREATE TABLE SILVER."Orders" (ID NUMBER(19,0)); -- <--',
    'CREATE TABLE SILVER.ORDERS (\n  "orderId" NUMBER(19,0) -- <--\n);',
    'ALTER TABLE SILVER.ORDERS ADD COLUMN "order total" NUMBER(12,2); -- <--',
  ],
  good: [
    'CREATE TABLE SILVER.ORDERS (ORDER_ID NUMBER(19,0));',
    'CREATE TABLE SILVER."ORDERS" (ID NUMBER(19,0));',
  ],
  statement(statement, lint) {
    const { tree, nodes } = statement;
    const names: Identifier[] = nodes.all('columnDefinition').map(({ name }) => name);
    if (
      tree.kind.startsWith('create') &&
      'name' in tree &&
      typeof tree.name === 'object' &&
      tree.name !== null
    )
      if (tree.name.kind === 'name') names.push(...tree.name.parts);
    if (tree.kind === 'createView') names.push(...tree.columns.map(({ name }) => name));
    if (tree.kind === 'alterTable' && tree.action.kind === 'renameColumn') names.push(tree.action.to);
    for (const name of names) {
      if (name.quoted && !/^[A-Z_][A-Z0-9_$]*$/.test(name.name))
        lint.report(statement, name, `"${name.name}" has to be quoted wherever it is used`);
    }
  },
};
