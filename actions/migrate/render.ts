import type { MigrateReport } from './migrate.ts';

/** The report in one line, for the log. */
export function reportLine(report: MigrateReport): string {
  const { mode, database, applied, pending, alreadyApplied, failed } = report;
  if (failed !== null)
    return `failed at ${failed.file}:${failed.line}: ${applied.length} migrations applied to ${database}, ${pending.length} not`;
  switch (mode) {
    case 'plan':
      return `${pending.length} of ${pending.length + alreadyApplied} migrations would run on ${database}`;
    case 'verify':
      return `all ${alreadyApplied} migrations are applied to ${database} as they are in the repository`;
    case 'baseline':
      return `${applied.length} migrations taken as applied to ${database}`;
    case 'apply':
      return applied.length === 0
        ? `nothing to do: ${database} has all ${alreadyApplied} migrations`
        : `${applied.length} migrations applied to ${database}`;
  }
}

/** The report as Markdown, for the job summary. */
export function reportMarkdown(report: MigrateReport): string {
  const { mode, applied, pending, failed } = report;
  const rows = [
    ...applied.map(({ file, why, statements, seconds }) => [
      file,
      mode === 'baseline' ? 'taken as applied' : 'applied',
      why,
      `${statements} in ${seconds.toFixed(2)} s`,
    ]),
    ...pending.map(({ file, why, statements, from }) => [
      file,
      failed?.file === file ? `**failed** at line ${failed.line}` : 'pending',
      why,
      from === 1 ? `${statements}` : `${from} to ${statements}`,
    ]),
  ];
  const table = [
    '| migration | state | why | statements |',
    '|---|---|---|---|',
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ];
  return [
    `### Migrate: ${mode}`,
    '',
    `${cell(reportLine(report))}.`,
    ...(rows.length === 0 ? [] : ['', ...table]),
    ...(failed === null ? [] : ['', ...failed.error.split('\n').map((line) => `    ${line}`)]),
    '',
  ].join('\n');
}

/** File names come from the repository: nothing of them is markup. */
function cell(text: string): string {
  return text.replace(/[\\`|<>[\]_]/g, '\\$&').replaceAll('\\*', '*');
}
