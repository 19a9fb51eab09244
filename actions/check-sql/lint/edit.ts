import type { Edit } from './finding.ts';
import type { LintStatement } from './sources.ts';

/** Text to put where a node or a clause of the statement begins or ends. */
export function insertion(statement: LintStatement, at: number, text: string): Edit {
  return replacement(statement, at, at, text);
}

/** Text instead of a range of the statement, whose offsets count from its start. */
export function replacement(statement: LintStatement, start: number, end: number, text: string): Edit {
  return { start: statement.offset + start, end: statement.offset + end, text };
}
