import type { Expression, ScriptDeclaration } from '../../../../shared/sql/ast.ts';
import type { Position } from '../../../../shared/sql/position.ts';
import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import { bindExpression } from '../../bind/expression.ts';
import { FLOAT, INTEGER, VARCHAR } from '../../bind/literal.ts';
import { createScope } from '../../bind/scope.ts';
import { createBindContext } from '../bind-context.ts';
import { variableLookup } from './block-variables.ts';
import { type CheckContext, checkBinds, checkExpression, requireKind } from './check.ts';
import { declaredType } from './declare.ts';
import { innerExpression } from './inner-tree.ts';
import { cannotInfer } from './script-errors.ts';
import { textOfNode } from './script-run.ts';
import type { ScriptObject } from './script-scope.ts';
import { nullValue } from './script-value.ts';

/** Checks a declaration and adds its name to the scope; answers the unknown bare names of its initializer. */
export function checkDeclaration(
  declaration: ScriptDeclaration,
  position: Position,
  context: CheckContext,
): SnowflakeError[] {
  const { name } = declaration.name;
  const unknown: SnowflakeError[] = [];
  let object: ScriptObject;
  switch (declaration.kind) {
    case 'variable': {
      const { type: written, default: initializer } = declaration;
      if (initializer !== null) unknown.push(...checkExpression(initializer, context));
      if (written === null && initializer === null) throw cannotInfer(name, position);
      const type =
        written !== null
          ? declaredType(written, context.script)
          : inferType(initializer!, name, position, unknown, context);
      context.script.inferred.set(declaration, type);
      object = { kind: 'variable', type, value: nullValue(type) };
      break;
    }
    case 'cursor':
      if ('kind' in declaration.query) {
        checkBinds(declaration.query, context);
        object = {
          kind: 'cursor',
          name,
          source: { query: declaration.query, scope: context.scope },
          result: null,
          next: 0,
        };
      } else {
        const resultset = requireKind(declaration.query, ['resultset'], context);
        object = {
          kind: 'cursor',
          name,
          source: { resultset: resultset as ScriptObject & { kind: 'resultset' } },
          result: null,
          next: 0,
        };
      }
      break;
    case 'resultset':
      if (declaration.query !== null) checkBinds(declaration.query, context);
      object = { kind: 'resultset', name, result: null, job: null };
      break;
    case 'exception':
      object = { kind: 'exception', name, number: declaration.number ?? 0, message: declaration.message };
  }
  context.scope.names.set(name, object);
  return unknown;
}

/**
 * The type that a variable without a written one takes from its initializer: NUMBER(38,0) from whole numbers, FLOAT
 * from others, a variable's own from a variable. Not from VARIANT, from a row's column or from an expression with a
 * bind. Source: docs.snowflake.com, "Working with variables".
 */
function inferType(
  initializer: Expression,
  name: string,
  position: Position,
  unknown: SnowflakeError[],
  context: CheckContext,
): SnowflakeType {
  const { scope, script } = context;
  const isName = initializer.kind === 'column' || initializer.kind === 'bind';
  if (isName && unknown.length > 0) throw cannotInfer(name, position);
  // Reported as an unknown name once everything else is checked.
  if (unknown.length > 0) return VARCHAR;
  if (!isName && initializer.kind !== 'cast' && hasBind(initializer)) throw cannotInfer(name, position);
  const run = {
    ...script.run,
    text: textOfNode(initializer, script),
    scriptVariable: variableLookup(scope, script),
  };
  let type: SnowflakeType;
  try {
    const expression = innerExpression(initializer, scope, script);
    const bindScope = createScope(createBindContext(script.session, run), { source: run.text });
    type = bindExpression(expression, bindScope).type;
  } catch (error) {
    if (error instanceof SnowflakeError && UNKNOWN.has(error.code)) throw cannotInfer(name, position);
    throw error;
  }
  if (type.name === 'VARIANT') throw cannotInfer(name, position);
  if (type.name === 'NULL' || type.name === 'VARCHAR') return VARCHAR;
  if (type.name !== 'NUMBER' || initializer.kind === 'cast') return type;
  if (type.scale > 0) return FLOAT;
  return isName ? type : INTEGER;
}

/** An object that is not there, a variable of no known type. */
const UNKNOWN = new Set(['002003', '002049']);

function hasBind(tree: Expression): boolean {
  let found = false;
  walk(tree, (node) => {
    found ||= node.kind === 'bind' && (node as Extract<Expression, { kind: 'bind' }>).name !== null;
    return !found;
  });
  return found;
}
