import { objectKey } from '../../history/names.ts';
import { viewsOn } from '../../history/state.ts';
import type { Rule } from '../../rule.ts';

export const rename: Rule = {
  id: 'destructive/rename',
  severity: 'error',
  finds: 'a table, view or column that is renamed or dropped while views or tasks still read it by its name',
  why: 'Snowflake does not look: the views and tasks stay as they are and fail when they are used next.',
  remedy: 'Change what reads it in the same migration, before this statement.',
  bad: [
    'CREATE TABLE SILVER.SALE (ID INT);\nCREATE VIEW GOLD.SALES AS SELECT ID FROM SILVER.SALE;\nALTER TABLE SILVER.SALE RENAME TO SILVER.FACT_SALE; -- <--',
    'CREATE TABLE SILVER.SALE (ID INT, AMOUNT NUMBER(12,2));\nCREATE VIEW GOLD.SALES AS SELECT ID, AMOUNT FROM SILVER.SALE;\nALTER TABLE SILVER.SALE RENAME COLUMN AMOUNT TO NET_USD; -- <--',
    '-- migrate: allow-destructive\nCREATE TABLE SILVER.SALE (ID INT);\nCREATE VIEW GOLD.SALES AS SELECT ID FROM SILVER.SALE;\nDROP TABLE SILVER.SALE; -- <--',
  ],
  good: [
    'CREATE TABLE SILVER.SALE (ID INT);\nALTER TABLE SILVER.SALE RENAME TO SILVER.FACT_SALE;\nCREATE VIEW GOLD.SALES AS SELECT ID FROM SILVER.FACT_SALE;',
    'CREATE TABLE SILVER.SALE (ID INT, NOTE VARCHAR);\nCREATE VIEW GOLD.SALES AS SELECT ID FROM SILVER.SALE;\nALTER TABLE SILVER.SALE RENAME COLUMN NOTE TO NOTES;',
    '-- migrate: allow-destructive\nCREATE TABLE SILVER.SALE (ID INT);\nCREATE VIEW GOLD.SALES AS SELECT ID FROM SILVER.SALE;\nDROP VIEW GOLD.SALES;\nDROP TABLE SILVER.SALE;',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    const key =
      'name' in tree && tree.name !== null && typeof tree.name === 'object'
        ? objectKey(tree.name, lint.state.currentSchema)
        : null;
    if (key === null) return;
    const readers = [
      ...viewsOn(lint.state, key),
      ...[...lint.state.tasks].flatMap(([name, { reads, writes }]) =>
        reads.has(key) || writes.has(key) ? [name] : [],
      ),
    ];
    const columns = columnsGone(tree);
    const affected = readers.filter((reader) => {
      const maker = lint.state.views.get(reader) ?? lint.state.tasks.get(reader);
      if (columns === 'all') return true;
      const names = maker?.statement.nodes.of('column').map(({ parts }) => parts.at(-1)?.name);
      return columns.some((column) => names?.includes(column));
    });
    if (affected.length > 0) lint.report(statement, tree, `still read by ${affected.join(', ')}`);
  },
};

/** The columns that are no longer there under their names. */
function columnsGone(tree: Parameters<NonNullable<Rule['statement']>>[0]['tree']): 'all' | string[] {
  if (tree.kind === 'drop') return /TABLE|VIEW/.test(tree.type) ? 'all' : [];
  if (tree.kind === 'alterObject' && /VIEW/.test(tree.type))
    return tree.action.kind === 'rename' ? 'all' : [];
  if (tree.kind !== 'alterTable') return [];
  const { action } = tree;
  if (action.kind === 'rename') return 'all';
  if (action.kind === 'renameColumn') return [action.from.name];
  return action.kind === 'dropColumns' ? action.columns.map(({ name }) => name) : [];
}
