import {
  type MigrationFile,
  type MigrationStatement,
  readMigrations,
} from '../../migrate/migration-files.ts';
import type { Problem } from '../../migrate/problem.ts';
import type { Statement } from '../../shared/sql/ast.ts';
import { parseStatement } from '../../shared/sql/parse.ts';
import { SnowflakeError } from '../../shared/sql/snowflake-error.ts';
import { NodeIndex } from './nodes.ts';
import { withNumbers, withPlaceholders, withVariables } from './placeholders.ts';

export interface LintStatement {
  file: LintFile;
  /** 1-based */
  number: number;
  tree: Statement;
  nodes: NodeIndex;
  /** 1-based place of its first character in the file, and the offset of it. */
  line: number;
  column: number;
  offset: number;
  /** Offset after its last character. */
  end: number;
  text: string;
}

export interface LintFile extends Pick<MigrationFile, 'kind' | 'version' | 'name' | 'file' | 'directives'> {
  migration: MigrationFile;
  /** As written, with LF; variables are placeholders of the same length. */
  text: string;
  /** Those that can be read, in order. */
  statements: LintStatement[];
}

/**
 * Reads the migrations of a directory as they are written: without values for their variables, with positions of the
 * files. What cannot be read is a problem, and left out of the files.
 * @throws UserError when there is none
 */
export function readLintFiles(
  directory: string,
  options: { allowGaps?: boolean } = {},
): { files: LintFile[]; problems: Problem[] } {
  const texts = new Map<string, string>();
  const read = readMigrations(
    directory,
    (text, file) => {
      const rendered = withPlaceholders(text);
      texts.set(file, rendered);
      return rendered;
    },
    options,
  );
  const problems = [...read.problems];
  const files = read.migrations.map((migration) =>
    lintFile(migration, texts.get(migration.file) ?? '', problems),
  );
  return { files, problems };
}

function lintFile(migration: MigrationFile, text: string, problems: Problem[]): LintFile {
  const { kind, version, name, file, directives } = migration;
  const result: LintFile = { kind, version, name, file, directives, migration, text, statements: [] };
  const lines = lineOffsets(text);
  for (const statement of migration.statements) {
    const tree = treeOf(statement, file, problems);
    if (tree === undefined) continue;
    const { number, line, column } = statement;
    const offset = (lines[line - 1] ?? 0) + column - 1;
    const end = offset + statement.text.length;
    const nodes = new NodeIndex(tree);
    const { text: own } = statement;
    result.statements.push({ file: result, number, tree, nodes, line, column, offset, end, text: own });
  }
  return result;
}

function treeOf(statement: MigrationStatement, file: string, problems: Problem[]): Statement | undefined {
  try {
    return parseStatement(statement.text);
  } catch (error) {
    if (!(error instanceof SnowflakeError)) throw error;
    const numbers = withNumbers(statement.text);
    if (numbers !== statement.text) {
      try {
        return parseStatement(numbers);
      } catch (second) {
        if (!(second instanceof SnowflakeError)) throw second;
      }
    }
    const { line, column } = error.position ?? { line: 1, column: 0 };
    problems.push({
      file,
      line: statement.line + line - 1,
      column: line === 1 ? statement.column + column : column + 1,
      message: withVariables(error.message)
        .replace(/^SQL compilation error:\s*/, '')
        .replace(/ line \d+ at position \d+/, '')
        .replaceAll('\n', ' '),
      remedy: 'Correct the SQL.',
    });
    return undefined;
  }
}

/** Where each line begins. */
export function lineOffsets(text: string): number[] {
  const offsets = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) offsets.push(at + 1);
  return offsets;
}
