import type { Finding, Severity } from '../finding.ts';
import type { LintReport } from '../lint.ts';
import { RULES } from '../rules.ts';

const LEVELS: Record<Severity, 'error' | 'warning' | 'note'> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};
const UNREADABLE = 'lint/unreadable';

/**
 * The findings as SARIF 2.1.0, for code scanning. Paths are relative to the repository.
 * Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/
 */
export function formatSarif(report: LintReport): string {
  const found = new Set(report.findings.map(({ rule }) => rule));
  const rules = [
    ...RULES.filter(({ id }) => found.has(id)).map(({ id, finds, why, remedy, severity }) => ({
      id,
      shortDescription: { text: finds },
      fullDescription: { text: why },
      help: { text: remedy },
      defaultConfiguration: { level: LEVELS[severity] },
    })),
    ...[...found].filter((id) => RULES.every((rule) => rule.id !== id)).map((id) => ({ id })),
    ...(report.problems.length > 0 ? [{ id: UNREADABLE }] : []),
  ];
  const index = new Map(rules.map(({ id }, at) => [id, at]));
  const results = [
    ...report.problems.map(({ file, line, column = 1, message, remedy }) =>
      result(index, {
        rule: UNREADABLE,
        severity: 'error',
        file,
        line,
        column,
        endLine: line,
        endColumn: column,
        message,
        remedy,
        fix: [],
      }),
    ),
    ...report.findings.map((finding) => result(index, finding)),
  ];
  const run = {
    tool: { driver: { name: 'check-sql', rules } },
    columnKind: 'utf16CodeUnits',
    results,
  };
  const log = { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function result(index: ReadonlyMap<string, number>, finding: Finding) {
  const { rule, severity, file, line, column, endLine, endColumn, message, remedy } = finding;
  return {
    ruleId: rule,
    ruleIndex: index.get(rule),
    level: LEVELS[severity],
    message: { text: `${message}. ${remedy}` },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file.split('/').map(encodeURIComponent).join('/') },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
  };
}
