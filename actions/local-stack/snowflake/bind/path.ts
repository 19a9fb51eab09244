import type { Expression, PathAccess } from '../../../shared/sql/ast.ts';
import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import { bindExpression, positionalColumn } from './expression.ts';
import { VARIANT } from './literal.ts';
import { invalidArguments } from './operators.ts';
import { findName, type Scope, type ScopeColumn } from './scope.ts';
import { nullOf } from './value.ts';
import { pathAccess } from './variant.ts';

/** `v:a.b[0]`, `v['k']`. A field of a staged Parquet row is the file's own column, typed and exact. */
export function bindPath(node: PathAccess, scope: Scope): Bound {
  const fields = fieldsOf(node.base, scope);
  const [first] = node.segments;
  if (fields !== undefined && typeof first === 'string') {
    const field = fields.get(first);
    if (field === undefined) return nullOf(VARIANT);
    const bound: Bound = { ...cast(field, VARIANT), native: field };
    return node.segments.length === 1 ? bound : pathAccess(bound, segments(node.segments.slice(1), scope));
  }
  const base = bindExpression(node.base, scope);
  const steps = segments(node.segments, scope);
  if (base.type.name === 'NULL') return nullOf(VARIANT);
  if (!['VARIANT', 'OBJECT', 'ARRAY'].includes(base.type.name)) {
    const step = steps[0]!;
    throw invalidArguments(
      'GET',
      [base, typeof step === 'string' ? { sql: '', type: { name: 'VARCHAR', length: step.length } } : step],
      node.start,
    );
  }
  return pathAccess(base, steps);
}

function segments(steps: PathAccess['segments'], scope: Scope): (string | Bound)[] {
  return steps.map((step) => (typeof step === 'string' ? step : bindExpression(step, scope)));
}

function fieldsOf(base: Expression, scope: Scope): ScopeColumn['fields'] {
  if (base.kind === 'positional') return positionalColumn(base, scope).fields;
  if (base.kind !== 'column') return undefined;
  const found = findName(scope, base.parts, base.start);
  return found !== undefined && 'column' in found ? found.column.fields : undefined;
}
