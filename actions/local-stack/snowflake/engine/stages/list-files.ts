import type { ListFiles, RemoveFiles } from '../../../../shared/sql/ast.ts';
import { columns, integer, text } from '../dml/rows-relation.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { listFiles, matchPattern, removeFile } from './stage-files.ts';
import { resolveLocation } from './stage-location.ts';

/** LIST @stage: name, size, md5, last_modified (as HTTP writes dates). */
export async function listStage(statement: ListFiles, session: Session, _run: Run): Promise<StatementResult> {
  const location = resolveLocation(statement.location, session);
  const files = matchPattern(await listFiles(session.engine, location), statement.pattern);
  return {
    columns: columns({ name: text, size: integer, md5: text, last_modified: text }),
    rows: files.map((file) => [
      file.name,
      String(file.size),
      file.etag,
      new Date(file.lastModified / 1000).toUTCString(),
    ]),
    type: 'SELECT',
    rowsAffected: 0,
  };
}

/** REMOVE @stage: the files that are gone. */
export async function removeFromStage(
  statement: RemoveFiles,
  session: Session,
  _run: Run,
): Promise<StatementResult> {
  const location = resolveLocation(statement.location, session);
  const files = matchPattern(await listFiles(session.engine, location), statement.pattern);
  for (const file of files) await removeFile(session.engine, file);
  return {
    columns: columns({ name: text, result: text }),
    rows: files.map((file) => [file.name, 'removed']),
    type: 'SELECT',
    rowsAffected: 0,
  };
}
