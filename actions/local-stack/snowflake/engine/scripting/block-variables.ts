import type { Expression } from '../../../../shared/sql/ast.ts';
import type { Bound } from '../../bind/bound.ts';
import type { Run } from '../session.ts';
import { convertAll } from './convert.ts';
import { isBind, MARK } from './marked-bind.ts';
import { noVariable } from './script-errors.ts';
import type { ScriptRun } from './script-run.ts';
import { findInScope, type ScriptScope } from './script-scope.ts';
import { booleanValue, boundValue, integerValue, type ScriptValue, textValue } from './script-value.ts';

/** What the binder asks for a `:name` in the block. */
export function variableLookup(scope: ScriptScope, script: ScriptRun): NonNullable<Run['scriptVariable']> {
  return (name): Bound | undefined => {
    if (!name.startsWith(MARK)) return undefined;
    const [first = '', field] = name.slice(1).split(MARK);
    const value = field === undefined ? valueOfName(first, scope, script) : fieldOf(first, field, scope);
    return value === undefined ? undefined : boundValue(value);
  };
}

export function valueOfName(name: string, scope: ScriptScope, script: ScriptRun): ScriptValue | undefined {
  const found = findInScope(scope, name);
  if (found?.kind === 'variable') return found.value;
  return found === undefined ? builtIn[name]?.(script) : undefined;
}

function fieldOf(row: string, field: string, scope: ScriptScope): ScriptValue | undefined {
  const found = findInScope(scope, row);
  return found?.kind === 'row' ? found.columns.get(field) : undefined;
}

/**
 * Variables that every block has.
 * Source: docs.snowflake.com, "Determining the number of rows affected by DML commands", "Handling exceptions",
 * "Getting the query ID of the last query".
 */
export const builtIn: Record<string, (script: ScriptRun) => ScriptValue> = {
  SQLROWCOUNT: ({ rowCount }) => integerValue(rowCount),
  SQLFOUND: ({ rowCount }) => booleanValue(rowCount === null ? null : rowCount > 0),
  SQLNOTFOUND: ({ rowCount }) => booleanValue(rowCount === null ? null : rowCount === 0),
  SQLID: ({ queryId }) => textValue(queryId),
  SQLCODE: ({ handled }) => integerValue(handled === null ? null : Number(handled.code)),
  SQLERRM: ({ handled }) => textValue(handled?.text ?? null),
  SQLSTATE: ({ handled }) => textValue(handled?.sqlState ?? null),
};

/** An OUT argument is a variable of the block. @throws SnowflakeError for anything else */
export async function assignArgument(
  argument: Expression,
  value: ScriptValue,
  scope: ScriptScope,
  { session }: ScriptRun,
): Promise<void> {
  const name = isBind(argument) && argument.name?.startsWith(MARK) === true ? argument.name.slice(1) : '';
  const variable = findInScope(scope, name);
  if (variable?.kind !== 'variable') throw noVariable(argument.start);
  variable.value = (await convertAll([value], [variable.type], session))[0]!;
}
