import type { Expression, Identifier, Query, Statement } from './ast.ts';
import { parseExpression } from './grammar/expression.ts';
import { parseNameParts } from './grammar/names.ts';
import { parseQuery } from './grammar/query.ts';
import { Reader } from './grammar/reader.ts';
import { parseStatementAt } from './grammar/statement.ts';

/**
 * The tree of exactly one statement, with or without a semicolon at its end. Positions count from the start
 * of `text`. Throws SnowflakeError: a syntax error that quotes what was found, or "not supported here".
 */
export function parseStatement(text: string): Statement {
  return parseWhole(text, parseStatementAt);
}

/** All statements of a text, each ended by a semicolon but for the last. */
export function parseScript(text: string): Statement[] {
  const r = new Reader(text);
  const statements: Statement[] = [];
  for (;;) {
    while (r.skipSymbol(';'));
    if (r.atEnd) return statements;
    r.binds = 0;
    statements.push(parseStatementAt(r));
    if (!r.atEnd) r.expectSymbol(';');
  }
}

/** The tree of one scalar expression. */
export function parseExpressionText(text: string): Expression {
  return parseWhole(text, parseExpression);
}

/** The tree of one query, such as the text of a view. */
export function parseQueryText(text: string): Query {
  return parseWhole(text, parseQuery);
}

/** The parts of a dotted name, as in the argument of IDENTIFIER('a."B".c'). */
export function parseObjectName(text: string): Identifier[] {
  return parseWhole(text, parseNameParts);
}

function parseWhole<T>(text: string, rule: (r: Reader) => T): T {
  const r = new Reader(text);
  const tree = rule(r);
  r.expectEnd();
  return tree;
}
