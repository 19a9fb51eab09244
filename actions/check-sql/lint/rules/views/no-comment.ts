import { objectKey, schemaOf } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const noComment: Rule = {
  id: 'views/no-comment',
  severity: 'info',
  finds: 'a gold view without a comment',
  why: 'Who finds it in a list of forty does not know what counts in it, in which currency and time zone, and asks, or guesses.',
  remedy: "COMMENT = 'what one row is, in which unit, and what is left out'.",
  options: { schemas: { is: ['GOLD'], means: 'Schemas whose views are explained.' } },
  bad: ['CREATE OR REPLACE VIEW GOLD.V AS SELECT ID FROM SILVER.T; -- <--'],
  good: [
    "CREATE OR REPLACE VIEW GOLD.V COMMENT = 'One row per store' AS SELECT ID FROM SILVER.T;",
    'CREATE OR REPLACE VIEW SILVER.V AS SELECT ID FROM SILVER.T;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (tree.kind !== 'createView' || tree.comment !== null) return;
    const key = objectKey(tree.name, lint.state.currentSchema);
    if (key !== null && lint.names('schemas').includes(schemaOf(key)))
      lint.report(statement, tree.name, `${key} does not say what it shows`);
  },
};
