import { countBySeverity } from '../finding.ts';
import type { LintReport } from '../lint.ts';

/** The findings for a terminal: place, severity, rule, what is wrong and what to do; then the sum. */
export function formatText(report: LintReport): string {
  const lines = report.problems.map(
    ({ file, line, column, message, remedy }) =>
      `${file}:${line}${column === undefined ? '' : `:${column}`} error: ${message}\n    ${remedy}`,
  );
  for (const { file, line, column, severity, rule, message, remedy, fix } of report.findings) {
    const fixable = fix.length > 0 ? ' (--fix does it)' : '';
    lines.push(`${file}:${line}:${column} ${severity} ${rule}: ${message}\n    ${remedy}${fixable}`);
  }
  return [...lines, summaryLine(report), ''].join('\n');
}

/** Such as `12 statements in 3 files: 1 error, 2 warnings`. */
export function summaryLine({ files, statements, findings, problems }: LintReport): string {
  const { error, warning, info } = countBySeverity(findings);
  const counts = [
    amount(error + problems.length, 'error'),
    amount(warning, 'warning'),
    info > 0 ? `${info} info` : '',
  ].filter(Boolean);
  return `${amount(statements, 'statement') || '0 statements'} in ${amount(files, 'file')}: ${counts.join(', ') || 'nothing found'}`;
}

function amount(count: number, what: string): string {
  return count === 0 ? '' : `${count} ${what}${count === 1 ? '' : 's'}`;
}
