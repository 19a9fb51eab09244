import type { CreateContainer, CreateTable, Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { CreateHead } from './create.ts';
import { flagProperty } from './flag-property.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseTimeTravel } from './time-travel.ts';

/** CREATE DATABASE and CREATE SCHEMA: https://docs.snowflake.com/en/sql-reference/sql/create-schema */
export function parseCreateContainer(
  r: Reader,
  head: CreateHead,
  type: CreateContainer['type'],
): CreateContainer {
  const { start, modifiers, ...flags } = head;
  const name = parseObjectName(r);
  if (r.isWord('FROM')) throw notSupportedHere(`CREATE ${type} … FROM ${r.peek(1).value}`, r.token.start);
  if (r.isWord('AS')) throw notSupportedHere(`CREATE ${type} … AS REPLICA`, r.token.start);
  const clone = parseClone(r);
  const properties: Property[] = [];
  const ignored = [
    ['IGNORE', 'TABLES', 'WITH', 'INSUFFICIENT', 'DATA', 'RETENTION'],
    ['IGNORE', 'HYBRID', 'TABLES'],
    ['WITH', 'MANAGED', 'ACCESS'],
  ];
  for (const words of ignored) if (r.isWords(...words)) properties.push(flagProperty(r, words));
  const clauses = parseClauses(r);
  return {
    kind: 'createContainer',
    ...flags,
    type,
    transient: modifiers.has('TRANSIENT'),
    name,
    clone,
    comment: clauses.comment,
    properties: [...properties, ...clauses.properties],
    ...r.range(start),
  };
}

/** `CLONE source [AT|BEFORE (…)]` */
export function parseClone(r: Reader): CreateTable['clone'] {
  if (!r.skipWords('CLONE')) return null;
  const source = parseObjectName(r);
  return { source, timeTravel: parseTimeTravel(r) };
}
