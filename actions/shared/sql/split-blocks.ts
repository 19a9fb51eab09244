import type { Token } from './lexer.ts';

/** What a word opened and END closes. `CASE` is an expression, `BRANCH` the statement CASE. */
type Opener = 'BLOCK' | 'DECLARE' | 'IF' | 'FOR' | 'WHILE' | 'LOOP' | 'REPEAT' | 'CASE' | 'BRANCH';

const transactionWords = new Set(['TRANSACTION', 'WORK', 'NAME']);
const loops = new Set(['IF', 'FOR', 'WHILE', 'LOOP', 'REPEAT']);

/**
 * Follows the nesting of one Snowflake Scripting block, token by token, without parsing it: an IF is a branch
 * only where a statement can begin (not in DROP TABLE IF EXISTS), and END is a word like any other elsewhere.
 */
export class BlockTracker {
  private readonly open: Opener[] = [];
  private begun = false;
  /** The next token is the first of a statement. */
  private atStart = true;

  /** Whether a block (not a transaction) begins at the token. */
  static opens(tokens: Token[], index: number): boolean {
    const token = tokens[index]!;
    if (token.kind !== 'word') return false;
    if (token.value === 'DECLARE') return true;
    const next = tokens[index + 1]!;
    if (token.value !== 'BEGIN' || next.kind === 'end') return false;
    if (next.kind === 'symbol') return next.value !== ';';
    return next.kind !== 'word' || !transactionWords.has(next.value) || tokens[index + 2]!.value === ':=';
  }

  get isClosed(): boolean {
    return this.begun && this.open.length === 0;
  }

  /** Takes the token at the index into account. */
  read(tokens: Token[], index: number): void {
    const { kind, value } = tokens[index]!;
    const first = this.atStart;
    this.atStart = false;
    if (kind === 'symbol') this.atStart = value === ';';
    if (kind !== 'word' || follows(tokens, index, '.')) return;
    const top = this.open.at(-1);
    if (value === 'END') this.close(tokens, index, first, top);
    else if (value === 'CASE' && !afterEnd(tokens, index)) this.push(first ? 'BRANCH' : 'CASE');
    else if (value === 'BEGIN' && top === 'DECLARE' && first) {
      this.open[this.open.length - 1] = 'BLOCK';
      this.atStart = true;
    } else if (first && (value === 'BEGIN' || value === 'DECLARE') && BlockTracker.opens(tokens, index)) {
      this.push(value === 'BEGIN' ? 'BLOCK' : 'DECLARE');
      this.atStart = true;
    } else if (first && loops.has(value)) {
      this.push(value as Opener);
      this.atStart = value === 'LOOP' || value === 'REPEAT';
    } else this.atStart = beginsBody(value, top);
  }

  private push(opener: Opener): void {
    this.begun = true;
    this.open.push(opener);
  }

  private close(tokens: Token[], index: number, first: boolean, top: Opener | undefined): void {
    if (top === 'CASE') this.open.pop();
    else if (first || (top === 'REPEAT' && tokens[index + 1]!.value === 'REPEAT')) this.open.pop();
  }
}

/** Words after which a statement begins, in the construct that is open. */
function beginsBody(word: string, top: Opener | undefined): boolean {
  switch (word) {
    case 'THEN':
      return top !== 'CASE';
    case 'ELSE':
      return top === 'IF' || top === 'BRANCH';
    case 'DO':
    case 'LOOP':
      return top === 'FOR' || top === 'WHILE';
    case 'EXCEPTION':
      return false;
    default:
      return false;
  }
}

function follows(tokens: Token[], index: number, symbol: string): boolean {
  const before = tokens[index - 1];
  return before !== undefined && before.kind === 'symbol' && before.value === symbol;
}

/** `END CASE`, `END IF`, …: the word only says what ends. */
function afterEnd(tokens: Token[], index: number): boolean {
  const before = tokens[index - 1];
  return before !== undefined && before.kind === 'word' && before.value === 'END';
}

const routineTypes: Record<string, string> = { TASK: 'AS', PROCEDURE: 'AS', FUNCTION: 'AS', ALERT: 'THEN' };
const modifiers = new Set([
  'OR',
  'REPLACE',
  'ALTER',
  'TEMPORARY',
  'TEMP',
  'VOLATILE',
  'SECURE',
  'AGGREGATE',
  'MODIFY',
]);

/** The word before the body, if the statement at the token makes or changes something that has one. */
export function startsRoutine(tokens: Token[], first: number): string | null {
  const verb = tokens[first]!;
  if (verb.kind !== 'word') return null;
  // An anonymous procedure: WITH name AS PROCEDURE () … AS BEGIN … END CALL name()
  if (verb.value === 'WITH') return tokens[first + 3]?.value === 'PROCEDURE' ? 'AS' : null;
  if (verb.value !== 'CREATE' && verb.value !== 'ALTER') return null;
  let index = first + 1;
  while (tokens[index]!.kind === 'word' && modifiers.has(tokens[index]!.value)) index++;
  return tokens[index]!.kind === 'word' ? (routineTypes[tokens[index]!.value] ?? null) : null;
}
