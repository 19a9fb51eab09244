import { formatType } from '../../../../shared/sql/types.ts';
import { type Cell, instant, integer, text } from '../dml/rows-relation.ts';
import { constant, inPlace, type Listing, listing, yn } from '../metadata/listing.ts';
import { literal } from '../metadata/object-ddl.ts';
import type { RoutineRecord } from '../objects.ts';
import { shownSignature, signatureText } from './signature.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/show-procedures */
export const procedureListing: Listing = listing<RoutineRecord>(inPlace('PROCEDURE') as never, {
  created_on: [instant, (one) => one.createdAt],
  name: [text, (one) => one.name],
  schema_name: [text, (one) => one.schema],
  is_builtin: constant('N'),
  is_aggregate: constant('N'),
  is_ansi: constant('N'),
  min_num_arguments: [integer, (one) => one.parameters.filter((each) => each.default === undefined).length],
  max_num_arguments: [integer, (one) => one.parameters.length],
  arguments: [text, (one) => shownSignature(one)],
  description: [text, (one) => one.comment || 'user-defined procedure'],
  catalog_name: [text, (one) => one.database],
  is_table_function: [text, (one) => yn('table' in one.returns)],
  valid_for_clustering: constant('N'),
  is_secure: [text, (one) => yn(one.secure === true)],
  secrets: [text, () => null],
  external_access_integrations: [text, () => null],
});

/** Property and value of DESCRIBE PROCEDURE | FUNCTION: https://docs.snowflake.com/en/sql-reference/sql/desc-procedure, …/desc-function */
export function routineProperties(procedure: RoutineRecord): Cell[][] {
  const { properties = {} } = procedure;
  const isStrict = properties.STRICT === true || properties['RETURNS NULL ON NULL INPUT'] === true;
  return [
    ['signature', signatureText(procedure)],
    ['returns', returnsText(procedure)],
    ['language', procedure.language],
    ['null handling', isStrict ? 'RETURNS NULL ON NULL INPUT' : 'CALLED ON NULL INPUT'],
    ['volatility', properties.IMMUTABLE === true ? 'IMMUTABLE' : 'VOLATILE'],
    ...(procedure.kind === 'PROCEDURE' ? [['execute as', procedure.executeAs]] : []),
    ['body', procedure.body],
  ];
}

/** GET_DDL('procedure', 'p(number)'), GET_DDL('function', …): https://docs.snowflake.com/en/sql-reference/functions/get_ddl */
export function routineDdl(procedure: RoutineRecord, isQualified: boolean): string {
  const path = isQualified ? [procedure.database, procedure.schema, procedure.name] : [procedure.name];
  const name = path.map((part) => quoted(part ?? '')).join('.');
  const parameters = procedure.parameters.map((one) => {
    const value = one.default === undefined ? '' : ` DEFAULT ${one.default}`;
    return `${quoted(one.name)} ${one.out === true ? 'OUT ' : ''}${formatType(one.type)}${value}`;
  });
  return [
    `CREATE OR REPLACE ${procedure.secure === true ? 'SECURE ' : ''}${procedure.kind} ${name}(${parameters.join(', ')})`,
    `RETURNS ${returnsText(procedure)}${procedure.returnsNotNull === true ? ' NOT NULL' : ''}`,
    `LANGUAGE ${procedure.language}`,
    ...(procedure.comment === '' ? [] : [`COMMENT=${literal(procedure.comment)}`]),
    ...(procedure.kind === 'PROCEDURE' ? [`EXECUTE AS ${procedure.executeAs}`] : flagsOf(procedure)),
    `AS ${literal(procedure.body)};`,
  ].join('\n');
}

/** The clauses of a function that are words of their own. */
function flagsOf({ properties = {} }: RoutineRecord): string[] {
  return Object.keys(properties).filter(
    (name) => properties[name] === true && name !== 'NOT NULL' && name !== 'NULL',
  );
}

function returnsText({ returns }: RoutineRecord): string {
  if (!('table' in returns)) return formatType(returns);
  return `TABLE (${returns.table.map((column) => `${quoted(column.name)} ${formatType(column.type)}`).join(', ')})`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
