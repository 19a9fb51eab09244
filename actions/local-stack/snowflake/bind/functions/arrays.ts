import { MAX_VARCHAR } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asVariant, cast } from '../cast.ts';
import { ARRAY, BOOLEAN, INTEGER, VARCHAR, VARIANT } from '../literal.ts';
import { raise } from '../runtime-error.ts';
import { once, value } from '../value.ts';
import { bigint, scalar, text, typed } from './define.ts';
import type { FunctionDefinition } from './registry.ts';

const NULL_ITEMS = 'a SQL NULL inside an array is a JSON null, not undefined';

/** docs.snowflake.com, "Semi-structured and structured data functions": arrays. ARRAY_AGG is in aggregates. */
export const ARRAYS: FunctionDefinition[] = [
  ...scalar(
    'ARRAY_CONSTRUCT',
    [0, 255],
    (args) => value(made(args.map((arg) => `coalesce(${asVariant(arg).sql}, 'null'::JSON)`)), ARRAY, ...args),
    { approximated: NULL_ITEMS },
  ),
  ...scalar('ARRAY_CONSTRUCT_COMPACT', [0, 255], (args) =>
    value(`to_json(list_filter(${list(args)}, lambda x: x IS NOT NULL))`, ARRAY, ...args),
  ),
  ...scalar('ARRAY_SIZE', 1, ([arg]) =>
    typed(
      once([arg!.sql], (a) => `CASE WHEN json_type(${a}) = 'ARRAY' THEN json_array_length(${a}) END`),
      INTEGER,
      arg!,
    ),
  ),
  ...scalar('ARRAY_APPEND', 2, ([array, item]) =>
    changed([array!, item!], (a, x) => `list_append(${a}, coalesce(${x}, 'null'::JSON))`),
  ),
  ...scalar('ARRAY_PREPEND', 2, ([array, item]) =>
    changed([array!, item!], (a, x) => `list_prepend(coalesce(${x}, 'null'::JSON), ${a})`),
  ),
  ...scalar('ARRAY_CAT', 2, ([left, right]) => both(left!, right!, (a, b) => `list_concat(${a}, ${b})`)),
  ...scalar('ARRAY_INSERT', 3, ([array, at, item]) => {
    const sql = once(
      [items(array!), bigint(at!), `coalesce(${asVariant(item!).sql}, 'null'::JSON)`],
      (a, n, x) =>
        `to_json(list_concat(${a}[1:CASE WHEN ${n} < 0 THEN greatest(len(${a}) + ${n}, 0) ELSE ${n} END], list_transform(range(greatest(${n} - len(${a}), 0)), lambda i: 'null'::JSON), [${x}], ${a}[CASE WHEN ${n} < 0 THEN greatest(len(${a}) + ${n}, 0) ELSE ${n} END + 1:]))`,
    );
    return value(sql, ARRAY, array!, at!, item!);
  }),
  ...scalar('ARRAY_REMOVE', 2, ([array, item]) =>
    changed(
      [array!, item!],
      (a, x) => `list_filter(${a}, lambda e: sf_variant_key(e) IS DISTINCT FROM sf_variant_key(${x}))`,
    ),
  ),
  ...scalar('ARRAY_REMOVE_AT', 2, ([array, at]) => {
    const sql = once(
      [items(array!), bigint(at!)],
      (a, n) =>
        `to_json(list_filter(${a}, lambda e, i: i <> CASE WHEN ${n} < 0 THEN len(${a}) + ${n} ELSE ${n} END + 1))`,
    );
    return value(sql, ARRAY, array!, at!);
  }),
  ...scalar('ARRAY_SLICE', 3, ([array, from, to]) => {
    const sql = once([items(array!), bigint(from!), bigint(to!)], (a, low, high) => {
      const index = (n: string): string =>
        `CASE WHEN ${n} < 0 THEN greatest(len(${a}) + ${n}, 0) ELSE ${n} END`;
      return `to_json(${a}[${index(low)} + 1:${index(high)}])`;
    });
    return value(sql, ARRAY, array!, from!, to!);
  }),
  ...scalar('ARRAY_CONTAINS', 2, ([item, array]) => {
    const sql = once(
      [asVariant(item!).sql, items(array!)],
      (x, a) =>
        `CASE WHEN ${a} IS NOT NULL AND ${x} IS NOT NULL THEN list_contains(${keys(a)}, sf_variant_key(${x})) END`,
    );
    return value(sql, BOOLEAN, item!, array!);
  }),
  ...scalar('ARRAY_POSITION', 2, ([item, array]) => {
    const sql = once(
      [asVariant(item!).sql, items(array!)],
      (x, a) => `list_position(${keys(a)}, sf_variant_key(${x})) - 1`,
    );
    return typed(sql, INTEGER, item!, array!);
  }),
  ...scalar('ARRAYS_OVERLAP', 2, ([left, right]) =>
    value(
      once([items(left!), items(right!)], (a, b) => `list_has_any(${keys(a)}, ${keys(b)})`),
      BOOLEAN,
      left!,
      right!,
    ),
  ),
  ...scalar('ARRAY_DISTINCT', 1, ([array]) =>
    changed(
      [array!],
      (a) =>
        `list_filter(${a}, lambda e, i: list_position(${keys(a)}, coalesce(sf_variant_key(e), 'null')) = i)`,
    ),
  ),
  ...scalar('ARRAY_INTERSECTION', 2, ([left, right]) => both(left!, right!, (a, b) => matched(a, b, true))),
  ...scalar('ARRAY_EXCEPT', 2, ([left, right]) => both(left!, right!, (a, b) => matched(a, b, false))),
  ...scalar('ARRAY_COMPACT', 1, ([array]) =>
    changed([array!], (a) => `list_filter(${a}, lambda e: json_type(e) <> 'NULL')`),
  ),
  ...scalar('ARRAY_REVERSE', 1, ([array]) => changed([array!], (a) => `list_reverse(${a})`)),
  ...scalar('ARRAY_FLATTEN', 1, ([array]) =>
    changed([array!], (a) => `flatten(list_transform(${a}, lambda e: json_extract(e, '$[*]')))`),
  ),
  ...scalar('ARRAY_TO_STRING', 2, ([array, separator]) => {
    const texts = `list_transform(${items(array!)}, lambda e: coalesce(json_extract_string(e, '$'), ''))`;
    // array_to_string takes a constant separator alone.
    const sql = once(
      [texts, text(separator!)],
      (a, by) =>
        `CASE WHEN ${by} IS NULL THEN NULL WHEN len(${a}) = 0 THEN '' ELSE list_reduce(${a}, lambda x, y: x || ${by} || y) END`,
    );
    return value(sql, VARCHAR, array!, separator!);
  }),
  ...scalar('ARRAY_SORT', [1, 3], ([array, ascending, nullsFirst]) => {
    const up = ascending === undefined ? 'true' : cast(ascending, BOOLEAN).sql;
    const first = nullsFirst === undefined ? `NOT ${up}` : cast(nullsFirst, BOOLEAN).sql;
    const sql = once([items(array!), up, first], (a, asc, front) => {
      const present = `list_filter(${a}, lambda e: json_type(e) <> 'NULL')`;
      const nulls = `list_filter(${a}, lambda e: json_type(e) = 'NULL')`;
      const sorted = `list_transform(list_sort(list_transform(${present}, lambda e: {k: sf_variant_key(e), v: e})), lambda s: s.v)`;
      const ordered = `CASE WHEN ${asc} THEN ${sorted} ELSE list_reverse(${sorted}) END`;
      return `to_json(CASE WHEN ${front} THEN list_concat(${nulls}, ${ordered}) ELSE list_concat(${ordered}, ${nulls}) END)`;
    });
    return value(sql, ARRAY, array!);
  }),
  ...scalar('ARRAY_MIN', 1, ([array]) => edge(array!, 1)),
  ...scalar('ARRAY_MAX', 1, ([array]) => edge(array!, -1)),
  ...scalar('ARRAY_GENERATE_RANGE', [2, 3], ([from, to, step]) => {
    const by = step === undefined ? '1' : bigint(step);
    // Two characters an item at least: more items do not fit an ARRAY.
    const sql = once(
      [bigint(from!), bigint(to!), by],
      (low, high, n) =>
        `CASE WHEN abs(${high}::DOUBLE - ${low}) / abs(${n}) > ${MAX_VARCHAR / 2} THEN ${raise('100082', '22000', `Max LOB size (${MAX_VARCHAR}) exceeded`)}::JSON ELSE to_json(range(${low}, ${high}, ${n})) END`,
    );
    return value(sql, ARRAY, from!, to!);
  }),
  ...scalar('ARRAYS_ZIP', [1, 255], (args) => {
    const sql = once(args.map(items), (...each) => {
      const longest = `greatest(${each.map((a) => `len(${a})`).join(', ')})`;
      const fields = each
        .map((a, index) => `'"$${index + 1}":' || coalesce(${a}[i]::VARCHAR, 'null')`)
        .join(" || ',' || ");
      return `CASE WHEN ${each.map((a) => `${a} IS NOT NULL`).join(' AND ')} THEN to_json(list_transform(range(1, ${longest} + 1), lambda i: ('{' || ${fields} || '}')::JSON)) END`;
    });
    return value(sql, ARRAY, ...args);
  }),
];

/** The items of an array as a DuckDB list of JSON. */
function items(array: Bound): string {
  return `json_extract(${cast(array, ARRAY).sql}, '$[*]')::JSON[]`;
}

function list(args: Bound[]): string {
  return args.length === 0 ? '[]::JSON[]' : `[${args.map((arg) => asVariant(arg).sql).join(', ')}]`;
}

function made(parts: string[]): string {
  return parts.length === 0 ? `'[]'::JSON` : `to_json([${parts.join(', ')}])`;
}

/** By what items compare, JSON null included. */
function keys(array: string): string {
  return `list_transform(${array}, lambda m: coalesce(sf_variant_key(m), 'null'))`;
}

function changed([array, item]: Bound[], change: (array: string, item: string) => string): Bound {
  const inputs = [items(array!), ...(item ? [asVariant(item).sql] : [])];
  return value(
    once(inputs, (a, x) => `CASE WHEN ${a} IS NOT NULL THEN to_json(${change(a!, x ?? '')}) END`),
    ARRAY,
    array!,
    ...(item ? [item] : []),
  );
}

function both(left: Bound, right: Bound, change: (a: string, b: string) => string): Bound {
  return value(
    once(
      [items(left), items(right)],
      (a, b) => `CASE WHEN ${a} IS NOT NULL AND ${b} IS NOT NULL THEN to_json(${change(a, b)}) END`,
    ),
    ARRAY,
    left,
    right,
  );
}

/** Multiset semantics: the n-th of equal items is kept when the other array has (or lacks) n of them. */
function matched(a: string, b: string, present: boolean): string {
  const mine = `len(list_filter(${keys(a)}[1:i], lambda z: z = coalesce(sf_variant_key(e), 'null')))`;
  const theirs = `len(list_filter(${keys(b)}, lambda z: z = coalesce(sf_variant_key(e), 'null')))`;
  return `list_filter(${a}, lambda e, i: ${mine} ${present ? '<=' : '>'} ${theirs})`;
}

/** The least or greatest item, NULLs apart. */
function edge(array: Bound, index: 1 | -1): Bound {
  return value(
    once(
      [items(array)],
      (a) =>
        `list_transform(list_sort(list_transform(list_filter(${a}, lambda e: json_type(e) <> 'NULL'), lambda e: {k: sf_variant_key(e), v: e})), lambda s: s.v)[${index}]`,
    ),
    VARIANT,
    array,
  );
}
