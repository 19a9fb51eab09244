import type { Expression } from '../ast.ts';
import { parseExpression } from './expression.ts';
import type { Reader } from './reader.ts';

/**
 * `:key`, `.key`, `['key']` and `[expression]` after a VARIANT, also `$1.key` of a staged row. Unquoted keys
 * keep their case.
 * https://docs.snowflake.com/en/user-guide/querying-semistructured
 */
export function parsePath(r: Reader, base: Expression): Expression {
  const segments: (string | Expression)[] = [];
  for (;;) {
    if (r.skipSymbol(':')) {
      if (!r.isSymbol('[')) segments.push(pathKey(r));
    } else if ((segments.length > 0 || base.kind === 'positional') && r.isSymbol('.')) {
      r.take();
      segments.push(pathKey(r));
    } else if (r.skipSymbol('[')) {
      const index = parseExpression(r);
      r.expectSymbol(']');
      segments.push(index.kind === 'string' ? index.value : index);
    } else break;
  }
  return { kind: 'path', base, segments, ...r.range(base.start) };
}

function pathKey(r: Reader): string {
  if (r.token.kind === 'quoted') return r.take().value;
  if (r.token.kind !== 'word') throw r.unexpected();
  const key = r.written;
  r.take();
  return key;
}
