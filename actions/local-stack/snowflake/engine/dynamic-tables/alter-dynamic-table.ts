import type { AlterObject, AlterTable } from '../../../../shared/sql/ast.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatName, resolveName } from '../names.ts';
import { typeName } from '../objects/object-kind.ts';
import { stringProperty } from '../objects/properties.ts';
import { withoutTagNames, withTagProperty } from '../objects/tag.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { alterTable } from '../tables/alter-table.ts';
import { otherType } from '../tables/create-table.ts';
import type { Transaction } from '../transaction.ts';
import { requireWarehouse } from './create-dynamic-table.ts';
import { refreshDynamicTable } from './refresh.ts';
import { type DynamicRecord, downstream } from './sources.ts';
import { targetLag } from './target-lag.ts';

const DONE = 'Statement executed successfully.';
const OWN = ['TARGET_LAG', 'WAREHOUSE', 'TAG'];

/** ALTER DYNAMIC TABLE … SUSPEND | RESUME | REFRESH | SET | UNSET and what any table has. Source: its documentation page. */
export async function alterDynamicTable(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name!, session, run);
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW'], name.database, name.schema, name.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist('Dynamic Table', formatName(name), statement.name!.start);
  }
  if (typeName(found) !== 'DYNAMIC TABLE') throw otherType(typeName(found), 'DYNAMIC TABLE');
  const table = found as DynamicRecord;
  const { action, start } = statement;
  switch (action.kind) {
    case 'refresh':
      await session.define((transaction) => refreshDynamicTable(table, 'MANUAL', session, run, transaction));
      return statusResult(DONE);
    case 'suspend':
      await session.define((transaction) => suspend(table, session, transaction));
      return statusResult(DONE);
    case 'resume':
      await session.define((transaction) => resume(table, session, transaction));
      return statusResult(DONE);
    case 'unset': {
      const untagged = withoutTagNames(table, action.names, session);
      const others = action.names.filter((one) => !one.startsWith('TAG '));
      if (others.length === 0) {
        await session.define((transaction) => transaction.save(untagged));
        return statusResult(DONE);
      }
      return asTable(statement, { kind: 'unset', names: others }, session, run);
    }
    case 'set': {
      const { properties } = action;
      const others = properties.filter((property) => !OWN.includes(property.name));
      await session.define((transaction) => transaction.save(withSettings(table, properties, session)));
      if (others.length === 0) return statusResult(DONE);
      return asTable(statement, { kind: 'set', properties: others }, session, run);
    }
    case 'rename':
    case 'swap':
    case 'alterColumns':
    case 'clusterBy':
    case 'dropClusteringKey':
    case 'suspendRecluster':
    case 'resumeRecluster':
    case 'addRowAccessPolicy':
    case 'dropRowAccessPolicy':
    case 'dropAllRowAccessPolicies':
      return asTable(statement, action, session, run);
    default:
      throw notSupportedHere(`ALTER DYNAMIC TABLE … ${action.kind}`, start);
  }
}

function withSettings(
  table: DynamicRecord,
  properties: Parameters<typeof targetLag>[0],
  session: Session,
): DynamicRecord {
  const warehouse = stringProperty(properties, 'WAREHOUSE');
  if (warehouse !== undefined) requireWarehouse(warehouse, table.name, session);
  const dynamic = {
    ...table.dynamic,
    targetLag: targetLag(properties, table.name) ?? table.dynamic.targetLag,
    warehouse: warehouse ?? table.dynamic.warehouse,
  };
  return withTagProperty(
    { ...table, dynamic },
    properties.find((property) => property.name === 'TAG'),
    session,
  );
}

/** What holds for every table. */
function asTable(
  { name, ifExists, start, end }: AlterObject,
  action: AlterTable['action'],
  session: Session,
  run: Run,
): Promise<StatementResult> {
  return alterTable({ kind: 'alterTable', ifExists, name: name!, action, start, end }, session, run);
}

/** Those that read it are suspended with it. Source: docs.snowflake.com, "Manage dynamic tables". */
export async function suspend(
  table: DynamicRecord,
  session: Pick<Session, 'engine'>,
  transaction: Transaction,
): Promise<void> {
  const { catalog } = session.engine;
  const now = session.engine.now();
  for (const one of [table, ...allDownstream(table, catalog)]) {
    if (one.dynamic.state === 'SUSPENDED') continue;
    await transaction.save({ ...one, dynamic: { ...one.dynamic, state: 'SUSPENDED', suspendedAt: now } });
  }
}

/** Those that were suspended with it resume with it, not those that were suspended by themselves. */
async function resume(table: DynamicRecord, session: Session, transaction: Transaction): Promise<void> {
  const { catalog } = session.engine;
  const { suspendedAt } = table.dynamic;
  const together = allDownstream(table, catalog).filter((one) => one.dynamic.suspendedAt === suspendedAt);
  for (const one of [table, ...together])
    await transaction.save({ ...one, dynamic: { ...one.dynamic, state: 'ACTIVE', suspendedAt: null } });
}

function allDownstream(table: DynamicRecord, catalog: Session['engine']['catalog']): DynamicRecord[] {
  const found = new Map<number, DynamicRecord>();
  const pending = downstream(table, catalog);
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (found.has(next.id)) continue;
    found.set(next.id, next);
    pending.push(...downstream(next, catalog));
  }
  return [...found.values()];
}
