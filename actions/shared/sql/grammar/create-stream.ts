import type { CreateStream } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { CreateHead } from './create.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseTimeTravel } from './time-travel.ts';

const sources = ['TABLE', 'VIEW', 'STAGE', 'EXTERNAL TABLE', 'DYNAMIC TABLE'] as const;

/** https://docs.snowflake.com/en/sql-reference/sql/create-stream */
export function parseCreateStream(r: Reader, head: CreateHead): CreateStream {
  const { start, modifiers: _, ...flags } = head;
  const name = parseObjectName(r);
  const clone = r.skipWords('CLONE') ? parseObjectName(r) : null;
  const cloneTravel = clone === null ? null : parseTimeTravel(r);
  const before = parseClauses(r);
  if (clone !== null) {
    const { comment, copyGrants, properties } = before;
    const source = { sourceType: 'TABLE', source: clone, timeTravel: cloneTravel } as const;
    return {
      kind: 'createStream',
      ...flags,
      name,
      ...source,
      clone,
      copyGrants,
      comment,
      properties,
      ...r.range(start),
    };
  }
  r.expectWords('ON');
  const sourceType = sources.find((type) => r.skipWords(...type.split(' ')));
  if (sourceType === undefined) throw notSupportedHere(`CREATE STREAM ON ${r.written}`, r.token.start);
  const source = parseObjectName(r);
  const timeTravel = parseTimeTravel(r);
  const after = parseClauses(r);
  return {
    kind: 'createStream',
    ...flags,
    name,
    sourceType,
    source,
    timeTravel,
    clone: null,
    copyGrants: before.copyGrants || after.copyGrants,
    comment: after.comment ?? before.comment,
    properties: [...before.properties, ...after.properties],
    ...r.range(start),
  };
}
