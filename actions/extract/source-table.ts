import type { ClientBase } from 'pg';
import pg from 'pg';
import { UserError } from '../shared/errors.ts';

/** A table, view or partitioned table as PostgreSQL's catalog describes it. */
export interface SourceTable {
  /** As the configuration names it. */
  name: string;
  /** Schema and name, quoted for SQL. */
  sql: string;
  /** Size of its heap in blocks; 0 where it has none of its own (a view, a partitioned table). */
  blocks: number;
  /** Heap rows carry the transaction that wrote them (`xmin`); those of views and foreign tables do not. */
  hasRowVersions: boolean;
  columns: SourceColumn[];
}

export interface SourceColumn {
  name: string;
  nullable: boolean;
  /** As declared, e.g. `numeric(10,2)` or `public.country_code`. */
  declared: string;
  /** The type under any domain as SQL writes it. */
  base: string;
  /** As in pg_attribute: `s` stored, `v` virtual, empty when it is not generated. */
  generated: string;
  /** The type under any domain: name in pg_type, whether it is PostgreSQL's own, its kind and modifier. */
  type: { name: string; isBuiltIn: boolean; kind: string; category: string; modifier: number };
}

interface Relation {
  name: string;
  oid: number;
  kind: string;
  readable: boolean;
  blocks: number;
}

/**
 * Looks tables up by their exact names, `schema.table` or a table of schema `public`, with two queries for all of them.
 * @throws UserError when one is missing, or may not be read
 */
export async function readSourceTables(
  client: ClientBase,
  names: readonly string[],
): Promise<Map<string, SourceTable>> {
  const relations = await findRelations(client, names);
  for (const name of names) {
    const relation = relations.get(name);
    if (relation === undefined) throw await missingTable(client, name);
    if (relation.readable) continue;
    throw new UserError(`table ${name}: no permission to read it`, {
      remedy: `GRANT USAGE on schema "${partsOf(name).schema}" and SELECT on the table to the user of the source's secret.`,
    });
  }
  const columns = await readColumns(
    client,
    [...relations.values()].map(({ oid }) => oid),
  );
  return new Map(
    [...relations.values()].map((relation) => [
      relation.name,
      sourceTable(relation, columns.get(relation.oid) ?? []),
    ]),
  );
}

function sourceTable({ name, kind, blocks }: Relation, columns: SourceColumn[]): SourceTable {
  if (columns.length === 0) {
    throw new UserError(`table ${name} has no columns`, { remedy: 'Take it out of the configuration.' });
  }
  const { schema, table } = partsOf(name);
  return {
    name,
    sql: `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`,
    blocks,
    hasRowVersions: kind === 'r' || kind === 'p',
    columns,
  };
}

function partsOf(name: string): { schema: string; table: string } {
  const dot = name.indexOf('.');
  return { schema: dot < 0 ? 'public' : name.slice(0, dot), table: name.slice(dot + 1) };
}

/** Checks that configured columns exist. @throws UserError naming the table, the column and the ones there are. */
export function requireColumns(table: SourceTable, names: readonly string[], role: string): void {
  for (const name of names) {
    if (table.columns.some((column) => column.name === name)) continue;
    throw new UserError(`table ${table.name}: its ${role} column "${name}" does not exist`, {
      remedy: `Correct "${role}" in the pipeline configuration. Columns: ${table.columns.map((column) => column.name).join(', ')}.`,
    });
  }
}

async function findRelations(client: ClientBase, names: readonly string[]): Promise<Map<string, Relation>> {
  const parts = names.map(partsOf);
  const { rows } = await client.query<Relation>(
    `SELECT wanted.name, c.oid, c.relkind AS kind,
            has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AS readable,
            CASE WHEN c.relkind IN ('r', 'm')
                 THEN (pg_relation_size(c.oid) / current_setting('block_size')::int)::float8 ELSE 0 END AS blocks
       FROM unnest($1::text[], $2::text[], $3::text[]) AS wanted (name, schema_name, table_name)
       JOIN pg_catalog.pg_namespace n ON n.nspname::text = wanted.schema_name
       JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname::text = wanted.table_name
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')`,
    [names, parts.map(({ schema }) => schema), parts.map(({ table }) => table)],
  );
  return new Map(rows.map((row) => [row.name, row]));
}

async function missingTable(client: ClientBase, name: string): Promise<UserError> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT n.nspname || '.' || c.relname AS name
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^(pg_|information_schema$)'
      ORDER BY lower(c.relname) <> lower($1), 1 LIMIT 10`,
    [partsOf(name).table],
  );
  const names = rows.map((row) => row.name).join(', ') || '(none)';
  return new UserError(`table ${name} does not exist in the source`, {
    remedy: `Names are exact, upper and lower case included. Tables there: ${names}.`,
  });
}

/** The columns of these tables, by the tables' oids. */
async function readColumns(
  client: ClientBase,
  oids: readonly number[],
): Promise<Map<number, SourceColumn[]>> {
  const { rows } = await client.query<{
    oid: number;
    name: string;
    nullable: boolean;
    declared: string;
    base: string;
    generated: string;
    type_name: string;
    is_built_in: boolean;
    kind: string;
    category: string;
    modifier: number;
  }>(
    `WITH RECURSIVE resolved AS (
       SELECT a.attrelid AS oid, a.attnum, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS declared,
              a.atttypid AS type, a.atttypmod AS modifier, a.attnotnull AS not_null, a.attgenerated AS generated
         FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
       UNION ALL
       SELECT r.oid, r.attnum, r.name, r.declared, t.typbasetype,
              CASE WHEN t.typtypmod <> -1 THEN t.typtypmod ELSE r.modifier END, r.not_null OR t.typnotnull,
              r.generated
         FROM resolved r JOIN pg_catalog.pg_type t ON t.oid = r.type
        WHERE t.typtype = 'd')
     SELECT r.oid, r.name, r.declared, format_type(r.type, r.modifier) AS base, r.generated,
            NOT r.not_null AS nullable, r.modifier, t.typname::text AS type_name,
            t.typnamespace = 'pg_catalog'::regnamespace AS is_built_in, t.typtype AS kind, t.typcategory AS category
       FROM resolved r JOIN pg_catalog.pg_type t ON t.oid = r.type
      WHERE t.typtype <> 'd' ORDER BY r.oid, r.attnum`,
    [oids],
  );
  const columns = new Map<number, SourceColumn[]>();
  for (const { oid, name, nullable, declared, base, generated, ...type } of rows) {
    const { type_name, is_built_in: isBuiltIn, kind, category, modifier } = type;
    const column = {
      name,
      nullable,
      declared,
      base,
      generated,
      type: { name: type_name, isBuiltIn, kind, category, modifier },
    };
    columns.set(oid, [...(columns.get(oid) ?? []), column]);
  }
  return columns;
}
