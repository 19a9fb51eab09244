import type { StatementReport } from './effects/effects.ts';
import { describeBroken } from './effects/gate.ts';
import { cell, codeBlock, markdownTable } from './markdown.ts';
import type { MigrateReport } from './migrate.ts';

type Pending = MigrateReport['pending'];

/** A summary that is too long for GitHub is not shown at all: 1 MiB. */
const MOST_STATEMENTS = 500;

/** The pending statements with what they mean: warnings, a table, a drawing of objects, and diffs. */
export function planMarkdown(pending: Pending): string[] {
  const all = pending.flatMap(({ file, effects }) => effects.map((effect) => ({ file, ...effect })));
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_STATEMENTS);
  const warned = all.filter(({ destroys, breaks }) => destroys.length > 0 || breaks.length > 0);
  const rows = shown.map(({ file, line, kind, objects }) => [`${file}:${line}`, kind, objects.join(', ')]);
  return [
    '',
    ...warned.map(
      (effect) => `- **${cell(`${effect.file}:${effect.line}`)}** ${warningsOf(effect).map(cell).join('; ')}`,
    ),
    '',
    ...markdownTable(['statement', 'kind', 'objects'], rows),
    ...(shown.length < all.length ? ['', `… and ${all.length - shown.length} statements more.`] : []),
    ...drawing(pending),
    ...shown
      .filter(({ diff }) => diff.length > 0)
      .flatMap(({ objects, diff }) => [
        '',
        `<details><summary>${cell(objects[0] ?? '')}</summary>`,
        '',
        ...codeBlock(diff, 'diff'),
        '',
        '</details>',
      ]),
  ];
}

/** What a person should know before a statement runs. */
function warningsOf({ destroys, breaks }: StatementReport): string[] {
  return [...destroys, ...breaks.map((broken) => `breaks ${describeBroken(broken)}`)];
}

const MOST_BOXES = 60;

/** Which migration changes which object, and which streams and tasks are behind it. */
function drawing(pending: Pending): string[] {
  const ids = new Map<string, string>();
  const edges = new Set<string>();
  const box = (text: string): string => {
    const id = ids.get(text) ?? `n${ids.size}`;
    ids.set(text, id);
    return id;
  };
  for (const { name, effects } of pending) {
    for (const { kind, objects, breaks } of effects) {
      if (ids.size >= MOST_BOXES) break;
      for (const object of objects) edges.add(`${box(name)} -->|${kind}| ${box(object)}`);
      for (const { stream, consumers } of breaks) {
        if (objects[0] !== undefined) edges.add(`${box(objects[0])} -.->|breaks| ${box(`STREAM ${stream}`)}`);
        for (const task of consumers) edges.add(`${box(`STREAM ${stream}`)} --> ${box(`TASK ${task}`)}`);
      }
    }
  }
  if (edges.size === 0) return [];
  const boxes = [...ids].map(([text, id]) => `  ${id}["${label(text)}"]`);
  return ['', ...codeBlock(['flowchart LR', ...boxes, ...[...edges].map((edge) => `  ${edge}`)], 'mermaid')];
}

/** Mermaid reads entities by number; everything but plain letters becomes one. */
function label(text: string): string {
  return text.replace(/[^A-Za-z0-9 ._]/gu, (character) => `#${character.codePointAt(0)};`);
}
