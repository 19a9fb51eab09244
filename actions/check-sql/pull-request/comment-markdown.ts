import { codeBlock, markdownTable } from '../../migrate/markdown.ts';
import { lineageMermaid } from '../lineage/mermaid.ts';
import { findingsMarkdown } from '../render.ts';
import type { PullRequestReport } from './report-file.ts';

type Upgrade = NonNullable<NonNullable<PullRequestReport['dryRun']>['upgrade']>;
type Profile = Upgrade['data'][number]['columns'][number]['before'];

/** The report as Markdown of at most `mostCharacters`: parts that have no room are named. */
export function reportMarkdown(report: PullRequestReport, mostCharacters: number): string {
  const upgrade = report.dryRun?.upgrade ?? null;
  const parts: [title: string, lines: string[]][] = [
    ['Plan', upgrade === null ? [] : plan(upgrade)],
    ['Schema', upgrade === null ? [] : schema(upgrade)],
    ['Data', upgrade === null ? [] : data(upgrade)],
    ['Lineage', lineage(report)],
  ];
  const end = [
    '',
    'The same on a laptop: `npm run action -- check-sql`, with `--base origin/main` for the changes; lint alone: `npm run check`.',
    '',
  ].join('\n');
  let text = `### Check SQL\n\n${findingsMarkdown(report)}`;
  const leftOut: string[] = [];
  // What is left out takes a line too.
  const room = mostCharacters - end.length - 200;
  if (text.length > room) text = `${text.slice(0, text.lastIndexOf('\n', room))}\n\n`;
  for (const [title, lines] of parts) {
    if (lines.length === 0) continue;
    const part = ['', `#### ${title}`, '', ...lines, ''].join('\n');
    if (text.length + part.length > room) leftOut.push(title);
    else text += part;
  }
  if (leftOut.length > 0)
    text += `\nNo room here for: ${leftOut.join(', ')}. The summary of the run has more.\n`;
  return text + end;
}

function plan({ applied, undone }: Upgrade): string[] {
  if (applied.length === 0) return ['Nothing is new since the previous release.'];
  return [
    ...markdownTable(
      ['Migration', 'Statements', 'Undo'],
      applied.map(({ name, statements }) => [
        name,
        String(statements),
        undone.includes(name) ? 'tried: undone and applied again' : '',
      ]),
    ),
  ];
}

function schema({ schema: changes }: Upgrade): string[] {
  if (changes.length === 0) return ['Every object stays as it is.'];
  const lines = changes.flatMap(({ object, change, diff }) => [`@@ ${change}: ${object} @@`, ...diff]);
  return details(`${changes.length} objects differ`, codeBlock(lines, 'diff'));
}

function data({ data: changes }: Upgrade): string[] {
  if (changes.length === 0) return ['With the sample data every table and view holds what it held before.'];
  return details(
    `${changes.length} tables and views hold something else`,
    markdownTable(
      ['Table or view', 'Rows', 'Column', 'Before', 'After'],
      changes.flatMap(({ object, rows, columns }) => {
        const counts =
          rows.before === rows.after ? `${rows.after}` : `${rows.before ?? '—'} → ${rows.after ?? '—'}`;
        if (columns.length === 0) return [[object, counts, '', '', '']];
        return columns.map((column, index) => [
          index === 0 ? object : '',
          index === 0 ? counts : '',
          column.name,
          profile(column.before),
          profile(column.after),
        ]);
      }),
    ),
  );
}

function profile(column: Profile): string {
  if (column === null) return '—';
  const { nulls, distinct, min, max } = column;
  const range = min === null ? [] : [min === max ? short(min) : `${short(min)} … ${short(max ?? '')}`];
  return [`${nulls} null`, ...(distinct === null ? [] : [`${distinct} different`]), ...range].join(', ');
}

function short(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function lineage({ lineage: flow }: PullRequestReport): string[] {
  const mermaid = lineageMermaid(flow);
  const columns = flow.changedColumns.map(({ column, by, from }) => [column, from.join(', '), by]);
  return [
    ...(mermaid === null
      ? []
      : details(
          'How data flows; what is changed has a thick border',
          codeBlock(mermaid.split('\n'), 'mermaid'),
        )),
    ...(columns.length === 0
      ? []
      : [
          '',
          ...details('Columns that are computed otherwise', markdownTable(['Column', 'From', 'By'], columns)),
        ]),
  ];
}

function details(title: string, lines: string[]): string[] {
  return [`<details><summary>${title}</summary>`, '', ...lines, '', '</details>'];
}
