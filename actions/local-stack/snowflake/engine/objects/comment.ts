import type { Comment } from '../../../../shared/sql/ast.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, fullName, nameParts } from '../names.ts';
import type { TableRecord, ViewRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { findNamed } from './find-named.ts';
import { recordKind, titleOf } from './object-kind.ts';

const DONE = 'Statement executed successfully.';

/** COMMENT [IF EXISTS] ON <type> <name> IS 'text' */
export async function comment(statement: Comment, session: Session, run: Run): Promise<StatementResult> {
  const { type, name, text } = statement;
  if (type === 'CONSTRAINT' || (type !== 'COLUMN' && recordKind(type) === undefined))
    throw notSupportedHere(`COMMENT ON ${type}`, statement.start);
  const parts = nameParts(name, session, run);
  const found =
    type === 'COLUMN'
      ? commentedColumn(parts, text, session)
      : findNamed(type, name, session, run, statement.argumentTypes);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist(titleOf(type), parts.join('.'), name.start);
  }
  const altered = type === 'COLUMN' ? found : { ...found, comment: text };
  await session.define((transaction) => transaction.save(altered));
  return statusResult(DONE);
}

/** `table.column` or `view.column` */
function commentedColumn(
  parts: string[],
  text: string,
  session: Session,
): TableRecord | ViewRecord | undefined {
  const full = fullName(parts.slice(0, -1), session);
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW'], full.database, full.schema, full.name, session.id);
  if (found === undefined) throw doesNotExist('Table', formatName(full));
  const name = parts.at(-1);
  if (!found.columns.some((column) => column.name === name)) return undefined;
  const commented = <Column extends { name: string }>(column: Column): Column =>
    column.name === name ? { ...column, comment: text } : column;
  return found.kind === 'TABLE'
    ? { ...found, columns: found.columns.map(commented) }
    : { ...found, columns: found.columns.map(commented) };
}
