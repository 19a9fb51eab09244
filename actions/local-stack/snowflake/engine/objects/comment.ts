import type { Comment } from '../../../../shared/sql/ast.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, fullName, nameParts } from '../names.ts';
import type { CatalogRecord, RecordKind, TableRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';

const DONE = 'Statement executed successfully.';

/** Kinds whose names have a database and a schema. */
const IN_SCHEMA: readonly RecordKind[] = [
  'TABLE',
  'VIEW',
  'STREAM',
  'TASK',
  'STAGE',
  'PIPE',
  'SEQUENCE',
  'FILE FORMAT',
  'TAG',
];
const IN_ACCOUNT: readonly RecordKind[] = ['DATABASE', 'WAREHOUSE', 'ROLE', 'USER', 'INTEGRATION'];

/** COMMENT [IF EXISTS] ON <type> <name> IS 'text' */
export async function comment(statement: Comment, session: Session, run: Run): Promise<StatementResult> {
  const parts = nameParts(statement.name, session, run);
  const found =
    statement.type === 'COLUMN'
      ? commentedColumn(parts, statement.text, session)
      : commentedObject(statement, parts, session);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(
      statement.type.charAt(0) + statement.type.slice(1).toLowerCase(),
      parts.join('.'),
      statement.name.start,
    );
  }
  await session.define((transaction) => transaction.save(found));
  return statusResult(DONE);
}

function commentedObject(
  { type, text, start }: Comment,
  parts: string[],
  session: Session,
): CatalogRecord | undefined {
  const kind = type as RecordKind;
  const { catalog } = session.engine;
  const name = parts.at(-1)!;
  let found: CatalogRecord | undefined;
  if (IN_ACCOUNT.includes(kind)) found = catalog.find([kind], null, null, name);
  else if (kind === 'SCHEMA') {
    found = catalog.find([kind], parts.at(-2) ?? fullName(['', name], session).database, null, name);
  } else if (IN_SCHEMA.includes(kind)) {
    const full = fullName(parts, session);
    found = catalog.find([kind], full.database, full.schema, full.name, session.id);
  } else throw notSupportedHere(`COMMENT ON ${type}`, start);
  return found === undefined ? undefined : { ...found, comment: text };
}

/** `table.column`; views keep no comments of columns. */
function commentedColumn(parts: string[], text: string, session: Session): TableRecord | undefined {
  const full = fullName(parts.slice(0, -1), session);
  const table = session.engine.catalog.find(
    ['TABLE', 'VIEW'],
    full.database,
    full.schema,
    full.name,
    session.id,
  );
  if (table?.kind === 'VIEW') throw notSupportedHere(`COMMENT ON COLUMN of view ${formatName(table)}`);
  const name = parts.at(-1);
  if (table === undefined || !table.columns.some((column) => column.name === name)) return undefined;
  return {
    ...table,
    columns: table.columns.map((column) => (column.name === name ? { ...column, comment: text } : column)),
  };
}
