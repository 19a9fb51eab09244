import { parseStatement } from '../../../../shared/sql/parse.ts';
import { doesNotExist } from '../../../../shared/sql/snowflake-error.ts';
import { typeFromName } from '../../bind/cast.ts';
import { fullName } from '../names.ts';
import { titleOf } from '../objects/object-kind.ts';
import type { RoutineRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { sameTypes, typesOf } from './signature.ts';

/** The procedure or function that a text such as `p(number, varchar)` names. @throws SnowflakeError 002003 */
export function requireRoutine(kind: RoutineRecord['kind'], text: string, session: Session): RoutineRecord {
  // As DESCRIBE names it.
  const described = parseStatement(`DESCRIBE ${kind} ${text}`);
  if (described.kind !== 'describe' || described.name.kind !== 'name')
    throw doesNotExist(titleOf(kind), text);
  const name = fullName(
    described.name.parts.map((part) => part.name),
    session,
  );
  const types = described.argumentTypes.map((one) => typeFromName(one));
  const found = session.engine.catalog
    .list(kind, { database: name.database, schema: name.schema })
    .find((one) => one.name === name.name && sameTypes(typesOf(one), types));
  if (found === undefined) throw doesNotExist(titleOf(kind), text);
  return found;
}
