import type { Problem } from '../migrate/problem.ts';
import type { CheckReport } from './check-sql.ts';

/** The report as Markdown, for the job summary. */
export function reportMarkdown(report: CheckReport): string {
  const { errors, warnings, dryRun, secondOpinion } = report;
  const found = errors.length === 0 ? 'no error' : `${errors.length} error${errors.length === 1 ? '' : 's'}`;
  const ran =
    dryRun === null
      ? 'Not run on the local Snowflake: correct the errors first.'
      : `${dryRun.statements} statements ran from nothing on the local Snowflake in ${dryRun.seconds.toFixed(1)} s.`;
  return [
    '### Check SQL',
    '',
    `${report.statements} statements in ${report.files} files: **${found}**. ${ran}`,
    '',
    `A second parser read ${secondOpinion.parsed} of ${secondOpinion.asked} queries and differs on the tables of ${secondOpinion.disagreements.length}.`,
    ...section('Errors', errors),
    ...section('Warnings', warnings),
    '',
  ].join('\n');
}

function section(title: string, problems: readonly Problem[]): string[] {
  if (problems.length === 0) return [];
  return [
    '',
    `#### ${title}`,
    '',
    // Indented code: file names and SQL come from the pull request and are no markup.
    ...problems.flatMap(({ file, line, column, message, remedy }) => [
      `    ${file}:${line}${column === undefined ? '' : `:${column}`}`.replaceAll('\n', ' '),
      ...`${message}\n${remedy}`.split('\n').map((text) => `      ${text}`),
    ]),
  ];
}
