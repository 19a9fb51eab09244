import type { CreateRoutine, ObjectName, Property } from '../ast.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import type { CreateHead } from './create.ts';
import { parseType } from './data-types.ts';
import { parseExpression } from './expression.ts';
import { flagProperty, textProperty } from './flag-property.ts';
import { parseObjectName } from './names.ts';
import { parseClauses } from './object-clauses.ts';
import type { Reader } from './reader.ts';
import { parseBlock, startsBlock } from './script.ts';

/** CREATE FUNCTION and CREATE PROCEDURE: https://docs.snowflake.com/en/sql-reference/sql/create-procedure */
export function parseCreateRoutine(r: Reader, head: CreateHead, type: CreateRoutine['type']): CreateRoutine {
  return parseRoutine(r, head, type, parseObjectName(r));
}

/** What follows a routine's name: arguments, clauses, body. */
export function parseRoutine(
  r: Reader,
  head: CreateHead,
  type: CreateRoutine['type'],
  name: ObjectName,
): CreateRoutine {
  const { start, modifiers, ...flags } = head;
  const parameters = parseParameters(r);
  const before = parseClauses(r);
  r.expectWords('RETURNS');
  const returns = parseReturns(r);
  const properties: Property[] = [...before.properties];
  if (before.copyGrants) properties.push(textProperty(r, 'COPY GRANTS', 'TRUE', start));
  let comment = before.comment;
  let language = 'SQL';
  let executeAs: CreateRoutine['executeAs'] = null;
  for (;;) {
    const words = flagWords.find((flag) => r.isWords(...flag));
    if (words !== undefined) properties.push(flagProperty(r, words));
    else if (r.skipWords('LANGUAGE')) language = r.identifier().name;
    else if (r.skipWords('EXECUTE', 'AS')) {
      if (r.isWord('RESTRICTED')) throw notSupportedHere('EXECUTE AS RESTRICTED CALLER', r.token.start);
      if (!r.isWord('CALLER') && !r.isWord('OWNER')) throw r.unexpected();
      executeAs = r.take().value === 'CALLER' ? 'CALLER' : 'OWNER';
    } else {
      const clauses = parseClauses(r);
      comment = clauses.comment ?? comment;
      properties.push(...clauses.properties);
      if (clauses.comment === null && clauses.properties.length === 0) break;
    }
  }
  const body = parseBody(r, `${type} in ${language}`);
  return {
    kind: 'createRoutine',
    ...flags,
    type,
    secure: modifiers.has('SECURE'),
    temporary: modifiers.has('TEMPORARY'),
    name,
    parameters,
    returns,
    language,
    executeAs,
    comment,
    properties,
    body,
    ...r.range(start),
  };
}

const flagWords = [
  ['NOT', 'NULL'],
  ['NULL'],
  ['CALLED', 'ON', 'NULL', 'INPUT'],
  ['RETURNS', 'NULL', 'ON', 'NULL', 'INPUT'],
  ['STRICT'],
  ['VOLATILE'],
  ['IMMUTABLE'],
  ['MEMOIZABLE'],
];

function parseParameters(r: Reader): CreateRoutine['parameters'] {
  r.expectSymbol('(');
  if (r.skipSymbol(')')) return [];
  const parameters = r.list(() => {
    // Snowflake lets an argument bear a reserved name.
    const name = r.anyWord();
    const out = r.skipWords('OUT') || r.skipWords('OUTPUT');
    if (!out && !r.skipWords('IN')) r.skipWords('INPUT');
    const type = parseType(r);
    // An OUT argument has no default.
    return { name, type, out, default: !out && r.skipWords('DEFAULT') ? parseExpression(r) : null };
  });
  r.expectSymbol(')');
  return parameters;
}

function parseReturns(r: Reader): CreateRoutine['returns'] {
  if (!r.isWord('TABLE') || !r.follows(1, '(')) return parseType(r);
  r.take();
  r.expectSymbol('(');
  if (r.skipSymbol(')')) return { table: [] };
  const table = r.list(() => ({ name: r.identifier(), type: parseType(r) }));
  r.expectSymbol(')');
  return { table };
}

/** A string, or the text of an unquoted block; a handler in a staged package has none. */
function parseBody(r: Reader, what: string): string {
  if (!r.isWord('AS')) throw notSupportedHere(`CREATE ${what} without a body`, r.token.start);
  r.expectWords('AS');
  if (r.token.kind === 'string') return r.take().value;
  if (!startsBlock(r)) throw r.unexpected();
  const { start } = r.token;
  parseBlock(r);
  return r.slice(start);
}
