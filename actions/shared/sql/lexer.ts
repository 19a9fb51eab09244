import type { Position } from './position.ts';
import { syntaxError } from './snowflake-error.ts';
import { resolveEscapes } from './string-escapes.ts';

/**
 * `word`: unquoted name or keyword, `value` in upper case. `quoted`: "name", `value` without quotes.
 * `string`: '…' or $$…$$, `value` with escapes resolved. `number`: as written. `variable`: `$name` or `$1`,
 * `value` without the dollar, upper case. `stage`: `@…` with its path, `value` as written. `file`: `file://…`
 * as written. `symbol`: operator or punctuation (an unknown character too). `end`: after the last token.
 */
type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'stage' | 'file' | 'symbol' | 'end';

export interface Token {
  kind: TokenKind;
  value: string;
  start: Position;
  /** Offset after the last character. */
  end: number;
}

/**
 * Tokens of Snowflake SQL, with a last one of kind `end`. Linear in the text. Comments are `--` and `//` to
 * the end of the line and C-style blocks, which do not nest in Snowflake. Throws a syntax error only for a
 * string, quoted name, `$$` or block comment that does not end.
 */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const length = text.length;
  let offset = 0;
  let line = 1;
  let lineStart = 0;
  let previous: Token | undefined;

  const here = (): Position => ({ offset, line, column: offset - lineStart });
  const countLines = (from: number, to: number): void => {
    // Not indexOf, which would look through the whole rest of a text that is one long line.
    for (let at = from; at < to; at++)
      if (text.charCodeAt(at) === NEWLINE) {
        line++;
        lineStart = at + 1;
      }
  };
  const push = (kind: TokenKind, value: string, start: Position, end: number): void => {
    previous = { kind, value, start, end };
    tokens.push(previous);
    offset = end;
  };

  while (offset < length) {
    const code = text.charCodeAt(offset);
    if (code === NEWLINE) {
      offset++;
      line++;
      lineStart = offset;
      continue;
    }
    if (isSpace(code)) {
      offset++;
      continue;
    }
    const next = text.charCodeAt(offset + 1);
    if ((code === DASH && next === DASH) || (code === SLASH && next === SLASH)) {
      const end = text.indexOf('\n', offset);
      offset = end === -1 ? length : end;
      continue;
    }
    if (code === SLASH && next === STAR) {
      const end = text.indexOf('*/', offset + 2);
      if (end === -1) throw syntaxError('unterminated comment.', here());
      countLines(offset, end);
      offset = end + 2;
      continue;
    }
    const start = here();
    if (isWordStart(code)) {
      const end = wordEnd(text, offset + 1);
      const word = text.slice(offset, end);
      if (opensLocalFile(previous, word, text, end)) {
        const stop = barePathEnd(text, end, false);
        push('file', text.slice(offset, stop), start, stop);
      } else push('word', word.toUpperCase(), start, end);
    } else if (code === QUOTE) {
      const end = stringEnd(text, offset);
      if (end === -1) throw syntaxError('unterminated string.', start);
      countLines(offset, end);
      push('string', resolveEscapes(text, offset + 1, end - 1), start, end);
    } else if (code === DOUBLE_QUOTE) {
      const end = quotedNameEnd(text, offset);
      if (end === -1) throw syntaxError('unterminated quoted identifier.', start);
      countLines(offset, end);
      push('quoted', text.slice(offset + 1, end - 1).replaceAll('""', '"'), start, end);
    } else if (isDigit(code) || (code === DOT && isDigit(next) && !endsName(previous, offset))) {
      const end = numberEnd(text, offset);
      push('number', text.slice(offset, end), start, end);
    } else if (code === DOLLAR && next === DOLLAR) {
      const end = text.indexOf('$$', offset + 2);
      if (end === -1) throw syntaxError('unterminated $$ string.', start);
      countLines(offset, end);
      push('string', text.slice(offset + 2, end), start, end + 2);
    } else if (code === DOLLAR && (isWordStart(next) || isDigit(next))) {
      const end = wordEnd(text, offset + 1);
      push('variable', text.slice(offset + 1, end).toUpperCase(), start, end);
    } else if (code === AT) {
      const end = barePathEnd(text, offset + 1, true);
      push('stage', text.slice(offset, end), start, end);
    } else {
      const end = offset + symbolLength(text, offset, code, next);
      push('symbol', text.slice(offset, end), start, end);
    }
  }
  tokens.push({ kind: 'end', value: '', start: here(), end: length });
  return tokens;
}

const NEWLINE = 10;
const DOUBLE_QUOTE = 34;
const DOLLAR = 36;
const QUOTE = 39;
const STAR = 42;
const DASH = 45;
const DOT = 46;
const SLASH = 47;
const AT = 64;
const BACKSLASH = 92;
const UNDERSCORE = 95;
const NO_BREAK_SPACE = 0xa0;
const BYTE_ORDER_MARK = 0xfeff;

function isSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === BYTE_ORDER_MARK;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Letters of any alphabet count: https://docs.snowflake.com/en/sql-reference/identifiers-syntax */
function isWordStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    code === UNDERSCORE ||
    (code > NO_BREAK_SPACE && code !== BYTE_ORDER_MARK && !(code >= 0x2000 && code <= 0x206f))
  );
}

function wordEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); isWordStart(code) || isDigit(code) || code === DOLLAR; )
    code = text.charCodeAt(++at);
  return at;
}

function numberEnd(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  if (text.charCodeAt(at) === DOT) {
    at++;
    while (isDigit(text.charCodeAt(at))) at++;
  }
  const exponent = text.charCodeAt(at);
  if (exponent !== 101 && exponent !== 69) return at;
  const sign = text.charCodeAt(at + 1);
  let digits = sign === DASH || sign === 43 ? at + 2 : at + 1;
  if (!isDigit(text.charCodeAt(digits))) return at;
  while (isDigit(text.charCodeAt(digits))) digits++;
  return digits;
}

/** After the closing quote, or -1. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at++;
    else if (code === QUOTE) {
      if (text.charCodeAt(at + 1) !== QUOTE) return at + 1;
      at++;
    }
  }
  return -1;
}

function quotedNameEnd(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 2))
    if (text.charCodeAt(at + 1) !== DOUBLE_QUOTE) return at + 1;
  return -1;
}

/** `.5` after a name is the dot of the name. */
function endsName(previous: Token | undefined, offset: number): boolean {
  return (
    previous !== undefined &&
    previous.end === offset &&
    (previous.kind === 'word' ||
      previous.kind === 'quoted' ||
      previous.value === ')' ||
      previous.value === ']')
  );
}

/** A path runs to the next space, comma, semicolon or parenthesis; stage names in it may be quoted. */
function barePathEnd(text: string, from: number, stage: boolean): number {
  let at = from;
  let name = stage;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isSpace(code) || code === 59 || (stage && (code === 40 || code === 41 || code === 44))) break;
    if (code === SLASH) name = false;
    if (name && code === DOUBLE_QUOTE) {
      const end = quotedNameEnd(text, at);
      if (end === -1) break;
      at = end - 1;
    } else if (code === QUOTE) break;
  }
  return at;
}

/** `file://` is a path only where PUT and GET have one; elsewhere `//` starts a comment. */
function opensLocalFile(previous: Token | undefined, word: string, text: string, end: number): boolean {
  return (
    text.charCodeAt(end) === 58 &&
    text.startsWith('://', end) &&
    word.toLowerCase() === 'file' &&
    previous !== undefined &&
    (previous.kind === 'stage' ||
      previous.kind === 'string' ||
      (previous.kind === 'word' && previous.value === 'PUT'))
  );
}

const pairs = new Set(['::', ':=', '=>', '->', '||', '!=', '<>', '<=', '>=', '**']);

function symbolLength(text: string, offset: number, code: number, next: number): number {
  if (code === DASH && text.startsWith('->>', offset)) return 3;
  // Only these may start a symbol of two characters: ! * - : < = > |
  if (
    code === 33 ||
    code === STAR ||
    code === DASH ||
    code === 58 ||
    (code >= 60 && code <= 62) ||
    code === 124
  )
    return !Number.isNaN(next) && pairs.has(text.slice(offset, offset + 2)) ? 2 : 1;
  return 1;
}
