import type { Merge, MergeClause } from '../ast.ts';
import { parseAssignments, parseTargetAlias } from './dml.ts';
import { parseExpression } from './expression.ts';
import { parseObjectName } from './names.ts';
import type { Reader } from './reader.ts';
import { parseTablePrimary } from './table-primary.ts';

/** https://docs.snowflake.com/en/sql-reference/sql/merge */
export function parseMerge(r: Reader): Merge {
  const { start } = r.token;
  r.expectWords('MERGE', 'INTO');
  const target = parseObjectName(r);
  const alias = parseTargetAlias(r);
  r.expectWords('USING');
  const source = parseTablePrimary(r);
  r.expectWords('ON');
  const on = parseExpression(r);
  const clauses: MergeClause[] = [];
  while (r.isWord('WHEN')) clauses.push(parseClause(r));
  if (clauses.length === 0) throw r.unexpected();
  return { kind: 'merge', target, alias, source, on, clauses, ...r.range(start) };
}

function parseClause(r: Reader): MergeClause {
  const { start } = r.token;
  r.expectWords('WHEN');
  const matched = !r.skipWords('NOT');
  r.expectWords('MATCHED');
  const condition = r.skipWords('AND') ? parseExpression(r) : null;
  r.expectWords('THEN');
  return matched ? parseMatched(r, start, condition) : parseNotMatched(r, start, condition);
}

function parseMatched(r: Reader, start: Merge['start'], condition: MergeClause['condition']): MergeClause {
  const common = { matched: true, condition };
  if (r.skipWords('DELETE')) return { ...common, action: 'delete', ...r.range(start) };
  r.expectWords('UPDATE');
  if (r.skipWords('ALL', 'BY', 'NAME')) return { ...common, action: 'updateAllByName', ...r.range(start) };
  const set = parseAssignments(r);
  return { ...common, action: 'update', set, ...r.range(start) };
}

function parseNotMatched(r: Reader, start: Merge['start'], condition: MergeClause['condition']): MergeClause {
  const common = { matched: false, condition };
  r.expectWords('INSERT');
  if (r.skipWords('ALL', 'BY', 'NAME')) return { ...common, action: 'insertAllByName', ...r.range(start) };
  const columns = r.isSymbol('(') ? r.parenthesized(() => r.identifier()) : [];
  r.expectWords('VALUES');
  const values = r.parenthesized(() => parseExpression(r));
  return { ...common, action: 'insert', columns, values, ...r.range(start) };
}
