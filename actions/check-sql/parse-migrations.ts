import type { MigrationFile, MigrationStatement } from '../migrate/migration-files.ts';
import type { Problem } from '../migrate/problem.ts';
import type { Statement } from '../shared/sql/ast.ts';
import { parseStatement } from '../shared/sql/parse.ts';
import { notSupportedHere, SnowflakeError } from '../shared/sql/snowflake-error.ts';

export interface ParsedStatement {
  file: string;
  statement: MigrationStatement;
  tree: Statement;
}

/** The tree of every statement, and a problem for each that has none or may not run here. */
export function parseMigrations(migrations: readonly Pick<MigrationFile, 'file' | 'statements'>[]): {
  statements: ParsedStatement[];
  problems: Problem[];
} {
  const statements: ParsedStatement[] = [];
  const problems: Problem[] = [];
  for (const { file, statements: list } of migrations) {
    for (const statement of list) {
      try {
        const tree = parseStatement(statement.text);
        if (tree.kind === 'elsewhere') throw notSupportedHere(tree.construct, tree.place);
        if (tree.kind === 'put' || tree.kind === 'get') problems.push(transferIn(file, statement, tree.kind));
        else statements.push({ file, statement, tree });
      } catch (error) {
        if (!(error instanceof SnowflakeError)) throw error;
        problems.push(problemIn(file, statement, error));
      }
    }
  }
  return { statements, problems };
}

/** The driver itself carries these out: any file of this machine would be at the hand of whoever writes the SQL. */
function transferIn(file: string, statement: MigrationStatement, kind: 'put' | 'get'): Problem {
  return {
    file,
    line: statement.line,
    column: statement.column,
    message: `${kind.toUpperCase()} reaches the files of the machine that runs it: it is not run here`,
    remedy: 'Move files by an action of a workflow, such as load-customers; not by SQL that is checked here.',
  };
}

/** An error in a statement, placed in its file. */
function problemIn(file: string, statement: MigrationStatement, error: SnowflakeError): Problem {
  const { line, column } = error.position ?? { line: 1, column: 0 };
  return {
    file,
    line: statement.line + line - 1,
    column: line === 1 ? statement.column + column : column + 1,
    message: error.message
      .replace(/^SQL compilation error:\s*/, '')
      .replace(/ line \d+ at position \d+/, '')
      .replaceAll('\n', ' '),
    remedy:
      error.code === '999001'
        ? 'A real account may run it, the local Snowflake does not: it cannot be checked here.'
        : 'Correct the SQL.',
  };
}
