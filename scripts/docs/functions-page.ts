import {
  allFunctions,
  type FunctionDefinition,
} from '../../actions/local-stack/snowflake/bind/functions/registry.ts';
import { tokenize } from '../../actions/shared/sql/lexer.ts';
import { readSubjects } from '../../test/conformance/suite.ts';

const SYNTAX_ERROR = '001003';

/** Where the conformance cases of a function are. */
export interface FunctionCoverage {
  definition: FunctionDefinition;
  /** Number of cases whose statement calls it. */
  cases: number;
  /** The file with most of them, below test/conformance; null without a case. */
  file: string | null;
}

/** The page docs/local-snowflake/functions.md: every function of the registry and the cases that use it. */
export function functionsPage(): string {
  const all = functionCoverage();
  const rows = all.map(({ definition, cases, file }) => {
    const { name, kind, approximated } = definition;
    const where = file === null ? '' : `[${file}](../../test/conformance/${file})`;
    return `| ${name} | ${kind} | ${cases} | ${where} | ${(approximated ?? '').replaceAll('|', '\\|')} |`;
  });
  const approximated = all.filter(({ definition }) => definition.approximated !== undefined).length;
  return `# Functions of the local Snowflake

Generated from the code by \`npm run docs\`. ${all.length} functions, ${approximated} of them approximated: the last column says how
they may differ. "Cases" is the number of conformance cases that call the function, "file" the one with most of them.
\`npm run conformance\` runs them. Table functions, SYSTEM$ functions and those with a lambda (FILTER, TRANSFORM, REDUCE)
are not in this table; any other function of an account is refused by name, with error 999001.

| function | kind | cases | file | approximated |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

/** By name. */
export function functionCoverage(): FunctionCoverage[] {
  const used = new Map<string, Map<string, number>>();
  for (const { file, cases } of readSubjects()) {
    for (const one of cases) {
      // What is no SQL has no tokens either.
      if (one.expected.kind === 'error' && one.expected.number === SYNTAX_ERROR) continue;
      for (const name of calledNames(one.sql)) {
        const files = used.get(name) ?? new Map<string, number>();
        used.set(name, files.set(file, (files.get(file) ?? 0) + 1));
      }
    }
  }
  return allFunctions().map((definition) => {
    const files = [...(used.get(definition.name) ?? [])].sort((a, b) => b[1] - a[1]);
    return {
      definition,
      cases: files.reduce((sum, [, count]) => sum + count, 0),
      file: files[0]?.[0] ?? null,
    };
  });
}

/** Names, upper case, that stand before a parenthesis, or that Snowflake lets stand without one. */
function calledNames(sql: string): Set<string> {
  const tokens = tokenize(sql);
  const names = tokens.flatMap(({ kind, value }, index) => {
    const next = tokens[index + 1];
    const called = next?.kind === 'symbol' && next.value === '(';
    return kind === 'word' && (called || /^(CURRENT_|LOCALTIME)/.test(value)) ? [value] : [];
  });
  return new Set(names);
}
