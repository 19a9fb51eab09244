import { randomUUID } from 'node:crypto';
import type { Identifier } from '../ast.ts';
import { type Token, tokenize } from '../lexer.ts';
import type { Node, Position } from '../position.ts';
import { notSupportedHere, type SnowflakeError, syntaxError } from '../snowflake-error.ts';
import { reserved } from './keywords.ts';

/** Deeper nesting is refused, long before the stack of this process ends. */
const deepest = 256;

/** Begins a string that is the name of a block's variable. Made anew in each process: no literal can be one. */
export const blockVariableMark = `\0${randomUUID()}\0`;

/** Reads one text's tokens from left to right; each grammar file takes what it knows and stops at the rest. */
export class Reader {
  readonly text: string;
  /** The token that is read next. */
  token: Token;
  /** The next select is a scripting statement, which may have INTO. */
  intoAllowed = false;
  /** What is read stands in a block: `:name` may stand for a string. */
  inBlock = false;
  /** How many `?` were read. */
  binds = 0;
  /** `SELECT … INTO` variables, set by the select that has them and taken by the scripting statement. */
  selectInto: Identifier[] | null = null;
  private readonly tokens: Token[];
  private index = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.tokens = tokenize(text);
    this.token = this.tokens[0]!;
  }

  /** The token `ahead` places after the next one; the end token beyond the end. */
  peek(ahead: number): Token {
    return this.tokens[Math.min(this.index + ahead, this.tokens.length - 1)]!;
  }

  /** Takes the next token. */
  take(): Token {
    const token = this.token;
    if (token.kind !== 'end') this.token = this.tokens[++this.index]!;
    return token;
  }

  isWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.value === word;
  }

  isSymbol(symbol: string): boolean {
    return this.token.kind === 'symbol' && this.token.value === symbol;
  }

  /** Whether the next tokens are these words, e.g. `isWords('PRIMARY', 'KEY')`. */
  isWords(...words: string[]): boolean {
    return words.every((word, ahead) => {
      const token = this.peek(ahead);
      return token.kind === 'word' && token.value === word;
    });
  }

  /** Whether the token `ahead` is this word or symbol, unquoted. */
  follows(ahead: number, value: string): boolean {
    const token = this.peek(ahead);
    return token.value === value && (token.kind === 'word' || token.kind === 'symbol');
  }

  /** Takes the words if they all come next. */
  skipWords(...words: string[]): boolean {
    if (!this.isWords(...words)) return false;
    for (let count = words.length; count > 0; count--) this.take();
    return true;
  }

  skipSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.take();
    return true;
  }

  expectWords(...words: string[]): void {
    for (const word of words) if (!this.skipWords(word)) throw this.unexpected();
  }

  expectSymbol(symbol: string): void {
    if (!this.skipSymbol(symbol)) throw this.unexpected();
  }

  /** Also the variable of a block in place of it: see `skipBlockVariable`. */
  expectString(): string {
    const variable = this.skipBlockVariable();
    if (variable !== null) return variable;
    if (this.token.kind !== 'string') throw this.unexpected();
    return this.take().value;
  }

  /**
   * `:name` within a block, where a statement otherwise has a string: taken as the mark and its name, for which the engine puts in the
   * variable's value. https://docs.snowflake.com/en/developer-guide/stored-procedure/stored-procedures-snowflake-scripting
   */
  skipBlockVariable(): string | null {
    const next = this.peek(1);
    const isName = next.kind === 'word' || next.kind === 'quoted';
    if (!this.inBlock || !this.isSymbol(':') || !isName || next.start.offset !== this.token.end) return null;
    this.take();
    return `${blockVariableMark}${this.anyWord().name}`;
  }

  /** A whole number, with an optional minus. */
  expectInteger(): number {
    const sign = this.skipSymbol('-') ? -1 : 1;
    if (this.token.kind !== 'number' || !/^\d+$/.test(this.token.value)) throw this.unexpected();
    return sign * Number(this.take().value);
  }

  /** A name; reserved words are refused. */
  identifier(): Identifier {
    const { kind, value } = this.token;
    if (kind !== 'quoted' && (kind !== 'word' || reserved.has(value))) throw this.unexpected();
    return this.anyWord();
  }

  /** A name where no keyword can stand, so that every word is one. */
  anyWord(): Identifier {
    if (this.token.kind !== 'word' && this.token.kind !== 'quoted') throw this.unexpected();
    const token = this.take();
    return { name: token.value, quoted: token.kind === 'quoted', start: token.start, end: token.end };
  }

  /** Items between commas. */
  list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.skipSymbol(',')) items.push(item());
    return items;
  }

  /** `( item, … )` */
  parenthesized<T>(item: () => T): T[] {
    this.expectSymbol('(');
    const items = this.list(item);
    this.expectSymbol(')');
    return items;
  }

  /** Runs a rule that can contain itself. */
  nested<T>(rule: () => T): T {
    if (this.depth === deepest)
      throw notSupportedHere(`nesting of more than ${deepest} levels`, this.token.start);
    this.depth++;
    const result = rule();
    this.depth--;
    return result;
  }

  get atEnd(): boolean {
    return this.token.kind === 'end';
  }

  /** Where the last taken token ended. */
  get lastEnd(): number {
    return this.index === 0 ? 0 : this.tokens[this.index - 1]!.end;
  }

  /** The range from `start` to the last taken token. */
  range(start: Position): Node {
    return { start, end: this.lastEnd };
  }

  /** The text from `start` to the last taken token. */
  slice(start: Position): string {
    return this.text.slice(start.offset, this.lastEnd);
  }

  /** The next token as written. */
  get written(): string {
    return this.text.slice(this.token.start.offset, this.token.end);
  }

  /** The error for a next token that has no place here. */
  unexpected(token: Token = this.token): SnowflakeError {
    const found = token.kind === 'end' ? '<EOF>' : this.text.slice(token.start.offset, token.end);
    return syntaxError(`unexpected '${found.length > 60 ? `${found.slice(0, 60)}…` : found}'.`, token.start);
  }

  /** The same error for a node that is read already. */
  unexpectedAt(node: Node): SnowflakeError {
    return syntaxError(`unexpected '${this.text.slice(node.start.offset, node.end)}'.`, node.start);
  }

  /** Nothing but one `;` may be left. */
  expectEnd(): void {
    this.skipSymbol(';');
    if (this.token.kind !== 'end') throw this.unexpected();
  }
}
