import type {
  Expression,
  FunctionCall,
  Identifier,
  MatchRecognize,
  Window,
} from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { bindCondition, bindExpression } from './expression.ts';
import { findFunction } from './functions/registry.ts';
import { INTEGER, VARCHAR } from './literal.ts';
import { bindOrderItem } from './order.ts';
import { matchesNothing, type PatternProgram, patternStep } from './row-pattern.ts';
import { createScope, narrowed, nextRelationAlias, type Scope, type ScopeColumn } from './scope.ts';
import { bindTable, generated, named, type Shape, shapeOf } from './table.ts';
import { quote, value } from './value.ts';

/** Symbols are bits of a number. */
const MOST_SYMBOLS = 30;

/**
 * MATCH_RECOGNIZE: every row gets a bit for each symbol whose condition it meets, sf_js_match finds the matches of
 * each partition, the measures are aggregates over the rows of a match (windows over them with ALL ROWS).
 * Source: docs.snowflake.com, MATCH_RECOGNIZE.
 */
export function bindMatchRecognize(node: MatchRecognize, scope: Scope, left: Shape | null): Shape {
  const input = bindTable(node.input, scope, left);
  const inside = narrowed(scope, input.relations, input.columns);
  refuse(node);
  const symbols = [...new Set(namesOf(node.pattern))];
  const numberOf = (symbol: string): number => symbols.indexOf(symbol);
  const program = programOf(node, numberOf);
  const keys = node.partitionBy.map((key) => bindExpression(key, inside).sql);
  const order = node.orderBy.map((item) => bindOrderItem(item, inside).sql);
  const over = `(${keys.length === 0 ? '' : `PARTITION BY ${keys.join(', ')} `}ORDER BY ${order.join(', ')})`;
  const bits = symbols.map((symbol, index) => `${conditionOf(symbol, node, inside)} * ${2 ** index}`);
  const columns = input.columns.filter((column) => !column.hidden);
  for (const column of columns) column.onUse?.();

  const [rows, matched] = [nextRelationAlias(scope), nextRelationAlias(scope)];
  const keyNames = keys.map((_, index) => `p${index + 1}`);
  const one = node.rows === 'ONE';
  const measures = bindMeasures(node, columns, input, scope, { rows, keyNames, symbols });
  const partition = node.partitionBy.map((key, index): Column & { sql: string } => {
    const name = key.kind === 'column' ? key.parts.at(-1)!.name : '';
    const type = bindExpression(key, inside).type;
    return { name, type, nullable: true, sql: `${rows}.${keyNames[index]}` };
  });
  const plain = columns.map((column, index) => ({ ...column, sql: `${rows}.k${index + 1}` }));
  const outputs = [...(one ? partition : plain), ...measures];
  const source = (): string => {
    const cells = [
      ...columns.map((column, index) => `${column.sql} AS k${index + 1}`),
      ...keys.map((key, index) => `${key} AS ${keyNames[index]}`),
      `row_number() OVER ${over} AS n`,
      `(${bits.join(' + ')})::BIGINT AS mask`,
    ];
    const on = [...keyNames.map((key) => `s.${key} IS NOT DISTINCT FROM f.${key}`), 's.n = f.found[2]'].join(
      ' AND ',
    );
    const groupKeys = keyNames.map((key) => `${key}, `).join('');
    const group = keyNames.length === 0 ? '' : ` GROUP BY ${keyNames.join(', ')}`;
    const match = `from_json(sf_js_match(string_agg(mask::VARCHAR, ',' ORDER BY n), ${quote(JSON.stringify(program))}), '[["INTEGER"]]')`;
    const classifiers = `[${symbols.map(quote).join(', ')}]`;
    const all = `SELECT s.*, f.found[1] AS m, ${classifiers}[f.found[3] + 1] AS symbol, f.found[4] AS q, f.found[5] AS shown FROM s JOIN f ON ${on}`;
    const list = outputs.map((column, index) => `${column.sql} AS c${index + 1}`).join(', ');
    const by = one ? ` GROUP BY ${[...keyNames, 'm'].map((key) => `${rows}.${key}`).join(', ')}` : '';
    const inner = one ? '' : `, ${rows}.shown`;
    const selected = `SELECT ${list}${inner} FROM ${matched} AS ${rows}${by}`;
    const shown = outputs.map((_, index) => `c${index + 1}`).join(', ');
    return `(WITH s AS (SELECT ${cells.join(', ')} FROM ${input.sql()}), f AS (SELECT ${groupKeys}unnest(${match}) AS found FROM s${group}), ${matched} AS (${all}) ${one ? selected : `SELECT ${shown} FROM (${selected}) AS w WHERE shown = 1`})`;
  };
  const relation = generated(
    scope,
    node.alias?.name.name ?? null,
    outputs.map(({ name, type, nullable }) => ({ name, type, nullable })),
    source,
  );
  return shapeOf(named(relation, node.alias));
}

function refuse(node: MatchRecognize): void {
  if (node.rows === 'ALL WITH UNMATCHED') throw notSupportedHere('WITH UNMATCHED ROWS', node.start);
  if (node.subsets.length > 0)
    throw notSupportedHere('SUBSET of MATCH_RECOGNIZE', node.subsets[0]!.name.start);
  if (node.orderBy.length === 0) throw notSupportedHere('MATCH_RECOGNIZE without ORDER BY', node.start);
}

function namesOf(pattern: MatchRecognize['pattern']): string[] {
  if (pattern.kind === 'symbol') return [pattern.symbol.name];
  if ('part' in pattern) return namesOf(pattern.part);
  return 'parts' in pattern ? pattern.parts.flatMap(namesOf) : [];
}

function programOf(node: MatchRecognize, numberOf: (symbol: string) => number): PatternProgram {
  const step = patternStep(node.pattern, numberOf);
  if (matchesNothing(step)) throw notSupportedHere('a pattern that matches no row', node.start);
  if (namesOf(node.pattern).length > MOST_SYMBOLS)
    throw notSupportedHere(`more than ${MOST_SYMBOLS} symbols`, node.start);
  const { afterMatch } = node;
  if (!('symbol' in afterMatch)) return { step, skip: afterMatch };
  return { step, skip: { kind: afterMatch.kind, symbol: numberOf(afterMatch.symbol.name) } };
}

/** 1 or 0: whether a row meets the condition of a symbol; one without a condition is met by every row. */
function conditionOf(symbol: string, node: MatchRecognize, scope: Scope): string {
  const condition = node.define.find((one) => one.symbol.name === symbol)?.condition;
  if (condition === undefined) return '1';
  const window: Window = {
    partitionBy: node.partitionBy,
    orderBy: node.orderBy,
    frame: null,
    start: node.start,
    end: node.end,
  };
  const symbols = new Set(namesOf(node.pattern));
  const ready = rewrite(condition, (one) => {
    if (one.kind === 'column' && one.parts.length > 1 && symbols.has(one.parts[0]!.name))
      throw notSupportedHere('columns of a symbol in DEFINE', one.start);
    if (one.kind !== 'call' || one.over !== null) return undefined;
    const name = one.name[0]!.name;
    const moved = { PREV: 'LAG', NEXT: 'LEAD' }[name] ?? name;
    if (moved === 'LAG' || moved === 'LEAD')
      return { ...one, name: [{ ...one.name[0]!, name: moved }], over: window };
    if (name === 'FIRST' || name === 'LAST' || findFunction(name)?.kind === 'aggregate')
      throw notSupportedHere(`${name} in DEFINE`, one.start);
    return undefined;
  });
  return `CASE WHEN ${bindCondition(ready, scope).sql} THEN 1 ELSE 0 END`;
}

interface Matched {
  rows: string;
  keyNames: string[];
  symbols: string[];
}

/** The measures over `rows`, which has the columns k1 …, the partition p1 …, the match m, symbol and sequence q. */
function bindMeasures(
  node: MatchRecognize,
  columns: ScopeColumn[],
  input: Shape,
  scope: Scope,
  { rows, keyNames, symbols }: Matched,
): (Column & { sql: string })[] {
  const one = node.rows === 'ONE';
  const own = columns.map(
    (column, index): ScopeColumn => ({ ...column, sql: `${rows}.k${index + 1}`, relation: null }),
  );
  const hidden = (name: string, sql: string, type: Column['type']): ScopeColumn => ({
    name,
    sql,
    type,
    nullable: false,
    relation: null,
    hidden: true,
  });
  const inner = createScope(scope.context, { outer: scope, source: scope.source });
  inner.columns = [
    ...own,
    hidden('$SYMBOL', `${rows}.symbol`, VARCHAR),
    hidden('$MATCH', `${rows}.m`, INTEGER),
    hidden('$SEQUENCE', `${rows}.q`, INTEGER),
    ...keyNames.map((key) => hidden(`$${key}`, `${rows}.${key}`, VARCHAR)),
  ];
  inner.relations = [
    { name: input.relations[0]?.name ?? null, path: [], alias: rows, columns: own, sql: () => rows },
  ];
  const frame = `OVER (PARTITION BY ${[...keyNames, 'm'].map((key) => `${rows}.${key}`).join(', ')} ORDER BY ${rows}.q`;
  const running = `${frame} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)`;
  const whole = `${frame} ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)`;
  return node.measures.map((measure) => {
    const final = one || measure.semantics === 'FINAL';
    const bind = (expression: Expression): Bound => bindExpression(expression, inner);
    const given = (bound: Bound): Expression => {
      const name = `$P${inner.parameters.size + 1}`;
      inner.parameters.set(name, bound);
      const { start, end } = measure.expression;
      return { kind: 'column', parts: [{ name, quoted: true, start, end }], start, end };
    };
    /** The value in the first or last row of the match, or of a symbol in it. */
    const navigate = (expression: Expression, symbol: string | null, which: 1 | -1): Expression => {
      const bound = bind(expression);
      const only = symbol === null ? '' : ` FILTER (WHERE ${rows}.symbol = ${quote(symbol)})`;
      const list = one
        ? `list(${bound.sql} ORDER BY ${rows}.q)${only}`
        : `list(${bound.sql})${only} ${final ? whole : running}`;
      return given(value(`(${list})[${which}]`, bound.type));
    };
    const ready = rewrite(measure.expression, (part) => {
      if (part.kind === 'call' && part.over === null)
        return measureCall(part, { one, final, symbols, given, navigate, rows, whole, running });
      if (part.kind !== 'column') return undefined;
      const symbol = symbolOf(part.parts, symbols);
      if (symbol === null && !one) return undefined;
      return navigate(symbol === null ? part : { ...part, parts: part.parts.slice(1) }, symbol, -1);
    });
    const bound = bind(ready);
    return { name: measure.alias.name, type: bound.type, nullable: true, sql: bound.sql };
  });
}

interface MeasureTools {
  one: boolean;
  final: boolean;
  symbols: string[];
  given: (bound: Bound) => Expression;
  navigate: (expression: Expression, symbol: string | null, which: 1 | -1) => Expression;
  rows: string;
  whole: string;
  running: string;
}

function measureCall(call: FunctionCall, tools: MeasureTools): Expression | undefined {
  const { one, given, rows, symbols } = tools;
  const name = call.name[0]!.name;
  const integer = (sql: string): Bound => ({ sql: `CAST(${sql} AS DECIMAL(38,0))`, type: INTEGER });
  switch (name) {
    case 'MATCH_NUMBER':
      return given(integer(one ? `any_value(${rows}.m)` : `${rows}.m`));
    case 'MATCH_SEQUENCE_NUMBER':
      return given(integer(one ? `max(${rows}.q)` : `${rows}.q`));
    case 'CLASSIFIER':
      return given({ sql: one ? `arg_max(${rows}.symbol, ${rows}.q)` : `${rows}.symbol`, type: VARCHAR });
    case 'FIRST':
    case 'LAST': {
      const [argument] = call.args;
      if (argument === undefined || call.args.length > 1)
        throw notSupportedHere(`${name} with an offset`, call.start);
      const which = name === 'FIRST' ? 1 : -1;
      const symbol = argument.kind === 'column' ? symbolOf(argument.parts, symbols) : null;
      if (symbol === null || argument.kind !== 'column') return tools.navigate(argument, null, which);
      return tools.navigate({ ...argument, parts: argument.parts.slice(1) }, symbol, which);
    }
  }
  const isCount = name === 'COUNT' && call.args.length === 1 && call.args[0]!.kind === 'star';
  if (isCount) {
    const star = call.args[0]!;
    const symbol =
      star.kind === 'star' && star.qualifier !== null
        ? symbolOf([...star.qualifier, star.qualifier[0]!], symbols)
        : null;
    const only = symbol === null ? '' : ` FILTER (WHERE ${rows}.symbol = ${quote(symbol)})`;
    const over = one ? '' : ` ${tools.final ? tools.whole : tools.running}`;
    return given(integer(`count(*)${only}${over}`));
  }
  if (findFunction(name)?.kind !== 'aggregate') return undefined;
  if (!one) throw notSupportedHere(`${name} as a measure with ALL ROWS PER MATCH`, call.start);
  const args = call.args.map((argument) => rewrite(argument, (part) => onlyOf(part, symbols)));
  return { ...call, args };
}

/** `symbol.column`: the column where the row is the symbol's, else NULL. */
function onlyOf(part: Expression, symbols: string[]): Expression | undefined {
  if (part.kind !== 'column') return undefined;
  const symbol = symbolOf(part.parts, symbols);
  if (symbol === null) return part;
  const { start, end } = part;
  const place = { start, end };
  const classifier = {
    kind: 'column' as const,
    parts: [{ name: '$SYMBOL', quoted: true, ...place }],
    ...place,
  };
  const when: Expression = {
    kind: 'binary',
    operator: '=',
    left: classifier,
    right: { kind: 'string', value: symbol, ...place },
    ...place,
  };
  return {
    kind: 'case',
    operand: null,
    branches: [{ when, then: { ...part, parts: part.parts.slice(1) } }],
    otherwise: null,
    ...place,
  };
}

function symbolOf(parts: Identifier[], symbols: string[]): string | null {
  return parts.length > 1 && symbols.includes(parts[0]!.name) ? parts[0]!.name : null;
}

/** The tree with what `replace` gives in place of its nodes, outermost first; what is replaced is not looked into. */
function rewrite<T>(node: T, replace: (node: Expression) => Expression | undefined): T {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map((item) => rewrite(item, replace)) as T;
  if ('kind' in node && 'start' in node) {
    const replaced = replace(node as unknown as Expression);
    if (replaced !== undefined) return replaced as unknown as T;
  }
  return Object.fromEntries(Object.entries(node).map(([key, field]) => [key, rewrite(field, replace)])) as T;
}
