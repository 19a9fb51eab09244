import type { ScriptDeclaration } from '../../../../shared/sql/ast.ts';
import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import { typeFromName } from '../../bind/cast.ts';
import { VARCHAR } from '../../bind/literal.ts';
import { evaluate } from './evaluate.ts';
import { fill } from './resultset.ts';
import type { BlockContext } from './run-block.ts';
import type { ScriptRun } from './script-run.ts';
import type { ScriptObject, ScriptResultset } from './script-scope.ts';
import { findInScope } from './script-scope.ts';
import { nullValue } from './script-value.ts';

/** DEFAULT of an exception without a number. Source: docs.snowflake.com, RAISE. */
const UNNUMBERED = -20_000;

/** DECLARE and LET: a name of the innermost block. */
export async function declare(declaration: ScriptDeclaration, context: BlockContext): Promise<void> {
  const { scope } = context;
  scope.names.set(declaration.name.name, await declared(declaration, context));
}

async function declared(declaration: ScriptDeclaration, context: BlockContext): Promise<ScriptObject> {
  const { scope, script } = context;
  const { name } = declaration.name;
  switch (declaration.kind) {
    case 'variable': {
      const written = declaration.type === null ? null : declaredType(declaration.type, script);
      if (declaration.default === null) {
        const type = written ?? VARCHAR;
        return { kind: 'variable', type, value: nullValue(type) };
      }
      const type = written ?? script.inferred.get(declaration) ?? VARCHAR;
      return { kind: 'variable', type, value: await evaluate(declaration.default, scope, script, type) };
    }
    case 'cursor': {
      if ('kind' in declaration.query)
        return { kind: 'cursor', name, source: { query: declaration.query, scope }, result: null, next: 0 };
      const resultset = findInScope(scope, declaration.query.name);
      return {
        kind: 'cursor',
        name,
        source: { resultset: resultset as ScriptResultset },
        result: null,
        next: 0,
      };
    }
    case 'resultset': {
      const resultset: ScriptResultset = { kind: 'resultset', name, result: null, job: null };
      if (declaration.query !== null) await fill(resultset, declaration.query, declaration.async, context);
      return resultset;
    }
    case 'exception':
      return {
        kind: 'exception',
        name,
        number: declaration.number ?? UNNUMBERED,
        message: declaration.message,
      };
  }
}

export function declaredType(type: Parameters<typeof typeFromName>[0], script: ScriptRun): SnowflakeType {
  return typeFromName(type, script.session.parameter('TIMESTAMP_TYPE_MAPPING'));
}
