import type { Drop, Undrop } from '../../../../shared/sql/ast.ts';
import { compilationError, doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, nameParts } from '../names.ts';
import type { CatalogRecord, DatabaseRecord, SchemaRecord, TaskRecord } from '../objects.ts';
import { requireUnused } from '../policies/policy.ts';
import { policyUses } from '../policies/policy-uses.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { removeStageFiles } from '../stages/stage.ts';
import { otherType } from '../tables/create-table.ts';
import { DAY_MICROS, retentionDays } from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';
import { findNamed, placeOf } from './find-named.ts';
import { recordKind, titleOf, typeName } from './object-kind.ts';

/** DROP of every kind of object. Tables, schemas and databases can be restored while their retention lasts. */
export async function drop(statement: Drop, session: Session, run: Run): Promise<StatementResult> {
  const kind = recordKind(statement.type);
  if (kind === undefined) throw notSupportedHere(`DROP ${statement.type}`, statement.start);
  const place = placeOf(kind, nameParts(statement.name, session, run), session);
  const { catalog } = session.engine;
  const isRoutine = kind === 'FUNCTION' || kind === 'PROCEDURE';
  const found = isRoutine
    ? findNamed(statement.type, statement.name, session, run, statement.argumentTypes)
    : catalog.find([kind], place.database, place.schema, place.name, session.id);
  if (found === undefined) {
    const other = catalog.occupant(kind, place.database, place.schema, place.name);
    if (other !== undefined && !isRoutine) throw otherType(typeName(other), statement.type);
    if (statement.ifExists)
      return statusResult(`Drop statement executed successfully (${place.name} already dropped).`);
    throw doesNotExist(titleOf(statement.type), formatName(place), statement.name.start);
  }
  requireDroppable(found, statement, session);
  await session.define(async (transaction) => {
    if (found.kind === 'DATABASE' || found.kind === 'SCHEMA')
      await dropContainer(found, session, transaction);
    else await transaction.save({ ...found, droppedAt: session.engine.now() });
    if (found.kind === 'TASK') await leaveGraph(found, session, transaction);
  });
  if (found.kind === 'STAGE') await removeStageFiles(session, found);
  leaveDropped(found, session);
  return statusResult(`${place.name} successfully dropped.`);
}

/** Drops a database or schema and everything in it, all at one time: UNDROP restores what was dropped then. */
export async function dropContainer(
  container: DatabaseRecord | SchemaRecord,
  session: Session,
  transaction: Transaction,
): Promise<void> {
  const droppedAt = session.engine.now();
  for (const record of contentsOf(container, session)) await transaction.save({ ...record, droppedAt });
  await transaction.save({ ...container, droppedAt });
}

/** UNDROP TABLE | SCHEMA | DATABASE: the one of that name that was dropped last. */
export async function undrop(statement: Undrop, session: Session, run: Run): Promise<StatementResult> {
  const { type } = statement;
  // Views are not kept after DROP on a real account either.
  if (type === 'VIEW') throw compilationError('000002', '0A000', "Unsupported feature 'UNDROP VIEW'.");
  const kind = type === 'DYNAMIC TABLE' ? 'TABLE' : type;
  const place = placeOf(kind, nameParts(statement.name, session, run), session);
  const { catalog } = session.engine;
  if (catalog.occupant(kind, place.database, place.schema, place.name) !== undefined) {
    throw compilationError('002002', '42710', `Object '${formatName(place)}' already exists.`);
  }
  const dropped = catalog
    .list(kind, { database: place.database, schema: place.schema, dropped: true })
    .filter(
      (record) => record.name === place.name && typeName(record) === type && isRestorable(record, session),
    )
    .sort((a, b) => b.droppedAt! - a.droppedAt!)[0];
  if (dropped === undefined) {
    throw compilationError(
      '002003',
      '02000',
      `${titleOf(type)} '${formatName(place)}' did not exist or was purged.`,
    );
  }
  await session.define(async (transaction) => {
    if (dropped.kind === 'DATABASE' || dropped.kind === 'SCHEMA') {
      for (const record of contentsOf(dropped, session, dropped.droppedAt))
        await transaction.save({ ...record, droppedAt: null });
    }
    await transaction.save({ ...dropped, droppedAt: null });
  });
  return statusResult(`${titleOf(type)} ${place.name} successfully restored.`);
}

function isRestorable(record: CatalogRecord, session: Session): boolean {
  if (record.kind === 'TABLE' && record.sessionId !== null && record.sessionId !== session.id) return false;
  return record.droppedAt! + retentionDays(record, session) * DAY_MICROS >= session.engine.now();
}

function contentsOf(
  container: CatalogRecord,
  session: Session,
  droppedAt: number | null = null,
): CatalogRecord[] {
  return container.kind === 'DATABASE'
    ? session.engine.catalog.contents(container.name, null, droppedAt)
    : session.engine.catalog.contents(container.database!, container.name, droppedAt);
}

/** What a statement may not drop as it is: a policy in use, an object of another type. */
function requireDroppable(found: CatalogRecord, statement: Drop, session: Session): void {
  if (found.kind === 'MASKING POLICY' || found.kind === 'ROW ACCESS POLICY') requireUnused(found, session);
  if (found.kind === 'DATABASE' || found.kind === 'SCHEMA') requirePoliciesInside(found, session);
  const exact = ['DYNAMIC TABLE', 'EXTERNAL TABLE', 'MATERIALIZED VIEW'].includes(statement.type);
  if (typeName(found) !== statement.type && (exact || found.kind === 'VIEW'))
    throw otherType(typeName(found), statement.type);
  if (statement.behaviour === 'RESTRICT') requireUnreferenced(found, session);
}

/** A policy is not dropped with its schema while something outside has it. */
function requirePoliciesInside(container: DatabaseRecord | SchemaRecord, session: Session): void {
  const inside = new Set(contentsOf(container, session).map(({ id }) => id));
  const used = policyUses(null, session).find(
    (use) => inside.has(use.policyId) && !inside.has(use.relation.id),
  );
  if (used === undefined) return;
  throw compilationError(
    '003531',
    '42601',
    `Cannot drop ${container.kind.toLowerCase()} '${container.name}': '${formatName(used.relation)}' has a policy of it.`,
  );
}

/** RESTRICT: foreign keys of tables that stay refer to what is dropped. */
function requireUnreferenced(dropped: CatalogRecord, session: Session): void {
  const inside =
    dropped.kind === 'TABLE'
      ? [dropped]
      : dropped.kind === 'DATABASE' || dropped.kind === 'SCHEMA'
        ? contentsOf(dropped, session)
        : [];
  const names = new Set(inside.map(formatName));
  for (const table of session.engine.catalog.list('TABLE')) {
    if (names.has(formatName(table))) continue;
    const key = table.constraints.find((one) => one.references !== null && names.has(one.references.table));
    if (key !== undefined) {
      throw compilationError(
        '002219',
        '42601',
        `Cannot drop ${titleOf(dropped.kind).toLowerCase()} '${dropped.name}' because of dependencies: foreign key '${key.name}' of table '${formatName(table)}'.`,
      );
    }
  }
}

/** Tasks after a dropped task become roots or wait for the others. */
async function leaveGraph(task: TaskRecord, session: Session, transaction: Transaction): Promise<void> {
  for (const other of session.engine.catalog.list('TASK')) {
    if (!other.after.includes(task.id)) continue;
    await transaction.save({ ...other, after: other.after.filter((id) => id !== task.id) });
  }
}

/** A session whose database or schema is gone has none. */
function leaveDropped(dropped: CatalogRecord, session: Session): void {
  if (dropped.kind === 'DATABASE' && session.database === dropped.name) {
    session.database = null;
    session.schema = null;
  }
  if (dropped.kind === 'SCHEMA' && session.database === dropped.database && session.schema === dropped.name)
    session.schema = null;
  if (dropped.kind === 'WAREHOUSE' && session.warehouse === dropped.name) session.warehouse = null;
}
