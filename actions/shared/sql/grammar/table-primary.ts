import type {
  DerivedTable,
  FunctionCall,
  Identifier,
  Query,
  TableExpression,
  TableReference,
  Values,
} from '../ast.ts';
import type { Position } from '../position.ts';
import { notSupportedHere } from '../snowflake-error.ts';
import { parseExpression } from './expression.ts';
import { parseFrom, parseTableAlias } from './from.ts';
import { parseCall } from './function-call.ts';
import { notTables } from './keywords.ts';
import { parseNameParts, parseObjectName } from './names.ts';
import { parseProperties } from './properties.ts';
import { continueQuery, parseQuery, parseValues } from './query.ts';
import type { Reader } from './reader.ts';
import { parseSample, rejectSample } from './sample.ts';
import { isQuotedLocation, parseStageLocation } from './stage-location.ts';
import { parseTimeTravel } from './time-travel.ts';

/** One item of FROM without joins: a table, `(query)`, `TABLE(…)`, LATERAL, a stage, VALUES. */
export function parseTablePrimary(r: Reader): TableExpression {
  const { start } = r.token;
  if (r.isSymbol('(')) return r.nested(() => parseParentheses(r));
  if (r.token.kind === 'stage' || isQuotedLocation(r)) return parseStage(r);
  if (r.token.kind === 'variable' && /^\d+$/.test(r.token.value)) return parsePipedResult(r);
  if (r.isWord('VALUES')) return derived(r, valuesQuery(parseValues(r)), false, start);
  if (r.skipWords('LATERAL')) {
    if (r.skipSymbol('(')) {
      const query = parseQuery(r);
      r.expectSymbol(')');
      return derived(r, query, true, start);
    }
    return parseTableFunction(r, true, start);
  }
  if (r.isWord('TABLE') && r.follows(1, '(')) return parseTableFunction(r, false, start);
  if (r.token.kind === 'word' && notTables.has(r.token.value)) throw r.unexpected();
  if (r.isWord('IDENTIFIER') && r.follows(1, '(')) return parseReference(r, parseObjectName(r));
  if (r.isWord('DIRECTORY') && r.follows(1, '(')) return parseDirectory(r);
  const parts = parseNameParts(r);
  if (r.isSymbol('(') && parts[0]!.name === 'SEMANTIC_VIEW') throw notSupportedHere('SEMANTIC_VIEW', start);
  if (r.isSymbol('(')) return withFunctionAlias(r, parseCall(r, parts), false, start);
  return parseReference(r, { kind: 'name', parts, ...r.range(start) });
}

/** `$1` of a chain: https://docs.snowflake.com/en/sql-reference/operators-flow */
function parsePipedResult(r: Reader): TableExpression {
  const { start } = r.token;
  const back = Number(r.take().value);
  return { kind: 'pipedResult', back, alias: parseTableAlias(r), ...r.range(start) };
}

function parseReference(r: Reader, name: TableReference['name']): TableReference {
  const start = name.start;
  let timeTravel: TableReference['timeTravel'] = null;
  let changes: TableReference['changes'] = null;
  if (r.isWord('CHANGES') && r.follows(1, '(')) {
    const information = parseChanges(r);
    timeTravel = parseTimeTravel(r);
    if (timeTravel === null) throw r.unexpected();
    changes = { information, end: r.isWord('END') && r.follows(1, '(') ? parseTimeTravel(r, 'END') : null };
  } else timeTravel = parseTimeTravel(r);
  let sample = parseSample(r);
  const alias = parseTableAlias(r);
  sample ??= parseSample(r);
  return { kind: 'table', name, timeTravel, changes, sample, alias, ...r.range(start) };
}

/** DIRECTORY(@stage): https://docs.snowflake.com/en/user-guide/data-load-dirtables-query */
function parseDirectory(r: Reader): TableReference {
  const { start } = r.token;
  r.expectWords('DIRECTORY');
  r.expectSymbol('(');
  const location = parseStageLocation(r);
  r.expectSymbol(')');
  if (location.kind !== 'namedStage' || location.path !== '')
    throw notSupportedHere('DIRECTORY of anything but a named stage', start);
  const reference = parseReference(r, { kind: 'name', parts: location.stage, ...r.range(start) });
  return { ...reference, directory: true };
}

/** https://docs.snowflake.com/en/sql-reference/constructs/changes */
function parseChanges(r: Reader): 'DEFAULT' | 'APPEND_ONLY' {
  r.expectWords('CHANGES');
  r.expectSymbol('(');
  r.expectWords('INFORMATION');
  r.expectSymbol('=>');
  const { value } = r.token;
  if (!r.skipWords('DEFAULT') && !r.skipWords('APPEND_ONLY')) throw r.unexpected();
  r.expectSymbol(')');
  return value === 'DEFAULT' ? 'DEFAULT' : 'APPEND_ONLY';
}

/** `(query) alias` or `(a JOIN b …)` */
function parseParentheses(r: Reader): TableExpression {
  const { start } = r.token;
  r.expectSymbol('(');
  if (r.isWord('SELECT') || r.isWord('WITH')) {
    const query = parseQuery(r);
    r.expectSymbol(')');
    return derived(r, query, false, start);
  }
  const inner = parseFrom(r);
  const plain = inner.kind === 'derived' && inner.alias === null && !inner.lateral ? inner.query : null;
  if (plain !== null) {
    const query = r.isSymbol(')') ? plain : continueQuery(r, plain, inner.start);
    r.expectSymbol(')');
    return derived(r, query, false, start);
  }
  r.expectSymbol(')');
  if (inner.kind === 'table' && inner.alias === null) inner.alias = parseTableAlias(r);
  return { ...inner, ...r.range(start) };
}

function derived(r: Reader, query: Query, lateral: boolean, start: Position): DerivedTable {
  let sample = parseSample(r);
  const alias = parseTableAlias(r);
  sample ??= parseSample(r);
  return { kind: 'derived', query, lateral, sample, alias, ...r.range(start) };
}

/** `VALUES` as a query of its own. */
function valuesQuery(body: Values): Query {
  const { start, end } = body;
  return { kind: 'query', with: [], body, orderBy: [], limit: null, offset: null, start, end };
}

/** `TABLE(f(…))`, `TABLE('name')`, `TABLE($name)`, or after LATERAL `f(…)`. */
function parseTableFunction(r: Reader, lateral: boolean, start: Position): TableExpression {
  if (!r.isWord('TABLE')) return withFunctionAlias(r, parseCall(r, parseNameParts(r)), lateral, start);
  r.expectWords('TABLE');
  r.expectSymbol('(');
  if (r.token.kind === 'word' || r.token.kind === 'quoted') {
    const parts: Identifier[] = parseNameParts(r);
    if (r.isSymbol('(')) {
      const call = parseCall(r, parts);
      r.expectSymbol(')');
      return withFunctionAlias(r, call, lateral, start);
    }
    if (r.isSymbol('!')) throw notSupportedHere('a method call with !', r.token.start);
    // TABLE(r) reads the RESULTSET r of a script.
    r.expectSymbol(')');
    const node = { start: parts[0]!.start, end: parts.at(-1)!.end };
    const argument = { kind: 'column', parts, ...node } as const;
    return parseReference(r, { kind: 'identifierCall', argument, ...r.range(start) });
  }
  const argument = parseExpression(r);
  r.expectSymbol(')');
  return parseReference(r, { kind: 'identifierCall', argument, ...r.range(start) });
}

function withFunctionAlias(
  r: Reader,
  call: FunctionCall,
  lateral: boolean,
  start: Position,
): TableExpression {
  rejectSample(r);
  return { kind: 'tableFunction', call, lateral, alias: parseTableAlias(r), ...r.range(start) };
}

function parseStage(r: Reader): TableExpression {
  const { start } = r.token;
  const location = parseStageLocation(r);
  if (location.kind === 'url') throw notSupportedHere('a query of a URL without a stage', start);
  const options = r.isSymbol('(') ? parseProperties(r, '=>') : [];
  return { kind: 'stage', location, options, alias: parseTableAlias(r), ...r.range(start) };
}
