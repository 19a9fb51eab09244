import type { TableReference } from '../../../../shared/sql/ast.ts';
import { parseQueryText } from '../../../../shared/sql/parse.ts';
import { walk } from '../../../../shared/sql/walk.ts';
import type { Catalog } from '../catalog.ts';
import type { DynamicTable, TableRecord } from '../objects.ts';

export type DynamicRecord = TableRecord & { dynamic: DynamicTable };

export function isDynamic(record: TableRecord): record is DynamicRecord {
  return record.dynamic !== undefined;
}

/** The tables that a query reads, by itself and through views. `place` completes its names. */
export function sourceTables(
  queryText: string,
  place: { database: string | null; schema: string | null },
  catalog: Catalog,
): TableRecord[] {
  const found = new Map<number, TableRecord>();
  const seen = new Set<number>();
  const pending = [{ queryText, place }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    for (const parts of namesIn(next.queryText)) {
      const database = parts.at(-3) ?? next.place.database;
      const schema = parts.at(-2) ?? next.place.schema;
      const record = catalog.find(['TABLE', 'VIEW'], database, schema, parts.at(-1)!);
      if (record?.kind === 'TABLE') found.set(record.id, record);
      else if (record !== undefined && !seen.has(record.id)) {
        seen.add(record.id);
        pending.push({ queryText: record.queryText, place: record });
      }
    }
  }
  return [...found.values()];
}

/** Dynamic tables that this one reads, nearest first. */
export function upstream(table: DynamicRecord, catalog: Catalog): DynamicRecord[] {
  return sourceTables(table.dynamic.queryText, table, catalog).filter(isDynamic);
}

/** Dynamic tables that read this one. */
export function downstream(table: TableRecord, catalog: Catalog): DynamicRecord[] {
  return catalog
    .list('TABLE')
    .filter(isDynamic)
    .filter((other) =>
      sourceTables(other.dynamic.queryText, other, catalog).some((source) => source.id === table.id),
    );
}

function namesIn(queryText: string): string[][] {
  const names: string[][] = [];
  walk(parseQueryText(queryText), (node) => {
    if (node.kind === 'table' && 'name' in node) {
      const { name } = node as unknown as TableReference;
      if (name.kind === 'name') names.push(name.parts.map((part) => part.name));
    }
    return undefined;
  });
  return names;
}
