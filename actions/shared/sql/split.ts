import { type Token, tokenize } from './lexer.ts';
import type { Position } from './position.ts';
import { BlockTracker, startsRoutine } from './split-blocks.ts';

/** One statement of a script: `text` from its first to its last token, without the semicolon. */
export interface SplitStatement {
  text: string;
  /** Where `text` begins in the script. */
  start: Position;
  /** Offset after the last character of `text`. */
  end: number;
}

/**
 * Cuts a script into statements at its semicolons, but not at those inside `$$` bodies, strings, comments,
 * quoted names, or BEGIN … END and DECLARE … END blocks (alone or as the body of a task, procedure, function
 * or alert). Comments between statements belong to none; those inside one stay in its text. Empty statements
 * are dropped. Throws a syntax error only for a string, `$$`, quoted name or comment that does not end.
 */
export function splitStatements(text: string): SplitStatement[] {
  const tokens = tokenize(text);
  const statements: SplitStatement[] = [];
  let index = 0;
  while (tokens[index]!.kind !== 'end') {
    const end = statementEnd(tokens, index);
    if (end > index) {
      const { start } = tokens[index]!;
      const last = tokens[end - 1]!.end;
      statements.push({ text: text.slice(start.offset, last), start, end: last });
    }
    index = tokens[end]!.kind === 'end' ? end : end + 1;
  }
  return statements;
}

/** The index of the semicolon that ends the statement, or of the end token. */
function statementEnd(tokens: Token[], first: number): number {
  const routine = startsRoutine(tokens, first);
  let blocks = BlockTracker.opens(tokens, first) ? new BlockTracker() : null;
  let depth = 0;
  for (let index = first; ; index++) {
    const token = tokens[index]!;
    if (token.kind === 'end') return index;
    if (blocks !== null) {
      if (blocks.isClosed && isSemicolon(token)) return index;
      blocks.read(tokens, index);
      continue;
    }
    if (isSemicolon(token)) return index;
    if (token.kind === 'symbol') depth += token.value === '(' ? 1 : token.value === ')' ? -1 : 0;
    // The body follows the first AS (of an alert THEN) outside parentheses.
    const opensBody = token.kind === 'word' && routine !== null && depth === 0 && token.value === routine;
    if (opensBody && BlockTracker.opens(tokens, index + 1)) blocks = new BlockTracker();
  }
}

function isSemicolon(token: Token): boolean {
  return token.kind === 'symbol' && token.value === ';';
}
