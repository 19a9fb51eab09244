import { type Cell, instant, integer, text } from '../dml/rows-relation.ts';
import { yesNo } from '../metadata/information-relations.ts';
import { constant, type Fields, type Listing, listing, type Place, yn } from '../metadata/listing.ts';
import type { RoutineRecord } from '../objects.ts';
import { returnsWord, shownSignature, signatureText } from '../scripting/signature.ts';
import type { Session } from '../session.ts';
import { isStrict } from './find-function.ts';

/** Functions of a place that the session sees: other sessions' temporary ones are not among them. */
function visibleFunctions(session: Session, { database, schema }: Place): RoutineRecord[] {
  return session.engine.catalog
    .list('FUNCTION', {
      ...(database === undefined ? {} : { database }),
      ...(schema === undefined ? {} : { schema }),
    })
    .filter((one) => (one.sessionId ?? session.id) === session.id);
}

/** SHOW USER FUNCTIONS: https://docs.snowflake.com/en/sql-reference/sql/show-user-functions */
export const functionListing: Listing = listing<RoutineRecord>(visibleFunctions, {
  created_on: [instant, (one) => one.createdAt],
  name: [text, (one) => one.name],
  schema_name: [text, (one) => one.schema],
  is_builtin: constant('N'),
  is_aggregate: constant('N'),
  is_ansi: constant('N'),
  min_num_arguments: [integer, (one) => one.parameters.filter((each) => each.default === undefined).length],
  max_num_arguments: [integer, (one) => one.parameters.length],
  arguments: [text, (one) => shownSignature(one)],
  description: [text, (one) => one.comment || 'user-defined function'],
  catalog_name: [text, (one) => one.database],
  is_table_function: [text, (one) => yn('table' in one.returns)],
  valid_for_clustering: constant('N'),
  is_secure: [text, (one) => yn(one.secure === true)],
  secrets: constant(null),
  external_access_integrations: constant(null),
  is_external_function: constant('N'),
  language: [text, (one) => one.language],
  is_memoizable: [text, (one) => yn(one.properties?.MEMOIZABLE === true)],
  is_data_metric: constant('N'),
});

/** What INFORMATION_SCHEMA says of functions and procedures alike; `prefix` begins the names of its columns. */
function routineFields(prefix: 'FUNCTION' | 'PROCEDURE'): Fields<RoutineRecord> {
  return {
    [`${prefix}_CATALOG`]: [text, (one) => one.database],
    [`${prefix}_SCHEMA`]: [text, (one) => one.schema],
    [`${prefix}_NAME`]: [text, (one) => one.name],
    [`${prefix}_OWNER`]: [text, (one) => one.owner],
    ARGUMENT_SIGNATURE: [text, (one) => signatureText(one)],
    DATA_TYPE: [text, (one) => returnsWord(one)],
    CHARACTER_MAXIMUM_LENGTH: [integer, (one) => sizeOf(one, 'length')],
    CHARACTER_OCTET_LENGTH: [integer, (one) => octets(one)],
    NUMERIC_PRECISION: [integer, (one) => sizeOf(one, 'precision')],
    NUMERIC_PRECISION_RADIX: [integer, (one) => (sizeOf(one, 'precision') === null ? null : 10)],
    NUMERIC_SCALE: [integer, (one) => (sizeOf(one, 'precision') === null ? null : sizeOf(one, 'scale'))],
    [`${prefix}_LANGUAGE`]: [text, (one) => one.language],
    [`${prefix}_DEFINITION`]: [text, (one) => one.body],
    CREATED: [instant, (one) => one.createdAt],
    LAST_ALTERED: [instant, (one) => one.createdAt],
    COMMENT: [text, (one) => one.comment || null],
  };
}

const functionsView = listing<RoutineRecord>(visibleFunctions, {
  ...routineFields('FUNCTION'),
  VOLATILITY: [text, (one) => (one.properties?.IMMUTABLE === true ? 'IMMUTABLE' : 'VOLATILE')],
  IS_NULL_CALL: [text, (one) => yesNo(!isStrict(one))],
  IS_SECURE: [text, (one) => yesNo(one.secure === true)],
  IS_MEMOIZABLE: [text, (one) => yesNo(one.properties?.MEMOIZABLE === true)],
  IS_EXTERNAL: constant('NO'),
  IS_AGGREGATE: constant('NO'),
});
const proceduresView = listing<RoutineRecord>(
  ({ engine }, { database }) => engine.catalog.list('PROCEDURE', database === undefined ? {} : { database }),
  routineFields('PROCEDURE'),
);

/** https://docs.snowflake.com/en/sql-reference/info-schema/functions, …/procedures */
export const informationRoutines: Record<string, Listing> = {
  FUNCTIONS: functionsView,
  PROCEDURES: proceduresView,
};

function sizeOf({ returns }: RoutineRecord, size: 'length' | 'precision' | 'scale'): Cell {
  const sizes = 'table' in returns ? {} : (returns as Partial<Record<typeof size, number>>);
  return sizes[size] ?? null;
}

function octets(routine: RoutineRecord): Cell {
  const length = sizeOf(routine, 'length');
  if (length === null || 'table' in routine.returns) return null;
  return routine.returns.name === 'VARCHAR' ? Number(length) * 4 : length;
}
