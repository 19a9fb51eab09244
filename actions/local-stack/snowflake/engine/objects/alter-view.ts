import type { AlterObject } from '../../../../shared/sql/ast.ts';
import {
  alreadyExists,
  doesNotExist,
  invalidIdentifier,
  notSupportedHere,
} from '../../../../shared/sql/snowflake-error.ts';
import { formatName, requireSchema, resolveName } from '../names.ts';
import type { ViewColumn, ViewRecord } from '../objects.ts';
import { governedColumn, isGovernance, withRowAccess } from '../policies/alter-governance.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { viewBranches } from '../streams/stream-on-view.ts';
import { textOf } from '../tables/column-definition.ts';
import { otherType } from '../tables/create-table.ts';
import type { Transaction } from '../transaction.ts';
import { typeName } from './object-kind.ts';
import { booleanProperty, property, requireKnown, stringProperty } from './properties.ts';
import { withoutTagNames, withTagProperty } from './tag.ts';

const DONE = 'Statement executed successfully.';

/** ALTER VIEW and ALTER MATERIALIZED VIEW in every form of their documentation pages. */
export async function alterView(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name!, session, run);
  const { catalog } = session.engine;
  const found = catalog.find(['TABLE', 'VIEW', 'STREAM'], name.database, name.schema, name.name, session.id);
  if (found === undefined) {
    if (statement.ifExists) return statusResult(DONE);
    throw doesNotExist('View', formatName(name), statement.name!.start);
  }
  // SET and UNSET of secure, comment and tags go by ALTER VIEW for both kinds of views.
  if (found.kind !== 'VIEW' || (statement.type === 'MATERIALIZED VIEW' && !found.materialized))
    throw otherType(typeName(found), statement.type);
  await session.define(async (transaction) => {
    await transaction.save(await altered(found, statement, session, run, transaction));
  });
  return statusResult(DONE);
}

async function altered(
  view: ViewRecord,
  statement: AlterObject,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<ViewRecord> {
  const { action, type, start } = statement;
  switch (action.kind) {
    case 'rename': {
      const to = resolveName(action.to, session, run);
      requireSchema(session, to);
      if (session.engine.catalog.occupant('VIEW', to.database, to.schema, to.name) !== undefined)
        throw alreadyExists(formatName(to), action.to.start);
      return { ...view, ...to };
    }
    case 'setSecure':
    case 'unsetSecure':
      return { ...view, secure: action.kind === 'setSecure' };
    case 'set': {
      requireKnown(action.properties, ['COMMENT', 'TAG', 'CHANGE_TRACKING'], type);
      const tracking = booleanProperty(action.properties, 'CHANGE_TRACKING');
      if (tracking === true) await trackBase(view, session, run, transaction);
      const comment = stringProperty(action.properties, 'COMMENT') ?? view.comment;
      const set = { ...view, comment, changeTracking: tracking ?? view.changeTracking ?? false };
      return withTagProperty(set, property(action.properties, 'TAG'), session);
    }
    case 'unset': {
      const other = action.names.find((name) => name !== 'COMMENT' && !name.startsWith('TAG '));
      if (other !== undefined) throw notSupportedHere(`ALTER ${type} … UNSET ${other}`, start);
      const untagged = withoutTagNames(view, action.names, session);
      return action.names.includes('COMMENT') ? { ...untagged, comment: '' } : untagged;
    }
    case 'alterColumns':
      return alteredColumns(view, action, session, run);
    case 'addRowAccessPolicy':
    case 'dropRowAccessPolicy':
    case 'dropAllRowAccessPolicies':
      return withRowAccess(view, action, session, run);
    case 'clusterBy':
      if (!view.materialized) break;
      return { ...view, clusterBy: action.expressions.map((one) => textOf(one, run)).join(', ') };
    case 'dropClusteringKey': {
      if (!view.materialized) break;
      const { clusterBy: _, ...rest } = view;
      return rest;
    }
    // A materialized view is always up to date here, so there is nothing to stop.
    case 'suspendRecluster':
    case 'resumeRecluster':
      if (view.materialized) return view;
  }
  throw notSupportedHere(`ALTER ${type} … ${action.kind}`, start);
}

function alteredColumns(
  view: ViewRecord,
  action: Extract<AlterObject['action'], { kind: 'alterColumns' }>,
  session: Session,
  run: Run,
): ViewRecord {
  const columns: ViewColumn[] = [...view.columns];
  for (const { column, change } of action.changes) {
    const index = columns.findIndex((candidate) => candidate.name === column.name);
    if (index === -1) throw invalidIdentifier(column.name, column.start);
    const now = columns[index]!;
    if (isGovernance(change)) columns[index] = governedColumn(now, change, columns, session, run);
    else if (change.kind === 'comment') columns[index] = { ...now, comment: change.text };
    else if (change.kind === 'unsetComment') columns[index] = { ...now, comment: '' };
    else throw notSupportedHere(`ALTER VIEW … COLUMN … ${change.kind}`, column.start);
  }
  return { ...view, columns };
}

/** CHANGE_TRACKING of a view turns on that of the tables it reads. */
export async function trackBase(
  view: ViewRecord,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  const tables = viewBranches(view, session, run).flatMap((branch) => branch.tables);
  for (const { table } of tables) await transaction.save({ ...table, changeTracking: true });
}
