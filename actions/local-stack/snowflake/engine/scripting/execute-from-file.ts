import { readFile } from 'node:fs/promises';
import type { ExecuteImmediate, StageLocation } from '../../../../shared/sql/ast.ts';
import { doesNotExist, notSupportedHere, SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { splitStatements } from '../../../../shared/sql/split.ts';
import { cast } from '../../bind/cast.ts';
import { VARCHAR } from '../../bind/literal.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { fetchFile, listFiles } from '../stages/stage-files.ts';
import { resolveLocation } from '../stages/stage-location.ts';
import { evaluateIn } from './evaluate.ts';

/** EXECUTE IMMEDIATE FROM: a staged file's statements, in order; the answer is the last one's. Source: docs.snowflake.com, same. */
export async function executeFromFile(
  statement: ExecuteImmediate,
  source: StageLocation,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const location = resolveLocation(source, session);
  const written = run.text.slice(source.start.offset, source.end);
  const files = await listFiles(session.engine, location);
  const file = files.find((one) => one.path === location.path);
  if (file === undefined) throw doesNotExist('File', written, source.start);
  const text = (await readFile(await fetchFile(session.engine, file), 'utf8')).replace(/^\uFEFF/, '');
  const sql = await rendered(text, statement, session, run);
  let last: StatementResult = statusResult('Statement executed successfully.');
  for (const one of splitStatements(sql)) {
    try {
      last = (await session.executeInner(one.text)).result;
    } catch (error) {
      if (!(error instanceof SnowflakeError) || error.code === '999001' || error.code === '000604')
        throw error;
      throw new SnowflakeError(
        error.code,
        error.sqlState,
        `Uncaught exception of type 'STATEMENT_ERROR' in file ${written} on line ${one.start.line} at position ${one.start.column}:\n${error.message}`,
        { cause: error },
      );
    }
  }
  return last;
}

/** A file is a Jinja template when it says so or USING is given. Only `{{ name }}` is carried out here. */
async function rendered(
  text: string,
  { template, source }: ExecuteImmediate,
  session: Session,
  run: Run,
): Promise<string> {
  if (template.length === 0 && !/^[\s]{0,10}(?:--|#)!jinja/.test(text)) return text;
  const values = new Map<string, string>();
  for (const { name, value } of template) {
    const { text: given } = await evaluateIn(value, session, run, (bound) => cast(bound, VARCHAR));
    values.set(name.name.toLowerCase(), given ?? 'None');
  }
  const plain = text.replace(/^\s*#!jinja.*$/m, '');
  const sql = plain.replace(/\{\{\s*([A-Za-z_]\w*)\s*\}\}/g, (_, name: string) => {
    const value = values.get(name.toLowerCase());
    if (value === undefined)
      throw notSupportedHere(`the template variable ${name}, which USING does not give`, source.start);
    return value;
  });
  if (/\{[{%#]/.test(sql)) throw notSupportedHere('a Jinja template with more than {{ name }}', source.start);
  return sql;
}
