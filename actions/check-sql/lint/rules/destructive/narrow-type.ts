import type { TypeName } from '../../../../shared/sql/ast.ts';
import { objectKey } from '../../history/names.ts';
import type { Rule } from '../../rule.ts';

export const narrowType: Rule = {
  id: 'destructive/narrow-type',
  severity: 'error',
  finds: 'a column changed to a type that holds less than before',
  why: 'Snowflake refuses what the values do not fit, which only production knows: shorter text, fewer digits, another scale. The migration fails there after it went well everywhere else.',
  remedy:
    'Add a column of the new type and fill it; or say in the head of the file: -- migrate: allow-destructive.',
  bad: [
    'CREATE TABLE SILVER.DIM_STORE (CITY VARCHAR(100));\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN CITY TYPE VARCHAR(20); -- <--',
    'CREATE TABLE SILVER.DIM_STORE (AREA NUMBER(12,4));\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN AREA TYPE NUMBER(12,2); -- <--',
    'CREATE TABLE SILVER.DIM_STORE (OPENED VARCHAR);\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN OPENED TYPE DATE; -- <--',
  ],
  good: [
    'CREATE TABLE SILVER.DIM_STORE (CITY VARCHAR(100));\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN CITY TYPE VARCHAR(200);',
    'CREATE TABLE SILVER.DIM_STORE (AREA NUMBER(12,4));\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN AREA TYPE NUMBER(16,4);',
    '-- migrate: allow-destructive\nCREATE TABLE SILVER.DIM_STORE (CITY VARCHAR(100));\nALTER TABLE SILVER.DIM_STORE ALTER COLUMN CITY TYPE VARCHAR(20);',
  ],
  statement(statement, lint) {
    const { tree } = statement;
    if (
      tree.kind !== 'alterTable' ||
      tree.action.kind !== 'alterColumns' ||
      statement.file.directives.allowDestructive
    )
      return;
    const table = lint.state.tables.get(objectKey(tree.name, lint.state.currentSchema) ?? '');
    for (const { column, change } of tree.action.changes) {
      if (change.kind !== 'type') continue;
      const before = table?.columns?.get(column.name)?.type;
      if (before && isNarrower(change.type, before))
        lint.report(
          statement,
          column,
          `${column.name} was ${written(before)} and becomes ${written(change.type)}`,
        );
    }
  },
};

function isNarrower(after: TypeName, before: TypeName): boolean {
  const [family, familyBefore] = [familyOf(after.name), familyOf(before.name)];
  if (family !== familyBefore) return true;
  const [size, scale] = sizeOf(after, family);
  const [sizeBefore, scaleBefore] = sizeOf(before, family);
  return size < sizeBefore || scale !== scaleBefore;
}

/** Types between which only the size differs; any other is its own. */
function familyOf(name: string): string {
  if (/^(?:VAR)?CHAR|^STRING$|^TEXT$|^N(?:VAR)?CHAR/.test(name)) return 'text';
  if (/^(?:NUMBER|DECIMAL|NUMERIC|DEC|(?:TINY|SMALL|BIG|BYTE)?INT|INTEGER)$/.test(name)) return 'number';
  if (/^(?:FLOAT|DOUBLE|REAL)/.test(name)) return 'float';
  return name;
}

function sizeOf({ name, args }: TypeName, family: string): [size: number, scale: number] {
  if (family === 'text') return [args[0] ?? (/^N?CHAR/.test(name) ? 1 : Number.MAX_SAFE_INTEGER), 0];
  if (family === 'number') return [args[0] ?? 38, args[1] ?? 0];
  return [args[0] ?? 9, 0];
}

function written({ name, args }: TypeName): string {
  return args.length === 0 ? name : `${name}(${args.join(',')})`;
}
