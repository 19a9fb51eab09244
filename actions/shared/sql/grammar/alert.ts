import type { AlterObject, ExecuteAlert, Property } from '../ast.ts';
import { textProperty } from './flag-property.ts';
import { parseObjectName } from './names.ts';
import { parseQuery } from './query.ts';
import type { Reader } from './reader.ts';
import { parseStatementAt } from './statement.ts';

/** `IF (EXISTS (query))` or `THEN statement` behind its word, read and kept as text: .../sql-reference/sql/create-alert */
export function alertClause(r: Reader, word: string, start: Property['start']): Property {
  if (word === 'THEN') return parseAction(r, start);
  r.expectSymbol('(');
  const condition = parseExists(r, start);
  r.expectSymbol(')');
  return condition;
}

/** `MODIFY CONDITION EXISTS (query)`, `MODIFY ACTION statement`: .../sql-reference/sql/alter-alert */
export function parseAlterAlert(r: Reader): AlterObject['action'] | null {
  const { start } = r.token;
  if (r.skipWords('MODIFY', 'CONDITION')) return { kind: 'set', properties: [parseExists(r, start)] };
  if (r.skipWords('MODIFY', 'ACTION')) return { kind: 'set', properties: [parseAction(r, start)] };
  return null;
}

/** https://docs.snowflake.com/en/sql-reference/sql/execute-alert */
export function parseExecuteAlert(r: Reader, start: ExecuteAlert['start']): ExecuteAlert {
  return { kind: 'executeAlert', name: parseObjectName(r), ...r.range(start) };
}

function parseExists(r: Reader, start: Property['start']): Property {
  r.expectWords('EXISTS');
  r.expectSymbol('(');
  const inner = r.token.start;
  if (r.isWord('SELECT') || r.isWord('WITH')) parseQuery(r);
  else parseStatementAt(r);
  const text = r.slice(inner);
  r.expectSymbol(')');
  return textProperty(r, 'IF', text, start);
}

function parseAction(r: Reader, start: Property['start']): Property {
  const place = r.token.start;
  parseStatementAt(r);
  return textProperty(r, 'THEN', r.slice(place), start);
}
