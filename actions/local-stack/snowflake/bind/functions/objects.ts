import type { Bound } from '../bound.ts';
import { asVarchar, asVariant, cast } from '../cast.ts';
import { ARRAY, BOOLEAN, OBJECT } from '../literal.ts';
import { once, quote, value } from '../value.ts';
import { define, scalar, text, wrongType } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/** docs.snowflake.com, "Semi-structured and structured data functions": objects. Keys always come back sorted. */
export const OBJECTS: FunctionDefinition[] = [
  ...scalar('OBJECT_CONSTRUCT', [0, 255], (args, call) => construct(args, false, call)),
  ...scalar('OBJECT_CONSTRUCT_KEEP_NULL', [0, 255], (args, call) => construct(args, true, call)),
  ...scalar('OBJECT_INSERT', [3, 4], insert),
  ...scalar('OBJECT_DELETE', [2, 255], (args) => filtered(args, true)),
  ...scalar('OBJECT_PICK', [2, 255], (args) => filtered(args, false)),
  ...scalar('OBJECT_KEYS', 1, ([arg]) =>
    value(`to_json(list_sort(json_keys(${cast(arg!, OBJECT).sql})))`, ARRAY, arg!),
  ),
  ...define('aggregate', 'OBJECT_AGG', 2, ([key, item], call) => {
    const [name, content] = [asVarchar(key!).sql, asVariant(item!).sql];
    const all = `list({k: ${name}, v: ${content}}) FILTER (WHERE ${name} IS NOT NULL AND ${content} IS NOT NULL)${call.overSql ?? ''}`;
    const sql = once([all], (entries) => {
      const keys = `list_transform(${entries}, lambda d: d.k)`;
      const duplicate = `error('SF|100070|22000|Duplicate field key ''' || list_filter(${keys}, lambda d, i: list_position(${keys}, d) < i)[1] || '''')::JSON`;
      return `CASE WHEN len(list_distinct(${keys})) < len(${entries}) THEN ${duplicate} ELSE coalesce(${fromEntries(entries)}, '{}'::JSON) END`;
    });
    return value(sql, OBJECT, key!, item!);
  }),
];

/** Pairs whose value (or key) is SQL NULL are left out, unless kept as JSON null. */
function construct(args: Bound[], keepNull: boolean, call: CallFacts): Bound {
  if (args.length % 2 === 1) throw wrongType(call, ...args);
  const pairs = Array.from(
    { length: args.length / 2 },
    (_, index) => [args[2 * index]!, args[2 * index + 1]!] as const,
  );
  const constant = pairs.map(([key]) => key.constant);
  if (constant.every((key) => typeof key === 'string') && new Set(constant).size === constant.length) {
    return value(fixedObject(pairs as [Bound, Bound][], keepNull), OBJECT, ...args);
  }
  const entries = pairs.map(([key, item]) => `{k: ${asVarchar(key).sql}, v: ${asVariant(item).sql}}`);
  const present = keepNull ? 'p.k IS NOT NULL' : 'p.k IS NOT NULL AND p.v IS NOT NULL';
  return value(fromEntries(`list_filter([${entries.join(', ')}], lambda p: ${present})`), OBJECT, ...args);
}

/** Constant keys are sorted here and now. */
function fixedObject(pairs: [Bound, Bound][], keepNull: boolean): string {
  if (pairs.length === 0) return `'{}'::JSON`;
  const sorted = pairs
    .map(([key, item]) => ({ key: String(key.constant), item: asVariant(item) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const parts = sorted.map(({ key, item }) => {
    const label = quote(`${JSON.stringify(key)}:`);
    return keepNull
      ? `${label} || coalesce(${item.sql}::VARCHAR, 'null')`
      : `${label} || ${item.sql}::VARCHAR`;
  });
  // array_to_string passes over NULLs; of nothing but NULLs it makes NULL.
  return `('{' || coalesce(array_to_string([${parts.join(', ')}], ','), '') || '}')::JSON`;
}

/** A list of {k, v} as an object with sorted keys. */
function fromEntries(list: string): string {
  return `('{' || coalesce(array_to_string(list_transform(list_sort(${list}), lambda q: to_json(q.k)::VARCHAR || ':' || coalesce(q.v::VARCHAR, 'null')), ','), '') || '}')::JSON`;
}

function entriesOf(json: string): string {
  return `list_transform(json_keys(${json}), lambda k: {k: k, v: json_extract(${json}, sf_pointer(k))})`;
}

/** A present key is an error unless update is true; a NULL value leaves the object as it is. */
function insert([object, key, item, update]: Bound[], call: CallFacts): Bound {
  const overwrite = update === undefined ? 'false' : cast(update, BOOLEAN).sql;
  const sql = once(
    [cast(object!, OBJECT).sql, text(key!), asVariant(item!).sql, overwrite],
    (o, k, v, may) => {
      const duplicate = `error('SF|100070|22000|Duplicate field key ''' || ${k} || '''')::JSON`;
      const others = `list_filter(${entriesOf(o)}, lambda e: e.k <> ${k})`;
      return `CASE WHEN NOT ${may} AND list_contains(json_keys(${o}), ${k}) THEN ${duplicate} WHEN ${v} IS NULL THEN ${fromEntries(others)} ELSE ${fromEntries(`list_append(${others}, {k: ${k}, v: ${v}})`)} END`;
    },
  );
  if (object!.type.name !== 'OBJECT') throw wrongType(call, object!, key!, item!);
  return value(sql, OBJECT, object!, key!, item!);
}

/** OBJECT_PICK also takes one array of keys. */
function filtered([object, ...keys]: Bound[], remove: boolean): Bound {
  const list =
    keys.length === 1 && (keys[0]!.type.name === 'ARRAY' || keys[0]!.type.name === 'VARIANT')
      ? `from_json(${keys[0]!.sql}, '["varchar"]')`
      : `[${keys.map(text).join(', ')}]`;
  const sql = once(
    [cast(object!, OBJECT).sql, list],
    (o, names) =>
      `CASE WHEN ${o} IS NOT NULL THEN ${fromEntries(`list_filter(${entriesOf(o)}, lambda e: ${remove ? 'NOT ' : ''}list_contains(${names}, e.k))`)} END`,
  );
  return value(sql, OBJECT, object!, ...keys);
}
