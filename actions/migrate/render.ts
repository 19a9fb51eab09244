import { infoTable } from './info.ts';
import { cell, markdownTable } from './markdown.ts';
import type { MigrateReport } from './migrate.ts';
import { planMarkdown } from './render-plan.ts';

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
    case 'import':
      return `${applied.length} migrations taken as applied to ${database}`;
    case 'undo':
      return `${applied.length} migrations undone on ${database}`;
    case 'repair':
      return `the history of ${database} is repaired`;
    case 'info':
      return `${alreadyApplied} migrations are applied to ${database}, ${pending.length} would run`;
    case 'apply':
      return applied.length === 0
        ? `nothing to do: ${database} has all ${alreadyApplied} migrations`
        : `${applied.length} migrations applied to ${database}`;
  }
}

const DONE: Partial<Record<MigrateReport['mode'], string>> = {
  baseline: 'taken as applied',
  import: 'taken as applied',
  undo: 'run',
};

/** The report as Markdown, for the job summary. */
export function reportMarkdown(report: MigrateReport): string {
  const { mode, applied, pending, failed } = report;
  if (report.info !== null) {
    const [head = [], ...lines] = infoTable(report.info);
    return [`### Migrate: ${mode}`, '', ...markdownTable(head, lines), ''].join('\n');
  }
  const rows = [
    ...applied.map(({ file, why, statements, seconds }) => [
      file,
      DONE[mode] ?? 'applied',
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
  const table = markdownTable(['migration', 'state', 'why', 'statements'], rows);
  return [
    `### Migrate: ${mode}`,
    '',
    `${cell(reportLine(report))}.`,
    ...(rows.length === 0 ? [] : ['', ...table]),
    ...planMarkdown(pending),
    ...(failed === null ? [] : ['', ...failed.error.split('\n').map((line) => `    ${line}`)]),
    '',
  ].join('\n');
}
