import type { ObjectName, TypeName } from '../../../../shared/sql/ast.ts';
import { compilationError, doesNotExist } from '../../../../shared/sql/snowflake-error.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { formatName, fullName, nameParts, requireDatabase } from '../names.ts';
import type { CatalogRecord, RecordKind } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { levelOf, recordKind, titleOf, typeName } from './object-kind.ts';

/** Database, schema and name; null above the level where a kind lives. */
export interface ObjectPlace {
  database: string | null;
  schema: string | null;
  name: string;
}

/** The full name of an object of a kind, completed with the session's database and schema where the kind needs them. */
export function placeOf(kind: RecordKind, parts: string[], session: Session): ObjectPlace {
  const name = parts.at(-1)!;
  switch (levelOf(kind)) {
    case 'account':
      if (parts.length > 1)
        throw compilationError('001003', '42000', `'${parts.join('.')}' must be a name of one part`);
      return { database: null, schema: null, name };
    case 'database':
      return { database: parts.at(-2) ?? requireDatabase(session), schema: null, name };
    case 'schema':
      return fullName(parts, session);
  }
}

/** The live object that a statement names by type and name; undefined when there is none. A routine also by its arguments. */
export function findNamed(
  type: string,
  name: ObjectName,
  session: Session,
  run: Run,
  argumentTypes: TypeName[] = [],
): CatalogRecord | undefined {
  const kind = recordKind(type);
  if (kind === undefined) return undefined;
  const place = placeOf(kind, nameParts(name, session, run), session);
  const { catalog } = session.engine;
  if (kind !== 'FUNCTION' && kind !== 'PROCEDURE') {
    const found = catalog.find([kind], place.database, place.schema, place.name, session.id);
    const exact = ['DYNAMIC TABLE', 'EXTERNAL TABLE', 'MATERIALIZED VIEW'].includes(type);
    return found !== undefined && exact && typeName(found) !== type ? undefined : found;
  }
  // Sizes are no part of a signature.
  const wanted = argumentTypes.map((one) => typeFromName(one).name).join(',');
  return catalog
    .list(kind, { database: place.database, schema: place.schema })
    .find(
      (routine) =>
        routine.name === place.name &&
        (routine.sessionId ?? session.id) === session.id &&
        routine.parameters.map((parameter) => parameter.type.name).join(',') === wanted,
    );
}

/** @throws doesNotExist */
export function requireNamed(
  type: string,
  name: ObjectName,
  session: Session,
  run: Run,
  argumentTypes: TypeName[] = [],
): CatalogRecord {
  const found = findNamed(type, name, session, run, argumentTypes);
  if (found !== undefined) return found;
  const kind = recordKind(type);
  const parts = nameParts(name, session, run);
  const written = kind === undefined ? parts.join('.') : formatName(placeOf(kind, parts, session));
  throw doesNotExist(titleOf(type), written, name.start);
}
