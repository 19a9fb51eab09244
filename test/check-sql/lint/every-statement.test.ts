import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseStatement } from '../../../actions/shared/sql/parse.ts';
import { SnowflakeError } from '../../../actions/shared/sql/snowflake-error.ts';
import { withDirectory } from './support/directory.ts';

/** The statements of the conformance cases, blocks between `statement …` or `query …` and a blank line or `----`. */
function conformanceStatements(): string[] {
  return globSync('test/conformance/**/*.slt').flatMap((file) => {
    const blocks = readFileSync(file, 'utf8').split(/\n{2,}/);
    return blocks.flatMap(
      (block) => /^(?:statement|query)[^\n]*\n([\s\S]*?)(?:\n----|$)/m.exec(block)?.[1] ?? [],
    );
  });
}

function parses(sql: string): boolean {
  try {
    parseStatement(sql);
    return true;
  } catch (error) {
    if (error instanceof SnowflakeError) return false;
    throw error;
  }
}

test('every statement that the parser knows goes through every rule and into the state without a crash (failure 42)', () => {
  const statements = conformanceStatements().filter(
    (sql) => parses(sql) && !/^\s*BEGIN\s*(?:;|TRANSACTION|WORK|NAME|$)|^\s*START/i.test(sql),
  );
  expect(statements.length).toBeGreaterThan(1000);
  const files: Record<string, string> = {};
  for (let at = 0; at < statements.length; at += 200)
    files[`V${String(at / 200 + 1).padStart(3, '0')}__cases.sql`] =
      `${statements.slice(at, at + 200).join('\n;\n')}\n;\n`;
  const { findings, problems } = withDirectory(files, ({ lint }) => lint());
  expect(problems).toEqual([]);
  expect(findings.length).toBeGreaterThan(100);
  expect(
    findings.filter(({ line, column, endColumn }) => line < 1 || column < 1 || endColumn < column),
  ).toEqual([]);
});
