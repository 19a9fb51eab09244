import { CONFIG_FILE } from '../../actions/check-sql/lint/config.ts';
import { IGNORE_RULES } from '../../actions/check-sql/lint/ignores.ts';
import { type Example, GROUPS, type Group, type Rule } from '../../actions/check-sql/lint/rule.ts';
import { RULES } from '../../actions/check-sql/lint/rules.ts';

/** The pages docs/lint/: how to use the rules, and one page per group with every rule and its examples. */
export function lintPages(): { file: string; text: string }[] {
  const groups = Object.entries(GROUPS) as [Group, string][];
  return [
    { file: 'docs/lint/README.md', text: overview(groups) },
    ...groups.map(([group, title]) => ({ file: `docs/lint/${group}.md`, text: page(title, rulesOf(group)) })),
  ];
}

function rulesOf(group: Group): Rule[] {
  return RULES.filter(({ id }) => id.startsWith(`${group}/`));
}

function overview(groups: [Group, string][]): string {
  const rows = groups.flatMap(([group]) =>
    rulesOf(group).map(
      ({ id, severity, finds }) => `| [${id}](${group}.md#${anchor(id)}) | ${severity} | ${cell(finds)} |`,
    ),
  );
  return `# Lint rules for migrations

Generated from the code by \`npm run docs\`. ${RULES.length} rules read the migrations as they are written, in the order in which
they run, and know what all before have made: a table that is replaced although a stream of another file is on it is
found. They need no account, no values for template variables and no network.

\`\`\`sh
npm run check                        # all migrations
npm run check -- --changed           # findings in what this branch changes
npm run check -- --changed --fix     # and what needs no decision is written
npm run check -- --watch             # again after every change
npm run check -- --help
\`\`\`

The exit code is 0 when nothing fails, 1 when something does, 2 when it could not be checked. The action
\`check-sql\` runs the same rules; its input \`fail-on\` says from which severity on findings fail it, and \`sarif\` writes them
for code scanning. [pre-commit](https://pre-commit.com) runs them before each commit that changes a migration, once
\`pre-commit install\` has been typed.

## Where a rule does not hold

A comment with a reason, at the end of the line or on a line of its own before the statement:

\`\`\`sql
-- lint: ignore tasks/no-when MERGE_FACT_SALE follows: a skipped task leaves what comes after it unrun
CREATE TASK IF NOT EXISTS SILVER.MERGE_SALES_TRANSACTION …
\`\`\`

Inside a statement such a line stands for the next line. In the head of a file it also takes away what a rule says about
the file as a whole. A comment without a reason (\`${IGNORE_RULES.reason}\`) and one that names a rule that there is not
(\`${IGNORE_RULES.unknown}\`) are errors, one that takes nothing away (\`${IGNORE_RULES.unused}\`) is a warning.

## ${CONFIG_FILE}

Beside the migrations, for all of them:

\`\`\`yaml
rules:
  naming/type-as-column: off
  tasks/no-timeout: error
  streams/short-retention:
    severity: error
    options:
      days: 15
\`\`\`

## Rules

| rule | severity | finds |
|---|---|---|
${rows.join('\n')}
`;
}

function page(title: string, rules: Rule[]): string {
  return `# ${title}

Generated from the code by \`npm run docs\`. [All rules and how to use them](README.md)

${rules.map(section).join('\n')}`;
}

function section({ id, severity, finds, why, remedy, bad, good, options }: Rule): string {
  const table =
    options === undefined
      ? ''
      : `\n| option | default | meaning |\n|---|---|---|\n${Object.entries(options)
          .map(([name, { is, means }]) => `| ${name} | ${[is].flat().join(', ')} | ${cell(means)} |`)
          .join('\n')}\n`;
  return `## ${id}

Finds ${finds}. Severity: ${severity}.

${why} ${remedy}
${table}
Found, where the arrow points:

${bad.map(code).join('\n')}
Not found:

${good.map(code).join('\n')}`;
}

function code(example: Example): string {
  const text =
    typeof example === 'string'
      ? example
      : Object.entries(example)
          .map(([file, sql]) => `-- ${file}\n${sql}`)
          .join('\n\n');
  return `\`\`\`sql\n${text}\n\`\`\`\n`;
}

function anchor(id: string): string {
  return id.replace('/', '');
}

/** Text in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '&lt;').replaceAll('_', '\\_');
}
