import { tableUses } from '../../../../migrate/table-uses.ts';
import { dottedKey, objectKey, schemaOf } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const readsBronze: Rule = {
  id: 'views/reads-bronze',
  severity: 'error',
  finds: 'a gold view that reads bronze',
  why: 'Bronze has every version of a row, duplicates of repeated loads and text that is not checked: sums over it are wrong.',
  remedy: 'Read silver; where it lacks something, add it there.',
  options: {
    gold: { is: ['GOLD'], means: 'Schemas for the business.' },
    bronze: { is: ['BRONZE', 'RAW', 'LANDING'], means: 'Schemas that hold data as it arrived.' },
  },
  bad: ['CREATE OR REPLACE VIEW GOLD.V AS SELECT SUM(AMOUNT) AS AMOUNT FROM BRONZE.SALES; -- <--'],
  good: [
    'CREATE OR REPLACE VIEW GOLD.V AS SELECT SUM(AMOUNT) AS AMOUNT FROM SILVER.FACT_SALE;',
    'CREATE OR REPLACE VIEW SILVER.V AS SELECT AMOUNT FROM BRONZE.SALES;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createView') return;
    const { currentSchema } = lint.state;
    const key = objectKey(tree.name, currentSchema);
    if (key === null || !lint.names('gold').includes(schemaOf(key))) return;
    const bronze = lint.names('bronze');
    const read = [...tableUses(tree).reads]
      .map((name) => dottedKey(name, currentSchema))
      .filter((name) => bronze.includes(schemaOf(name)));
    if (read.length > 0) lint.report(statement, tree.name, `it reads ${read.join(', ')}`);
  },
};
