import type { CreateDynamicClone } from '../../../../shared/sql/ast.ts';
import { alreadyExists, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { findObject, formatName, requireSchema, resolveName } from '../names.ts';
import { copyGrants } from '../objects/grant.ts';
import { typeName } from '../objects/object-kind.ts';
import { requireKnown, stringProperty } from '../objects/properties.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { cloneTable } from '../tables/clone-table.ts';
import { otherType } from '../tables/create-table.ts';
import { requireWarehouse } from './create-dynamic-table.ts';
import { type DynamicRecord, isDynamic } from './sources.ts';
import { targetLag } from './target-lag.ts';

/**
 * CREATE DYNAMIC TABLE … CLONE: the rows of another one and its query, suspended until it is resumed or refreshed.
 * Source: docs.snowflake.com, CREATE DYNAMIC TABLE, "Cloning dynamic tables".
 */
export async function cloneDynamicTable(
  statement: CreateDynamicClone,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER DYNAMIC TABLE … CLONE', statement.start);
  requireKnown(statement.properties, ['TARGET_LAG', 'WAREHOUSE'], 'DYNAMIC TABLE');
  const { catalog } = session.engine;
  const existing = catalog.occupant('TABLE', name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists)
    return statusResult(`${name.name} already exists, statement succeeded.`);
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  if (existing !== undefined && typeName(existing) !== 'DYNAMIC TABLE')
    throw otherType(typeName(existing), 'DYNAMIC TABLE');
  const source = findObject(['TABLE'], statement.source, session, run);
  if (!isDynamic(source)) throw otherType(typeName(source), 'DYNAMIC TABLE');
  // Its query would find other tables there by the same names.
  if (source.database !== name.database || source.schema !== name.schema)
    throw notSupportedHere('CREATE DYNAMIC TABLE … CLONE into another schema', statement.start);
  const warehouse = stringProperty(statement.properties, 'WAREHOUSE') ?? source.dynamic.warehouse;
  requireWarehouse(warehouse, name.name, session);
  const transient = statement.transient || source.dynamic.transient;
  const record: DynamicRecord = {
    ...source,
    ...name,
    id: catalog.nextId(),
    createdAt: run.startedAt,
    owner: session.role,
    comment: statement.comment ?? source.comment,
    lifetime: transient ? 'TRANSIENT' : 'PERMANENT',
    changeTracking: false,
    dynamic: {
      ...source.dynamic,
      warehouse,
      transient,
      targetLag: targetLag(statement.properties, name.name) ?? source.dynamic.targetLag,
      state: 'SUSPENDED',
      suspendedAt: run.startedAt,
    },
  };
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await cloneTable(source, record, statement.timeTravel, session, run, transaction);
    await transaction.save(record);
    if (statement.copyGrants) await copyGrants(existing ?? source, record, session, transaction);
  });
  return statusResult(`Dynamic table ${name.name} successfully created.`);
}
