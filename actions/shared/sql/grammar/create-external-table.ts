import type { ColumnDefinition, Constraint, CreateExternalTable, Identifier, Property } from '../ast.ts';
import { compilationError, notSupportedHere } from '../snowflake-error.ts';
import { parseColumn } from './column-definition.ts';
import { parseConstraint, startsConstraint } from './constraint.ts';
import type { CreateHead } from './create.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseStageLocation } from './stage-location.ts';

const own = new Set(['LOCATION']);

/** https://docs.snowflake.com/en/sql-reference/sql/create-external-table */
export function parseCreateExternalTable(r: Reader, head: CreateHead): CreateExternalTable {
  const { start, modifiers: _, ...flags } = head;
  const name = parseObjectName(r);
  if (r.isWords('USING', 'TEMPLATE'))
    throw notSupportedHere('CREATE EXTERNAL TABLE … USING TEMPLATE', r.token.start);
  const columns: ColumnDefinition[] = [];
  const constraints: Constraint[] = [];
  if (r.isSymbol('('))
    r.parenthesized(() => {
      if (startsConstraint(r)) constraints.push(parseConstraint(r, null));
      else columns.push(parseColumn(r, 'bare expressions'));
    });
  const properties: Property[] = [];
  let location: CreateExternalTable['location'] | null = null;
  let partitionBy: Identifier[] = [];
  let comment: string | null = null;
  let copyGrants = false;
  for (let place = -1; place !== r.token.start.offset; ) {
    place = r.token.start.offset;
    if (r.isWords('WITH', 'LOCATION')) r.take();
    if (r.skipWords('LOCATION')) {
      r.expectSymbol('=');
      location = parseStageLocation(r);
    } else if (r.skipWords('PARTITION', 'BY')) partitionBy = r.parenthesized(() => r.identifier());
    const clauses = parseClauses(r, own);
    comment = clauses.comment ?? comment;
    copyGrants ||= clauses.copyGrants;
    properties.push(...clauses.properties);
  }
  if (location === null)
    throw compilationError('002029', '42601', 'Missing option(s): [LOCATION]', name.start);
  return {
    kind: 'createExternalTable',
    ...flags,
    name,
    columns,
    constraints,
    partitionBy,
    location,
    copyGrants,
    comment,
    properties,
    ...r.range(start),
  };
}
