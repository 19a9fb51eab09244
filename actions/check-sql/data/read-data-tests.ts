import { existsSync, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readStatements, readText } from '../../migrate/migration-files.ts';
import { UserError } from '../../shared/errors.ts';
import { tokenize } from '../../shared/sql/lexer.ts';
import type { DataTest } from './data-test.ts';
import { readTableTests } from './table-tests.ts';

/**
 * The data tests of a directory of migrations: `tests/*.sql`, whose statements are queries that must give no rows and
 * whose first comment is the name, and `tests/*.yml`.
 * @throws UserError with file and line
 */
export function readDataTests(directory: string, variables: Readonly<Record<string, string>>): DataTest[] {
  const tests = join(directory, 'tests');
  if (!existsSync(tests)) return [];
  return globSync('**/*.{sql,yml,yaml}', { cwd: tests })
    .sort()
    .map((name) => join(tests, name))
    .flatMap((file) => (file.endsWith('.sql') ? readQueries(file, variables) : readTableTests(file)));
}

function readQueries(file: string, variables: Readonly<Record<string, string>>): DataTest[] {
  const name = /^--\s*(\S.*)/.exec(readText(file))?.[1]?.trim() ?? basename(file, '.sql');
  const statements = readStatements(file, variables);
  return statements.map(({ text, line, number }) => {
    // PUT and GET would move files of this machine; a test changes nothing either.
    if (!/^(?:SELECT|WITH|\()$/.test(tokenize(text)[0]?.value ?? ''))
      throw new UserError(`${file}:${line}: a data test is a query`, {
        location: { file, line },
        remedy: 'Begin it with SELECT or WITH.',
      });
    return { name: statements.length === 1 ? name : `${name} (${number})`, file, line, query: text };
  });
}
