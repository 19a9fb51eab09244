import type { Expression, FunctionCall } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Column } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import { bindExpression } from './expression.ts';
import { INTEGER, VARCHAR, VARIANT } from './literal.ts';
import { invalidArguments } from './operators.ts';
import { nextRelationAlias, plainError, type Scope, type ScopeRelation } from './scope.ts';
import { quote } from './value.ts';
import { pathAccess } from './variant.ts';

const COLUMNS: Column[] = [
  { name: 'SEQ', type: INTEGER, nullable: false },
  { name: 'KEY', type: VARCHAR, nullable: true },
  { name: 'PATH', type: VARCHAR, nullable: true },
  { name: 'INDEX', type: INTEGER, nullable: true },
  { name: 'VALUE', type: VARIANT, nullable: true },
  { name: 'THIS', type: VARIANT, nullable: true },
];

interface Options {
  input: Bound;
  path: string;
  outer: boolean;
  recursive: boolean;
  mode: string;
}

/**
 * FLATTEN(INPUT => …, PATH, OUTER, RECURSIVE, MODE): SEQ, KEY, PATH, INDEX, VALUE, THIS. `scope` sees the tables
 * before it. Only the columns that are used are computed. Source: docs.snowflake.com, FLATTEN.
 */
export function bindFlatten(call: FunctionCall, as: string | null, scope: Scope): ScopeRelation {
  const options = readOptions(call, scope);
  const alias = nextRelationAlias(scope);
  const used = new Set<string>();
  const columns = COLUMNS.map((column, index) => ({
    ...column,
    sql: `${alias}.c${index + 1}`,
    relation: as,
    hidden: false,
    onUse: () => used.add(column.name),
  }));
  const body = (from: string, packed: string): string => {
    const rows = options.recursive ? recursiveRows : plainRows;
    const seq = used.has('SEQ') ? (from === '' ? '1' : 'row_number() OVER ()') : 'NULL';
    return `(${rows(options, used, packed, `(SELECT ${packed}${options.input.sql} AS j, ${seq} AS s${from}) AS y`)})`;
  };
  return {
    name: as,
    path: [],
    alias,
    columns,
    sql: () => `LATERAL ${body('', '')} AS ${alias}`,
    neverEmpty: options.outer,
    // Unnesting the rows of the left side itself keeps their order and costs a fraction of a lateral join.
    expand: (left, packed) =>
      `${body(` FROM ${left}`, packed.map((one) => `${one}, `).join(''))} AS ${alias}`,
  };
}

function readOptions(call: FunctionCall, scope: Scope): Options {
  const named = new Map(call.namedArgs.map((arg) => [arg.name.name, arg.value]));
  const order = ['INPUT', 'PATH', 'OUTER', 'RECURSIVE', 'MODE'];
  call.args.forEach((arg, index) => {
    const name = order[index];
    if (name !== undefined) named.set(name, arg);
  });
  for (const name of named.keys()) {
    if (!order.includes(name))
      throw plainError('001003', '42000', `invalid argument '${name}' of FLATTEN`, call.start);
  }
  const inputNode = named.get('INPUT');
  if (inputNode === undefined) {
    throw plainError(
      '000938',
      '22023',
      'not enough arguments for function [FLATTEN], expected 1, got 0',
      call.start,
    );
  }
  const base = bindExpression(inputNode, scope);
  if (!['VARIANT', 'OBJECT', 'ARRAY', 'NULL'].includes(base.type.name)) {
    throw invalidArguments('FLATTEN', [base], inputNode.start);
  }
  const path = String(constantOf(named.get('PATH'), '', scope));
  const input = path === '' ? base : pathAccess(cast(base, VARIANT), pathSegments(path, call));
  return {
    input: cast(input, VARIANT),
    path,
    outer: constantOf(named.get('OUTER'), false, scope) === true,
    recursive: constantOf(named.get('RECURSIVE'), false, scope) === true,
    mode: String(constantOf(named.get('MODE'), 'BOTH', scope)).toUpperCase(),
  };
}

function constantOf(
  node: Expression | undefined,
  otherwise: string | boolean,
  scope: Scope,
): string | boolean {
  if (node === undefined) return otherwise;
  const { constant } = bindExpression(node, scope);
  if (typeof constant !== 'string' && typeof constant !== 'boolean') {
    throw notSupportedHere('an option of FLATTEN that is not a constant', node.start);
  }
  return constant;
}

/** `a.b[0]` */
function pathSegments(path: string, call: FunctionCall): (string | Bound)[] {
  const steps = [...path.matchAll(/\[(\d+)\]|\['((?:[^'])*)'\]|(?:^|\.)(?:"([^"]*)"|([^.[\]"]+))/g)];
  if (steps.map((step) => step[0]).join('') !== path)
    throw notSupportedHere(`path '${path}' of FLATTEN`, call.start);
  return steps.map((step) => {
    if (step[1] === undefined) return step[2] ?? step[3] ?? step[4]!;
    return { sql: step[1], type: INTEGER, constant: BigInt(step[1]) };
  });
}

/** Keys that PATH writes without brackets. */
const PLAIN_KEY = "'[A-Za-z_][A-Za-z0-9_]*'";

function plainRows(options: Options, used: Set<string>, packed: string, input: string): string {
  const { mode } = options;
  const values =
    mode === 'ARRAY'
      ? `json_extract(y.j, '$[*]')`
      : mode === 'OBJECT'
        ? `json_extract(y.j, '$.*')`
        : `CASE json_type(y.j) WHEN 'OBJECT' THEN json_extract(y.j, '$.*') ELSE json_extract(y.j, '$[*]') END`;
  const lists = [`unnest(${options.outer ? orNullRow(values) : values}) AS v`];
  const needsKey = used.has('KEY') || used.has('PATH');
  const needsIndex = used.has('INDEX') || used.has('PATH');
  if (needsKey) {
    lists.push(
      mode === 'ARRAY'
        ? 'NULL::VARCHAR AS k'
        : `unnest(CASE WHEN json_type(y.j) = 'OBJECT' THEN json_keys(y.j) END) AS k`,
    );
  }
  if (needsIndex) {
    lists.push(
      mode === 'OBJECT'
        ? 'NULL::BIGINT AS i'
        : `unnest(CASE WHEN json_type(y.j) = 'ARRAY' THEN range(json_array_length(y.j)::BIGINT) END) AS i`,
    );
  }
  const prefix = quote(options.path);
  const dot = options.path === '' ? "''" : "'.'";
  const path = `${prefix} || CASE WHEN x.i IS NOT NULL THEN '[' || x.i || ']' WHEN x.k IS NULL THEN '' WHEN regexp_full_match(x.k, ${PLAIN_KEY}) THEN ${dot} || x.k ELSE '[''' || x.k || ''']' END`;
  const list = [
    'x.s AS c1',
    `${needsKey ? 'x.k' : 'NULL'} AS c2`,
    `${used.has('PATH') ? path : 'NULL'} AS c3`,
    `${needsIndex ? 'x.i' : 'NULL'}::DECIMAL(38,0) AS c4`,
    'x.v AS c5',
    'x.j AS c6',
  ];
  return `SELECT ${packed}${list.join(', ')} FROM (SELECT ${packed}y.s, y.j, ${lists.join(', ')} FROM ${input}) AS x`;
}

/** OUTER: what has nothing to expand gives one row of NULLs. */
function orNullRow(values: string): string {
  return `CASE WHEN len(${values}) > 0 THEN ${values} ELSE [NULL] END`;
}

/** Every element below the input, parents before children. */
function recursiveRows(options: Options, used: Set<string>, packed: string, input: string): string {
  const { mode } = options;
  const wanted = mode === 'BOTH' ? 'TRUE' : `p.type = '${mode}'`;
  const path = used.has('PATH')
    ? `CASE WHEN p.type = 'OBJECT' AND NOT regexp_full_match(a.key, ${PLAIN_KEY}) THEN error('SF|999001|0A000|Not supported by the local Snowflake: PATH of a recursive FLATTEN through the key ''' || a.key || '''. A real account may run it.') ELSE ${quote(options.path)} || substr(a.fullkey, CASE WHEN substr(a.fullkey, 2, 1) = '.' AND ${options.path === ''} THEN 3 ELSE 2 END) END`
    : 'NULL::VARCHAR';
  const rows = `(SELECT list({k: CASE WHEN p.type = 'OBJECT' THEN a.key END, p: ${path}, i: CASE WHEN p.type = 'ARRAY' THEN a.key::BIGINT END, v: a.value, t: p.value} ORDER BY a.id) FROM json_tree(y.j) AS a JOIN json_tree(y.j) AS p ON p.id = a.parent WHERE ${wanted})`;
  const lists = options.outer ? orNullRow(`COALESCE(${rows}, [])`) : rows;
  const list = 'x.s AS c1, x.e.k AS c2, x.e.p AS c3, x.e.i::DECIMAL(38,0) AS c4, x.e.v AS c5, x.e.t AS c6';
  return `SELECT ${packed}${list} FROM (SELECT ${packed}y.s, unnest(${lists}) AS e FROM ${input}) AS x`;
}
