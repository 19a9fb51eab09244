import type { FunctionCall } from '../../../../shared/sql/ast.ts';
import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import type { GivenArguments, UserFunction } from '../../bind/user-function.ts';
import { type FullName, formatName, fullName } from '../names.ts';
import type { RoutineRecord } from '../objects.ts';
import { bestOverload } from '../scripting/procedure-arguments.ts';
import type { Session } from '../session.ts';

/**
 * The function that a call means: of the schema in use, then of PUBLIC beside it, the overload whose parameters are
 * nearest to the arguments. Undefined: there is none of that name.
 * Source: docs.snowflake.com, "Naming and overloading procedures and UDFs"; SEARCH_PATH ($current, $public).
 * @throws SnowflakeError 001044 when no overload takes the arguments
 */
export function findFunction(
  call: FunctionCall,
  given: GivenArguments,
  namespace: { database: string | null; schema: string | null },
  session: Session,
): UserFunction | undefined {
  if (call.name.length < 3 && namespace.database === null) return undefined;
  const parts = call.name.map((part) => part.name);
  const schema = namespace.schema ?? 'PUBLIC';
  const name = fullName(parts, { ...namespace, schema });
  const overloads = [...overloadsOf(name, session)];
  if (parts.length === 1 && schema !== 'PUBLIC')
    overloads.push(...overloadsOf({ ...name, schema: 'PUBLIC' }, session));
  if (overloads.length === 0) return undefined;
  const typed = ({ type }: Bound) => ({ type, text: null });
  const values = {
    positional: given.positional.map(typed),
    named: new Map([...given.named].map(([key, bound]) => [key, typed(bound)] as const)),
  };
  const best = bestOverload(overloads, values);
  if (best !== undefined) return userFunction(best);
  const types = [...given.positional, ...given.named.values()].map((one) => formatType(one.type)).join(', ');
  throw compilationError(
    '001044',
    '42P13',
    `Invalid argument types for function '${parts.join('.')}': (${types})`,
    call.start,
  );
}

function overloadsOf(name: FullName, session: Session): RoutineRecord[] {
  return session.engine.catalog
    .list('FUNCTION', { database: name.database, schema: name.schema })
    .filter((one) => one.name === name.name && (one.sessionId === undefined || one.sessionId === session.id));
}

/** The record as the binder takes it. */
function userFunction(record: RoutineRecord): UserFunction {
  return {
    id: record.id,
    name: formatName(record),
    database: record.database!,
    schema: record.schema!,
    parameters: record.parameters,
    returns: record.returns,
    strict: isStrict(record),
    language: record.language as UserFunction['language'],
    body: record.body,
  };
}

/** STRICT and RETURNS NULL ON NULL INPUT are the same. */
export function isStrict({ properties = {} }: RoutineRecord): boolean {
  return properties.STRICT === true || properties['RETURNS NULL ON NULL INPUT'] === true;
}
