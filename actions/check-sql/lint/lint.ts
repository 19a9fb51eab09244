import type { Problem } from '../../migrate/problem.ts';
import type { Node } from '../../shared/sql/position.ts';
import { DEFAULT_CONFIG, type LintConfig } from './default-config.ts';
import { compareFindings, type Finding } from './finding.ts';
import { applyStatement } from './history/apply.ts';
import { emptyState } from './history/state.ts';
import { applyIgnores } from './ignores.ts';
import { withVariables } from './placeholders.ts';
import type { Lint, Rule } from './rule.ts';
import { RULES } from './rules.ts';
import { type LintFile, type LintStatement, readLintFiles } from './sources.ts';

export interface LintReport {
  files: number;
  statements: number;
  findings: Finding[];
  /** Files and statements that cannot be read, numbers that are wrong. */
  problems: Problem[];
}

export interface LintOptions {
  config?: LintConfig;
  allowGaps?: boolean;
}

/**
 * Lints the migrations of a directory as they are written, each statement with what all before it have made.
 * @throws UserError when there is none
 */
export function lintDirectory(directory: string, options: LintOptions = {}): LintReport {
  const { files, problems } = readLintFiles(directory, options);
  return {
    files: files.length,
    statements: files.reduce((sum, { statements }) => sum + statements.length, 0),
    findings: lintFiles(files, options.config),
    problems,
  };
}

/** What the rules that are on find in these files, which are in the order in which they run. */
export function lintFiles(
  files: readonly LintFile[],
  config: LintConfig = DEFAULT_CONFIG,
  rules: readonly Rule[] = RULES,
): Finding[] {
  const findings: Finding[] = [];
  const wholeFile = new Set<Finding>();
  const state = emptyState();
  const active = rules.flatMap((rule) => {
    const { severity = rule.severity, options = {} } = config.rules[rule.id] ?? {};
    if (severity === 'off') return [];
    const common = { rule: rule.id, severity, remedy: rule.remedy };
    const optionOf = (name: string) => options[name] ?? rule.options?.[name]?.is;
    const lint: Lint = {
      files,
      state,
      report: (statement, node, message, fix = []) => {
        findings.push({ ...common, ...placeOf(statement, node), message: withVariables(message), fix });
      },
      reportFile: ({ file }, message) => {
        const place = { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
        const finding: Finding = { ...common, ...place, message, fix: [] };
        wholeFile.add(finding);
        findings.push(finding);
      },
      number: (name) => Number(optionOf(name)),
      names: (name) => [optionOf(name) ?? []].flat().map((item) => String(item).toUpperCase()),
    };
    return [{ rule, lint }];
  });
  const [fileRules, statementRules, endRules] = [
    active.filter(({ rule }) => rule.file !== undefined),
    active.filter(({ rule }) => rule.statement !== undefined),
    active.filter(({ rule }) => rule.end !== undefined),
  ];
  for (const file of files) {
    // Each migration begins in a session of its own.
    state.currentSchema = 'PUBLIC';
    for (const { rule, lint } of fileRules) rule.file?.(file, lint);
    for (const statement of file.statements) {
      for (const { rule, lint } of statementRules) rule.statement?.(statement, lint);
      applyStatement(state, statement);
    }
  }
  for (const { rule, lint } of endRules) rule.end?.(lint);
  const byFile = Map.groupBy(findings, ({ file }) => file);
  const known = { rules: new Set<string>(RULES.map(({ id }) => id)), wholeFile };
  return files
    .flatMap((file) => applyIgnores(file, byFile.get(file.file) ?? [], known))
    .sort(compareFindings);
}

function placeOf(
  statement: LintStatement,
  node: Node,
): Pick<Finding, 'file' | 'line' | 'column' | 'endLine' | 'endColumn'> {
  const { line, column } = node.start;
  const text = statement.text.slice(node.start.offset, node.end);
  const lines = text.split('\n');
  const startColumn = line === 1 ? statement.column + column : column + 1;
  // An annotation of a whole statement is one of its first line.
  const isLong = lines.length > 1;
  return {
    file: statement.file.file,
    line: statement.line + line - 1,
    column: startColumn,
    endLine: statement.line + line - 1,
    endColumn: startColumn + (isLong ? (lines[0]?.length ?? 0) : text.length),
  };
}
