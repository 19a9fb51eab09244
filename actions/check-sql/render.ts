import type { Problem } from '../migrate/problem.ts';
import type { CheckReport } from './check-sql.ts';
import { countBySeverity, type Finding, type Severity } from './lint/finding.ts';

/** So many of each severity; a job summary holds a megabyte. */
const MOST = 200;

/** The report as Markdown, for the job summary. */
export function reportMarkdown(report: CheckReport): string {
  const { errors, warnings, dryRun, secondOpinion, findings } = report;
  const counts = countBySeverity(findings);
  const found =
    errors.length + counts.error === 0 ? 'no error' : amount(errors.length + counts.error, 'error');
  const ran =
    dryRun === null
      ? 'Not run on the local Snowflake: correct the errors first.'
      : `${dryRun.statements} statements ran from nothing on the local Snowflake in ${dryRun.seconds.toFixed(1)} s.`;
  return [
    '### Check SQL',
    '',
    `${report.statements} statements in ${report.files} files: **${found}**. ${ran}`,
    '',
    `The lint rules find ${amount(counts.error, 'error')}, ${amount(counts.warning, 'warning')} and ${amount(counts.info, 'note')}.`,
    '',
    `A second parser read ${secondOpinion.parsed} of ${secondOpinion.asked} queries and differs on the tables of ${secondOpinion.disagreements.length}.`,
    ...section('Errors', [...errors, ...ofSeverity(findings, 'error')]),
    ...section('Warnings', [...warnings, ...ofSeverity(findings, 'warning')]),
    ...section('Notes', ofSeverity(findings, 'info')),
    '',
  ].join('\n');
}

function ofSeverity(findings: readonly Finding[], wanted: Severity): Problem[] {
  return findings
    .filter(({ severity }) => severity === wanted)
    .map(({ rule, message, ...finding }) => ({ ...finding, message: `${rule}: ${message}` }));
}

function section(title: string, problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  const rest = problems.length - MOST;
  return [
    '',
    `#### ${title}`,
    '',
    // Indented code: file names and SQL come from the pull request and are no markup.
    ...problems
      .slice(0, MOST)
      .flatMap(({ file, line, column, message, remedy }) => [
        `    ${file}:${line}${column === undefined ? '' : `:${column}`}`.replaceAll('\n', ' '),
        ...`${message}\n${remedy}`.split('\n').map((text) => `      ${text}`),
      ]),
    ...(rest > 0 ? ['', `And ${rest} more.`] : []),
  ];
}

function amount(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
