import type { AlterObject } from '../../../../shared/sql/ast.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { columns, text } from '../dml/rows-relation.ts';
import { formatName, resolveName } from '../names.ts';
import { typeName } from '../objects/object-kind.ts';
import { booleanProperty, property, requireKnown } from '../objects/properties.ts';
import { withoutTagNames, withTagProperty } from '../objects/tag.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { checkedPath } from '../stages/stage-location.ts';
import { otherType } from '../tables/create-table.ts';
import type { Transaction } from '../transaction.ts';
import type { ExternalRecord } from './external-record.ts';
import { addFiles, type Registration, refreshFiles, removeFiles } from './registered-files.ts';

const DONE = 'Statement executed successfully.';

/** ALTER EXTERNAL TABLE … REFRESH, ADD FILES, REMOVE FILES, SET, UNSET TAG. Source: its documentation page. */
export async function alterExternalTable(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name!, session, run);
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW'], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist('External Table', formatName(name), statement.name!.start);
  }
  if (typeName(found) !== 'EXTERNAL TABLE') throw otherType(typeName(found), 'EXTERNAL TABLE');
  const { action } = statement;
  const change = (
    register: (table: ExternalRecord, transaction: Transaction) => Promise<Registration[]>,
  ): Promise<StatementResult> =>
    session.define(async (transaction) => {
      // What is registered may have changed while the lock was waited for.
      await transaction.lockTable(found.id);
      return registrations(await register(catalog.get(found.id) as ExternalRecord, transaction));
    });
  switch (action.kind) {
    case 'refreshFiles': {
      const below = checkedPath(action.path);
      return change((table, transaction) => refreshFiles(table, below, session, run, transaction));
    }
    case 'files': {
      const paths = action.files.map((path) => checkedPath(path));
      const register = action.change === 'add' ? addFiles : removeFiles;
      return change((table, transaction) => register(table, paths, session, run, transaction));
    }
    case 'set': {
      requireKnown(action.properties, ['AUTO_REFRESH', 'TAG'], 'EXTERNAL TABLE');
      const table = found as ExternalRecord;
      const autoRefresh = booleanProperty(action.properties, 'AUTO_REFRESH') ?? table.external.autoRefresh;
      const altered = { ...table, external: { ...table.external, autoRefresh } };
      const tagged = withTagProperty(altered, property(action.properties, 'TAG'), session);
      await session.define((transaction) => transaction.save(tagged));
      return statusResult(DONE);
    }
    case 'unset': {
      const other = action.names.find((one) => !one.startsWith('TAG '));
      if (other !== undefined) throw notSupportedHere(`ALTER EXTERNAL TABLE UNSET ${other}`, statement.start);
      const untagged = withoutTagNames(found as ExternalRecord, action.names, session);
      await session.define((transaction) => transaction.save(untagged));
      return statusResult(DONE);
    }
    default:
      throw notSupportedHere(`ALTER EXTERNAL TABLE … ${action.kind}`, statement.start);
  }
}

const DESCRIPTIONS: Record<Registration['status'], string> = {
  REGISTERED_NEW: 'File registered successfully.',
  REGISTERED_UPDATE: 'File metadata updated successfully.',
  REGISTER_SKIPPED: 'File is registered already.',
  REGISTER_FAILED: 'File does not exist in the location or does not match the pattern.',
  UNREGISTERED: 'File unregistered successfully.',
  UNREGISTER_FAILED: 'File is not registered.',
};

function registrations(done: readonly Registration[]): StatementResult {
  return {
    columns: columns({ file: text, status: text, description: text }),
    rows: done.map(({ file, status }) => [file, status, DESCRIPTIONS[status]]),
    type: 'DDL',
    rowsAffected: 0,
  };
}
