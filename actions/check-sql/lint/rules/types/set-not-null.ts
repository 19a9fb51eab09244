import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const setNotNull: Rule = {
  id: 'types/set-not-null',
  severity: 'warning',
  finds: 'SET NOT NULL on a column that this migration does not fill first',
  why: 'It is refused as soon as one row has NULL there, which only production knows.',
  remedy: 'UPDATE the rows that have NULL earlier in the same migration.',
  bad: ['ALTER TABLE SILVER.T ALTER COLUMN CHANNEL SET NOT NULL; -- <--'],
  good: [
    "UPDATE SILVER.T SET CHANNEL = 'web' WHERE CHANNEL IS NULL;\nALTER TABLE SILVER.T ALTER COLUMN CHANNEL SET NOT NULL;",
  ],
  statement(statement, lint) {
    const { tree, file } = statement;
    if (tree.kind !== 'alterTable' || tree.action.kind !== 'alterColumns') return;
    const key = objectKey(tree.name, lint.state.currentSchema);
    for (const { column, change } of tree.action.changes) {
      if (change.kind !== 'setNotNull') continue;
      const isFilled = file.statements
        .slice(0, file.statements.indexOf(statement))
        .some(
          ({ tree: other }) =>
            other.kind === 'update' &&
            objectKey(other.target, lint.state.currentSchema) === key &&
            other.set.some((item) => item.column.at(-1)?.name === column.name),
        );
      if (!isFilled) lint.report(statement, column, `it fails where ${column.name} is NULL`);
    }
  },
};
