import type { MatchRecognize, RowPattern, TableExpression } from '../ast.ts';
import { parseExpression } from './expression.ts';
import { parseTableAlias } from './from.ts';
import { parseOrderItem } from './order.ts';
import type { Reader } from './reader.ts';

/** `MATCH_RECOGNIZE (…)` after a table: https://docs.snowflake.com/en/sql-reference/constructs/match_recognize */
export function parseMatchRecognize(r: Reader, input: TableExpression): MatchRecognize {
  r.expectWords('MATCH_RECOGNIZE');
  r.expectSymbol('(');
  const partitionBy = r.skipWords('PARTITION', 'BY') ? r.list(() => parseExpression(r)) : [];
  const orderBy = r.skipWords('ORDER', 'BY') ? r.list(() => parseOrderItem(r)) : [];
  const measures = r.skipWords('MEASURES') ? r.list(() => parseMeasure(r)) : [];
  const rows = parseRows(r);
  const afterMatch = parseAfterMatch(r);
  r.expectWords('PATTERN');
  r.expectSymbol('(');
  const pattern = parseAlternation(r);
  r.expectSymbol(')');
  const subsets = r.skipWords('SUBSET') ? r.list(() => parseSubset(r)) : [];
  r.expectWords('DEFINE');
  const define = r.list(() => {
    const symbol = r.identifier();
    r.expectWords('AS');
    return { symbol, condition: parseExpression(r) };
  });
  r.expectSymbol(')');
  const clauses = { partitionBy, orderBy, measures, rows, afterMatch, pattern, subsets, define };
  const alias = parseTableAlias(r);
  return { kind: 'matchRecognize', input, ...clauses, alias, ...r.range(input.start) };
}

function parseMeasure(r: Reader): MatchRecognize['measures'][number] {
  const semantics = r.skipWords('FINAL') ? 'FINAL' : r.skipWords('RUNNING') ? 'RUNNING' : null;
  const expression = parseExpression(r);
  r.expectWords('AS');
  return { expression, alias: r.identifier(), semantics };
}

/** Without the clause one row comes of each match. */
function parseRows(r: Reader): MatchRecognize['rows'] {
  if (r.skipWords('ONE', 'ROW', 'PER', 'MATCH') || !r.isWord('ALL')) return 'ONE';
  r.expectWords('ALL', 'ROWS', 'PER', 'MATCH');
  if (r.skipWords('OMIT', 'EMPTY', 'MATCHES')) return 'ALL OMIT EMPTY';
  if (r.skipWords('WITH', 'UNMATCHED', 'ROWS')) return 'ALL WITH UNMATCHED';
  r.skipWords('SHOW', 'EMPTY', 'MATCHES');
  return 'ALL';
}

function parseAfterMatch(r: Reader): MatchRecognize['afterMatch'] {
  if (!r.skipWords('AFTER', 'MATCH', 'SKIP')) return { kind: 'pastLastRow' };
  if (r.skipWords('PAST', 'LAST', 'ROW')) return { kind: 'pastLastRow' };
  r.expectWords('TO');
  if (r.skipWords('NEXT', 'ROW')) return { kind: 'nextRow' };
  const kind = r.skipWords('FIRST') ? 'first' : 'last';
  if (kind === 'last') r.skipWords('LAST');
  return { kind, symbol: r.identifier() };
}

function parseSubset(r: Reader): MatchRecognize['subsets'][number] {
  const name = r.identifier();
  r.expectSymbol('=');
  return { name, symbols: r.parenthesized(() => r.identifier()) };
}

/** `a | b` binds more weakly than `a b`. */
function parseAlternation(r: Reader): RowPattern {
  return r.nested(() => {
    const parts = [parseSequence(r)];
    while (r.skipSymbol('|')) parts.push(parseSequence(r));
    return parts.length === 1 ? parts[0]! : { kind: 'alternation', parts };
  });
}

function parseSequence(r: Reader): RowPattern {
  const parts: RowPattern[] = [];
  while (!r.isSymbol(')') && !r.isSymbol('|') && !r.isSymbol(',') && !r.isSymbol('-'))
    parts.push(parseRepeated(r));
  return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
}

/** A term with `*`, `+`, `?` or `{n,m}` behind it, each with another `?` where it takes as few rows as it can. */
function parseRepeated(r: Reader): RowPattern {
  const part = parseTerm(r);
  const bounds = parseBounds(r);
  if (bounds === null) return part;
  return { kind: 'repeat', part, ...bounds, greedy: !r.skipSymbol('?') };
}

function parseBounds(r: Reader): { least: number; most: number | null } | null {
  if (r.skipSymbol('*')) return { least: 0, most: null };
  if (r.skipSymbol('+')) return { least: 1, most: null };
  if (r.skipSymbol('?')) return { least: 0, most: 1 };
  if (!r.isSymbol('{') || r.follows(1, '-')) return null;
  r.expectSymbol('{');
  const least = r.isSymbol(',') ? 0 : r.expectInteger();
  let most: number | null = least;
  if (r.skipSymbol(',')) most = r.isSymbol('}') ? null : r.expectInteger();
  r.expectSymbol('}');
  return { least, most };
}

function parseTerm(r: Reader): RowPattern {
  if (r.skipSymbol('^')) return { kind: 'anchor', at: 'start' };
  if (r.skipSymbol('$')) return { kind: 'anchor', at: 'end' };
  if (r.skipSymbol('{')) {
    r.expectSymbol('-');
    const part = parseAlternation(r);
    r.expectSymbol('-');
    r.expectSymbol('}');
    return { kind: 'excluded', part };
  }
  if (r.isWord('PERMUTE') && r.follows(1, '(')) {
    r.take();
    return { kind: 'permute', parts: r.parenthesized(() => parseAlternation(r)) };
  }
  if (r.skipSymbol('(')) {
    const part = parseAlternation(r);
    r.expectSymbol(')');
    return part;
  }
  return { kind: 'symbol', symbol: r.identifier() };
}
