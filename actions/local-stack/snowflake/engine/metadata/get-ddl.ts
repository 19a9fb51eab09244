import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { doesNotExist, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { isExternal } from '../external-tables/external-record.ts';
import { formatName } from '../names.ts';
import { placeOf } from '../objects/find-named.ts';
import { recordKind, titleOf, typeName } from '../objects/object-kind.ts';
import type { CatalogRecord, DatabaseRecord, RecordedObject, SchemaRecord } from '../objects.ts';
import { requireRoutine } from '../scripting/find-procedure.ts';
import { routineDdl } from '../scripting/show-procedures.ts';
import type { Session } from '../session.ts';
import { externalTableDdl } from './external-tables.ts';
import {
  type DdlName,
  fileFormatDdl,
  pipeDdl,
  policyDdl,
  sequenceDdl,
  streamDdl,
  tagDdl,
  taskDdl,
  warehouseDdl,
} from './object-ddl.ts';
import { dynamicTableDdl, tableDdl, viewDdl } from './relation-ddl.ts';

/** Types of GET_DDL that are called otherwise in statements. */
const types: Record<string, string> = {
  FILE_FORMAT: 'FILE FORMAT',
  DYNAMIC_TABLE: 'DYNAMIC TABLE',
  EXTERNAL_TABLE: 'EXTERNAL TABLE',
  MATERIALIZED_VIEW: 'MATERIALIZED VIEW',
};
const documented = new Set([
  'DATABASE',
  'SCHEMA',
  'TABLE',
  'DYNAMIC TABLE',
  'EXTERNAL TABLE',
  'VIEW',
  'MATERIALIZED VIEW',
  'STREAM',
  'SEQUENCE',
  'TASK',
  'PIPE',
  'FILE FORMAT',
  'TAG',
  'WAREHOUSE',
]);

/**
 * GET_DDL(type, name [, true]): statements that make the object as it is; of a database or schema all that is in it.
 * With `qualified` names are whole. Source: docs.snowflake.com, GET_DDL.
 */
export function getDdl(type: string, name: string, qualified: boolean, session: Session): string {
  const given = type.toUpperCase();
  if (given === 'PROCEDURE' || given === 'FUNCTION')
    return routineDdl(requireRoutine(given, name, session), qualified);
  const parts = parseObjectName(name).map((part) => part.name);
  if (given === 'POLICY') return ddlOf(policyNamed(parts, session), nameAs(qualified), session)!;
  const wanted = types[given] ?? given;
  const kind = recordKind(wanted);
  if (kind === undefined || !documented.has(wanted)) throw notSupportedHere(`GET_DDL('${type}', …)`);
  const place = placeOf(kind, parts, session);
  const found = session.engine.catalog.find([kind], place.database, place.schema, place.name, session.id);
  if (found === undefined) throw doesNotExist(titleOf(wanted), formatName(place));
  if (found.kind === 'DATABASE' || found.kind === 'SCHEMA') return containerDdl(found, qualified, session);
  return ddlOf(found, nameAs(qualified), session)!;
}

function nameAs(qualified: boolean): DdlName {
  return (record) =>
    qualified ? formatName(record) : formatName({ ...record, database: null, schema: null });
}

function policyNamed(parts: string[], session: Session): CatalogRecord {
  const place = placeOf('MASKING POLICY', parts, session);
  const kinds = ['MASKING POLICY', 'ROW ACCESS POLICY'] as const;
  const found = session.engine.catalog.find(kinds, place.database, place.schema, place.name);
  if (found === undefined) throw doesNotExist('Policy', formatName(place));
  return found;
}

/** Kinds in the order in which a schema's statements come: what others refer to first. */
const ORDER: CatalogRecord['kind'][] = [
  'TAG',
  'SEQUENCE',
  'MASKING POLICY',
  'ROW ACCESS POLICY',
  'TABLE',
  'FUNCTION',
  'VIEW',
  'FILE FORMAT',
  'STREAM',
  'PIPE',
  'TASK',
  'PROCEDURE',
];

function containerDdl(
  container: DatabaseRecord | SchemaRecord,
  qualified: boolean,
  session: Session,
): string {
  const name = nameAs(qualified);
  const head = `create or replace ${container.transient ? 'transient ' : ''}${container.kind.toLowerCase()} ${name(container)};`;
  const { catalog } = session.engine;
  if (container.kind === 'DATABASE') {
    const schemas = catalog.list('SCHEMA', { database: container.name });
    return [head, ...schemas.map((schema) => containerDdl(schema, qualified, session))].join('\n\n');
  }
  const place = { database: container.database, schema: container.name };
  const statements = ORDER.flatMap((kind) =>
    (catalog.list(kind, place) as CatalogRecord[])
      .filter((record) => record.kind !== 'TABLE' || record.lifetime !== 'TEMPORARY')
      .filter(
        (record) => !(record.kind === 'FUNCTION' || record.kind === 'VIEW') || record.sessionId === undefined,
      )
      // What was created later may refer to what was there.
      .sort((a, b) => a.id - b.id)
      .flatMap((record) => ddlOf(record, name, session) ?? []),
  );
  return [head, ...statements].join('\n\n');
}

function ddlOf(record: CatalogRecord, name: DdlName, session: Session): string | undefined {
  switch (record.kind) {
    case 'TABLE':
      if (isExternal(record)) return externalTableDdl(record, name);
      return record.dynamic === undefined
        ? tableDdl(record, name, session)
        : dynamicTableDdl(record, record.dynamic, name);
    case 'VIEW':
      return viewDdl(record, name, session);
    case 'TASK':
      return taskDdl(record, name, session);
    case 'PIPE':
      return pipeDdl(record, name);
    case 'STREAM':
      return streamDdl(record, name, session);
    case 'SEQUENCE':
      return sequenceDdl(record, name);
    case 'FILE FORMAT':
      return fileFormatDdl(record, name);
    case 'MASKING POLICY':
    case 'ROW ACCESS POLICY':
      return policyDdl(record, name);
    case 'FUNCTION':
    case 'PROCEDURE':
      return routineDdl(record, name(record).includes('.'));
    case 'TAG':
      return tagDdl(record as RecordedObject, name);
    case 'WAREHOUSE':
      return warehouseDdl(record as RecordedObject, name);
    default:
      throw notSupportedHere(`GET_DDL of a ${typeName(record)}`);
  }
}
