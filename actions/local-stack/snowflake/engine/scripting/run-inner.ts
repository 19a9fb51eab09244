import type { ScriptStatement } from '../../../../shared/sql/ast.ts';
import type { Node } from '../../../../shared/sql/position.ts';
import type { StatementResult } from '../result.ts';
import { assignArgument, valueOfName, variableLookup } from './block-variables.ts';
import { type Fills, fillStrings, findFills } from './filled-strings.ts';
import { exceptionFrom } from './script-exception.ts';
import type { ScriptRun } from './script-run.ts';
import type { ScriptScope } from './script-scope.ts';

const found = new WeakMap<ScriptStatement, Fills>();

function fillsOf(statement: ScriptStatement): Fills {
  const known = found.get(statement);
  if (known !== undefined) return known;
  const fills = findFills(statement);
  found.set(statement, fills);
  return fills;
}

/** Statements whose rows SQLROWCOUNT counts. */
const CHANGES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'MULTI_INSERT', 'COPY', 'DML']);

/** Runs a statement that was read by `innerStatement`. @throws ScriptException STATEMENT_ERROR at `node` */
export async function runInner(
  node: Node,
  text: string,
  statement: ScriptStatement,
  scope: ScriptScope,
  script: ScriptRun,
): Promise<StatementResult> {
  try {
    fillStrings(fillsOf(statement), node, (name) => valueOfName(name, scope, script));
    const { queryId, result } = await script.session.executeInner(text, {
      statement: statement as never,
      binds: script.run.binds,
      scriptVariable: variableLookup(scope, script),
      blockVariable: (name) => valueOfName(name, scope, script),
      assignArgument: (argument, value) => assignArgument(argument, value, scope, script),
    });
    script.queryId = queryId;
    script.rowCount = CHANGES.has(result.type) ? result.rowsAffected : null;
    return result;
  } catch (error) {
    throw exceptionFrom(error, 'STATEMENT_ERROR', node.start);
  }
}
