import type { Query, SetBody } from '../../../shared/sql/ast.ts';
import { plainError } from '../bind/scope.ts';

/**
 * The columns of a view or of CREATE TABLE … AS need names: an expression needs an alias.
 * @throws SnowflakeError 002022
 */
export function requireNamedColumns(query: Query): void {
  const select = firstSelect(query);
  if (select?.kind !== 'select') return;
  for (const item of select.items) {
    const { kind } = item.expression;
    if (item.alias !== null || kind === 'column' || kind === 'star' || kind === 'positional') continue;
    throw plainError('002022', '42601', 'Missing column specification', item.start);
  }
}

/** The SELECT whose columns name those of a set operation. */
function firstSelect(body: SetBody): SetBody {
  if (body.kind === 'query') return firstSelect(body.body);
  if (body.kind === 'setOperation') return firstSelect(body.left);
  return body;
}
