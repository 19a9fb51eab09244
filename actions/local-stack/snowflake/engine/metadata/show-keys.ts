import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { instant, integer, text } from '../dml/rows-relation.ts';
import type { TableConstraint, TableRecord } from '../objects.ts';
import type { Session } from '../session.ts';
import { type Listing, listing, type Place, visibleTables } from './listing.ts';

/** A column of a key. */
interface KeyItem {
  name: string;
  table: TableRecord;
  key: TableConstraint;
  column: string;
  /** From 1. */
  sequence: number;
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-primary-keys */
function keys(type: TableConstraint['type']): Listing {
  return listing<KeyItem>((session, place) => keyItems(session, place, type), {
    created_on: [instant, ({ table, key }) => key.createdAt ?? table.createdAt],
    database_name: [text, ({ table }) => table.database],
    schema_name: [text, ({ table }) => table.schema],
    table_name: [text, ({ table }) => table.name],
    column_name: [text, ({ column }) => column],
    key_sequence: [integer, ({ sequence }) => sequence],
    constraint_name: [text, ({ key }) => key.name],
    rely: [text, isRelied],
    comment: [text, ({ key }) => key.comment ?? null],
  });
}

interface ForeignItem extends KeyItem {
  primary: { database: string; schema: string; table: string; column: string; name: string | null };
}

/** https://docs.snowflake.com/en/sql-reference/sql/show-imported-keys: what tables refer to; exported: what refers to them. */
function foreignKeys(direction: 'imported' | 'exported'): Listing {
  return listing<ForeignItem>((session, place) => foreignItems(session, place, direction), {
    created_on: [instant, ({ table, key }) => key.createdAt ?? table.createdAt],
    pk_database_name: [text, ({ primary }) => primary.database],
    pk_schema_name: [text, ({ primary }) => primary.schema],
    pk_table_name: [text, ({ primary }) => primary.table],
    pk_column_name: [text, ({ primary }) => primary.column],
    fk_database_name: [text, ({ table }) => table.database],
    fk_schema_name: [text, ({ table }) => table.schema],
    fk_table_name: [text, ({ table }) => table.name],
    fk_column_name: [text, ({ column }) => column],
    key_sequence: [integer, ({ sequence }) => sequence],
    update_rule: [text, ({ key }) => rule(key, 'UPDATE')],
    delete_rule: [text, ({ key }) => rule(key, 'DELETE')],
    fk_name: [text, ({ key }) => key.name],
    pk_name: [text, ({ primary }) => primary.name],
    deferrability: [text, () => 'NOT DEFERRABLE'],
    rely: [text, isRelied],
    comment: [text, ({ key }) => key.comment ?? null],
  });
}

export const keyListings: Record<string, Listing> = {
  'PRIMARY KEYS': keys('PRIMARY KEY'),
  'UNIQUE KEYS': keys('UNIQUE'),
  'IMPORTED KEYS': foreignKeys('imported'),
  'EXPORTED KEYS': foreignKeys('exported'),
};

function keyItems(session: Session, place: Place, type: TableConstraint['type']): KeyItem[] {
  return visibleTables(session, place)
    .filter((table) => place.relation === undefined || table.id === place.relation)
    .flatMap((table) => itemsOf(table, type));
}

function itemsOf(table: TableRecord, type: TableConstraint['type']): KeyItem[] {
  return table.constraints
    .filter((key) => key.type === type)
    .flatMap((key) =>
      key.columns.map((column, index) => ({ name: key.name, table, key, column, sequence: index + 1 })),
    );
}

function foreignItems(session: Session, place: Place, direction: 'imported' | 'exported'): ForeignItem[] {
  const from = direction === 'imported' ? keyItems(session, place, 'FOREIGN KEY') : allForeign(session);
  return from
    .map((item) => ({ ...item, primary: primaryOf(item, session) }))
    .filter(({ primary }) => direction === 'imported' || isIn(primary, place, session));
}

function allForeign(session: Session): KeyItem[] {
  return visibleTables(session).flatMap((table) => itemsOf(table, 'FOREIGN KEY'));
}

function primaryOf({ key, sequence }: KeyItem, session: Session): ForeignItem['primary'] {
  const { references } = key;
  const [database, schema, name] = parseObjectName(references!.table).map((part) => part.name);
  const table = session.engine.catalog.find(['TABLE'], database!, schema!, name!);
  const primary = table?.constraints.find((one) => one.type === 'PRIMARY KEY');
  const columns = references!.columns.length > 0 ? references!.columns : (primary?.columns ?? []);
  return {
    database: database!,
    schema: schema!,
    table: name!,
    column: columns[sequence - 1] ?? '',
    name: primary?.name ?? null,
  };
}

function isIn(primary: ForeignItem['primary'], place: Place, session: Session): boolean {
  if (place.relation !== undefined) {
    const table = session.engine.catalog.get(place.relation);
    return (
      table?.name === primary.table && table.schema === primary.schema && table.database === primary.database
    );
  }
  return (
    (place.database === undefined || place.database === primary.database) &&
    (place.schema === undefined || place.schema === primary.schema)
  );
}

function isRelied({ key }: KeyItem): string {
  return String(key.properties?.includes('RELY') ?? false);
}

function rule(key: TableConstraint, event: 'UPDATE' | 'DELETE'): string {
  const written = key.properties?.find((property) => property.startsWith(`ON ${event} `));
  return written?.slice(`ON ${event} `.length) ?? 'NO ACTION';
}
