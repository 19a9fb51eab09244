import type {
  Expression,
  Identifier,
  Query,
  ScriptStatement,
  StageLocation,
  Statement,
  TypeName,
} from './ast.ts';
import { parseType } from './grammar/data-types.ts';
import { parseExpression } from './grammar/expression.ts';
import { parseNameParts } from './grammar/names.ts';
import { parseQuery } from './grammar/query.ts';
import { Reader } from './grammar/reader.ts';
import { parseScriptStatement } from './grammar/script-statement.ts';
import { parseStageLocation } from './grammar/stage-location.ts';
import { parseStatementAt } from './grammar/statement.ts';

/**
 * The tree of exactly one statement, with or without a semicolon at its end. Positions count from the start
 * of `text`. Throws SnowflakeError: a syntax error that quotes what was found, or "not supported here".
 */
export function parseStatement(text: string): Statement {
  return parseWhole(text, parseChain);
}

/** All statements of a text, each ended by a semicolon but for the last. */
export function parseScript(text: string): Statement[] {
  const r = new Reader(text);
  const statements: Statement[] = [];
  for (;;) {
    while (r.skipSymbol(';'));
    if (r.atEnd) return statements;
    r.binds = 0;
    statements.push(parseChain(r));
    if (!r.atEnd) r.expectSymbol(';');
  }
}

/** The tree of one statement of a block, which may be SELECT … INTO. */
export function parseScriptStatementText(text: string): ScriptStatement {
  return parseWhole(text, (r) => {
    r.inBlock = true;
    return parseScriptStatement(r);
  });
}

/** A staged place as text: `@stage/path`, a URL. */
export function parseLocationText(text: string): StageLocation {
  return parseWhole(`'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`, parseStageLocation);
}

/** The tree of one scalar expression. */
export function parseExpressionText(text: string): Expression {
  return parseWhole(text, parseExpression);
}

/** The tree of one query, such as the text of a view. */
export function parseQueryText(text: string): Query {
  return parseWhole(text, parseQuery);
}

/** A data type as written, such as NUMBER(38, 0). */
export function parseTypeText(text: string): TypeName {
  return parseWhole(text, parseType);
}

/** The parts of a dotted name, as in the argument of IDENTIFIER('a."B".c'). */
export function parseObjectName(text: string): Identifier[] {
  return parseWhole(text, parseNameParts);
}

/** A statement, or several joined by `->>`. */
function parseChain(r: Reader): Statement {
  const { start } = r.token;
  const first = parseStatementAt(r);
  if (!r.isSymbol('->>')) return first;
  const statements = [first];
  while (r.skipSymbol('->>')) statements.push(parseStatementAt(r));
  return { kind: 'chain', statements, ...r.range(start) };
}

function parseWhole<T>(text: string, rule: (r: Reader) => T): T {
  const r = new Reader(text);
  const tree = rule(r);
  r.expectEnd();
  return tree;
}
