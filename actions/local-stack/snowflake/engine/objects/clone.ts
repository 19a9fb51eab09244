import type { CreateContainer } from '../../../../shared/sql/ast.ts';
import { doesNotExist } from '../../../../shared/sql/snowflake-error.ts';
import { nameParts } from '../names.ts';
import type {
  CatalogRecord,
  DatabaseRecord,
  MaskingUse,
  SchemaRecord,
  TableRecord,
  ViewRecord,
} from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { positionsOf, type StreamPosition } from '../streams/stream-data.ts';
import { cloneTable } from '../tables/clone-table.ts';
import { createSequenceSql } from '../tables/storage.ts';
import { checkedVersion, pointVersion } from '../tables/time-travel.ts';
import type { Transaction } from '../transaction.ts';

/**
 * Copies what is in a database or schema into its clone. Tasks are suspended, pipes stopped; internal stages,
 * pipes on them and external tables do not clone; streams begin at the cloning, since a clone has no history before it.
 * Source: docs.snowflake.com, "Cloning considerations".
 */
export async function cloneContainer(
  clone: DatabaseRecord | SchemaRecord,
  from: NonNullable<CreateContainer['clone']>,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<void> {
  const { catalog } = session.engine;
  const parts = nameParts(from.source, session, run);
  const [database, schema] =
    clone.kind === 'DATABASE' ? [parts.at(-1)!, null] : [parts.at(-2) ?? session.database, parts.at(-1)!];
  const source =
    clone.kind === 'DATABASE'
      ? catalog.find(['DATABASE'], null, null, database!)
      : catalog.find(['SCHEMA'], database, null, schema!);
  if (source === undefined) {
    throw doesNotExist(clone.kind === 'DATABASE' ? 'Database' : 'Schema', parts.join('.'), from.source.start);
  }
  const originals = catalog.contents(database!, schema).filter(canClone(catalog));
  const ids = new Map(originals.map((record) => [record.id, catalog.nextId()]));
  for (const original of originals) {
    const record = relocated(original, ids.get(original.id)!, clone, run);
    if (record.kind === 'TABLE') {
      const table = original as TableRecord;
      if (!(await existedThen(table, from, session, run, transaction))) continue;
      await cloneTable(table, record, from.timeTravel, session, run, transaction);
    } else if (record.kind === 'SEQUENCE') {
      await transaction.run(createSequenceSql(`data.s${record.id}`, record.start, record.increment));
    }
    await transaction.save(await connected(record, ids, transaction));
  }
}

/** Whether the table is older than the point that the clone shows. */
async function existedThen(
  table: TableRecord,
  from: NonNullable<CreateContainer['clone']>,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<boolean> {
  if (from.timeTravel === null) return true;
  const version = pointVersion(from.timeTravel, table, session, run, { transaction });
  const [row] = await transaction.query(`SELECT ${version} >= ${table.createdAt}`);
  if (row![0] !== true) return false;
  await transaction.query(`SELECT ${checkedVersion(version, table, session)}`);
  return true;
}

function canClone(catalog: Session['engine']['catalog']): (record: CatalogRecord) => boolean {
  return (record) => {
    if (record.kind === 'STAGE') return record.url !== null;
    if (record.kind === 'TABLE') return record.lifetime !== 'TEMPORARY' && record.external === undefined;
    if (record.kind === 'VIEW') return record.sessionId === undefined;
    if (record.kind !== 'PIPE') return true;
    const stage = catalog.get(record.stageId);
    return stage?.kind === 'STAGE' && stage.url !== null;
  };
}

/** The record in its new place. */
function relocated<Kind extends CatalogRecord>(
  record: Kind,
  id: number,
  clone: DatabaseRecord | SchemaRecord,
  run: Run,
): Kind {
  const database = clone.kind === 'DATABASE' ? clone.name : clone.database;
  const schema = clone.kind === 'DATABASE' ? record.schema : clone.name;
  return { ...record, id, database, schema, createdAt: run.startedAt };
}

/** What refers to another cloned object refers to its clone; what would run by itself does not. */
async function connected(
  record: CatalogRecord,
  ids: Map<number, number>,
  transaction: Transaction,
): Promise<CatalogRecord> {
  const mapped = (id: number): number => ids.get(id) ?? id;
  switch (record.kind) {
    case 'TABLE': {
      const { dynamic } = record;
      const governed = governedByClones(record, mapped);
      // A cloned dynamic table is suspended. Source: docs.snowflake.com, "Cloning considerations".
      if (dynamic === undefined) return governed;
      return { ...governed, dynamic: { ...dynamic, state: 'SUSPENDED', suspendedAt: record.createdAt } };
    }
    case 'VIEW':
      return governedByClones(record, mapped);
    case 'STREAM': {
      const moved = async ({ tableId, offset }: StreamPosition): Promise<StreamPosition> => {
        const id = mapped(tableId);
        return { tableId: id, offset: id === tableId ? offset : await transaction.lockTable(id) };
      };
      const [first, ...joined] = await Promise.all(positionsOf(record).map(moved));
      return {
        ...record,
        sourceId: mapped(record.sourceId),
        ...first!,
        joined,
        initialRows: false,
        consumedAt: record.createdAt,
      };
    }
    case 'TASK':
      return {
        ...record,
        state: 'suspended',
        after: record.after.map(mapped),
        finalizes: record.finalizes === null ? null : mapped(record.finalizes),
        consecutiveFailures: 0,
      };
    case 'ALERT':
      return { ...record, properties: { ...record.properties, STATE: 'suspended' } };
    case 'PIPE':
      return { ...record, isClone: true, tableId: mapped(record.tableId), stageId: mapped(record.stageId) };
    default:
      return record;
  }
}

/** Policies and tags of the container are their clones in the clone. */
function governedByClones<Relation extends TableRecord | ViewRecord>(
  relation: Relation,
  mapped: (id: number) => number,
): Relation {
  const tagged = <Item extends { tags?: Record<string, string> }>(item: Item): Item =>
    item.tags === undefined
      ? item
      : {
          ...item,
          tags: Object.fromEntries(
            Object.entries(item.tags).map(([id, value]) => [String(mapped(Number(id))), value]),
          ),
        };
  const masked = <Item extends { maskingPolicy?: MaskingUse }>(item: Item): Item =>
    item.maskingPolicy === undefined
      ? item
      : { ...item, maskingPolicy: { ...item.maskingPolicy, id: mapped(item.maskingPolicy.id) } };
  const rows = relation.rowAccessPolicy;
  return {
    ...tagged(relation),
    columns: relation.columns.map((column) => masked(tagged(column))),
    ...(rows === undefined ? {} : { rowAccessPolicy: { ...rows, id: mapped(rows.id) } }),
  };
}
