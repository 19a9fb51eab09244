import type { Problem } from '../migrate/problem.ts';
import type { Severity } from './lint/finding.ts';
import type { PullRequestReport } from './pull-request/report-file.ts';

/** What was found, as Markdown: counts, the dry-run, and every error, warning and note of the report. */
export function findingsMarkdown(report: PullRequestReport): string {
  const { errors, warnings, dryRun, secondOpinion, findings, counts } = report;
  const found = counts.error === 0 ? 'no error' : amount(counts.error, 'error');
  const ran =
    dryRun === null
      ? 'Not run on the local Snowflake: correct the errors first.'
      : `${dryRun.statements} statements ran from nothing on the local Snowflake in ${dryRun.seconds.toFixed(1)} s.${withData(dryRun)}`;
  const lint = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const shown = errors.length + warnings.length + findings.length;
  const rest = counts.error + counts.warning + counts.info - shown;
  return [
    `${report.statements} statements in ${report.files} files: **${found}**. ${ran}`,
    '',
    `The lint rules find ${amount(lint('error'), 'error')}, ${amount(lint('warning'), 'warning')} and ${amount(lint('info'), 'note')}.`,
    '',
    `A second parser read ${secondOpinion.parsed} of ${secondOpinion.asked} queries and differs on the tables of ${warnings.length}.`,
    ...section('Errors', [...errors, ...ofSeverity(findings, 'error')]),
    ...section('Warnings', [...warnings, ...ofSeverity(findings, 'warning')]),
    ...section('Notes', ofSeverity(findings, 'info')),
    ...(rest > 0 ? ['', `And ${rest} more.`] : []),
    '',
  ].join('\n');
}

function withData({ sampleFiles, tests }: NonNullable<PullRequestReport['dryRun']>): string {
  const data = sampleFiles === 0 ? '' : ` ${amount(sampleFiles, 'file')} of sample data went through.`;
  const all = tests.passed + tests.failed;
  return all === 0 ? data : `${data} ${tests.passed} of ${amount(all, 'data test')} passed.`;
}

function ofSeverity(findings: PullRequestReport['findings'], wanted: Severity): Problem[] {
  return findings
    .filter(({ severity }) => severity === wanted)
    .map(({ rule, message, ...finding }) => ({ ...finding, message: `${rule}: ${message}` }));
}

type Shown = Pick<Problem, 'file' | 'line' | 'message' | 'remedy'> & { column?: number | undefined };

function section(title: string, problems: readonly Shown[]): string[] {
  if (problems.length === 0) return [];
  return [
    '',
    `#### ${title}`,
    '',
    // Indented code: file names and SQL come from the pull request and are no markup.
    ...problems.flatMap(({ file, line, column, message, remedy }) => [
      `    ${file}:${line}${column === undefined ? '' : `:${column}`}`.replace(/[\r\n]/g, ' '),
      ...`${message}\n${remedy}`.split(/\r\n?|\n/).map((text) => `      ${text}`),
    ]),
  ];
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
