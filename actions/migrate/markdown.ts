/** The lines of a table; its first row is the head. */
export function markdownTable(head: string[], rows: string[][]): string[] {
  return [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map(
    (row) => `| ${row.join(' | ')} |`,
  );
}

/** Text that comes from files, names or the database: nothing of it is markup, and it is one line. */
export function cell(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[&<>]/g, (character) => ENTITIES[character]!)
    .replace(/[\\`|[\]_~#!@]/g, '\\$&');
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A block of code that nothing in it can end. */
export function codeBlock(lines: readonly string[], language: string): string[] {
  const longest = Math.max(
    2,
    ...lines.flatMap((line) => [...line.matchAll(/`+/g)].map(([ticks]) => ticks.length)),
  );
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...lines, fence];
}
