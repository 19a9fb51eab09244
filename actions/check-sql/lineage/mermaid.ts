import type { Lineage, LineageKind } from './lineage.ts';

/** GitHub draws no more than 500 edges of a graph, and few readers follow so many. */
const MOST_EDGES = 150;

const SHAPES: Record<LineageKind, [open: string, close: string]> = {
  stage: ['[/', '/]'],
  pipe: ['>', ']'],
  table: ['[(', ')]'],
  stream: ['([', '])'],
  task: ['{{', '}}'],
  view: ['[', ']'],
};

/**
 * The graph as Mermaid: names are quoted and nothing in them is markup. When it is too large, only what is changed and
 * what is next to it; null when there is nothing to draw.
 */
export function lineageMermaid({ nodes, edges }: Lineage): string | null {
  const changed = new Set(nodes.filter(({ isChanged }) => isChanged).map(({ name }) => name));
  const near =
    edges.length <= MOST_EDGES ? edges : edges.filter(({ from, to }) => changed.has(from) || changed.has(to));
  const drawn = near.slice(0, MOST_EDGES);
  const named = new Set(drawn.flatMap(({ from, to }) => [from, to]));
  const shown = nodes.filter(({ name }) => named.has(name));
  if (shown.length === 0) return null;
  const ids = new Map(shown.map(({ name }, index) => [name, `n${index}`]));
  return [
    'flowchart LR',
    ...shown.map(
      ({ name, kind }) => `  ${ids.get(name)}${SHAPES[kind][0]}"${label(name)}"${SHAPES[kind][1]}`,
    ),
    ...drawn.map(({ from, to }) => `  ${ids.get(from)} --> ${ids.get(to)}`),
    ...(changed.size === 0 ? [] : ['  classDef changed stroke-width:4px']),
    ...shown.filter(({ name }) => changed.has(name)).map(({ name }) => `  class ${ids.get(name)} changed`),
  ].join('\n');
}

/** Mermaid's entities, `#code;`: of everything but letters, digits, underscore, dot, dollar and space. */
function label(name: string): string {
  const short = name.length > 100 ? `${name.slice(0, 100)}…` : name;
  return short.replace(/[^\p{L}\p{N}_.$ …]/gu, (character) => `#${character.codePointAt(0)};`);
}
