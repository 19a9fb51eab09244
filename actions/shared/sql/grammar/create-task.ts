import type { CreateTask, ObjectName, Property, Statement } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { CreateHead } from './create.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseStatementAt } from './statement.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/create-task */
export function parseCreateTask(r: Reader, head: CreateHead): CreateTask {
  const { start, modifiers: _, ...flags } = head;
  const name = parseObjectName(r);
  const clone = r.skipWords('CLONE') ? parseObjectName(r) : null;
  const properties: Property[] = [];
  let after: ObjectName[] = [];
  let finalize: CreateTask['finalize'] = null;
  let comment: string | null = null;
  let when: CreateTask['when'] = null;
  let whenText: string | null = null;
  for (;;) {
    if (r.skipWords('AFTER')) after = r.list(() => parseObjectName(r));
    else if (r.isWord('FINALIZE') && r.follows(1, '=')) {
      r.take();
      r.take();
      finalize = parseObjectName(r);
    } else if (r.isWord('WHEN')) {
      r.take();
      const place = r.token.start;
      when = parseExpression(r);
      whenText = r.slice(place);
    } else {
      const clauses = parseClauses(r, ownWords);
      if (clauses.copyGrants || clauses.clusterBy.length > 0)
        throw notSupportedHere('COPY GRANTS of a task', start);
      comment = clauses.comment ?? comment;
      properties.push(...clauses.properties);
      if (clauses.properties.length === 0 && clauses.comment === null) break;
    }
  }
  // A clone has the body of its source.
  if (clone === null) r.expectWords('AS');
  const { body, bodyText } = clone === null ? parseTaskBody(r) : { body: null, bodyText: '' };
  const text = { when, whenText, comment, body, bodyText };
  return {
    kind: 'createTask',
    ...flags,
    name,
    clone,
    properties,
    after,
    finalize,
    ...text,
    ...r.range(start),
  };
}

const ownWords = new Set(['AFTER', 'FINALIZE', 'WHEN', 'AS']);

/** The statement or block that a task runs, with its text as written. */
export function parseTaskBody(r: Reader): { body: Statement; bodyText: string } {
  const { start } = r.token;
  const body = parseStatementAt(r);
  return { body, bodyText: r.slice(start) };
}
