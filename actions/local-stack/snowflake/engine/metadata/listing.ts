import type { Column, SnowflakeType } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, text } from '../dml/rows-relation.ts';
import type { CatalogRecord, RecordKind, RecordOfKind, TableRecord, ViewRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** What SHOW lists: documented columns, in order, and a row per object. */
export interface Listing {
  columns: Column[];
  /** Of SHOW TERSE. */
  terse: Column[] | null;
  /** Whether SHOW … HISTORY exists: dropped objects too, with the column dropped_on. */
  hasHistory: boolean;
  rows(session: Session, place: Place, history: boolean): ListedRow[];
}
export interface ListedRow {
  name: string;
  row: Cell[];
  terse: Cell[];
  droppedAt: number | null;
}
/** IN …: undefined is anywhere. */
export interface Place {
  database?: string;
  schema?: string;
  /** IN TABLE t, IN VIEW v */
  relation?: number;
}

/** A column of SHOW: its type and what it has of an object. */
type Field<Item> = [SnowflakeType, (item: Item, session: Session) => Cell];
export type Fields<Item> = Record<string, Field<Item>>;

/** A listing of whatever `items` gives. `kind` is what SHOW TERSE calls an object; null: there is no SHOW TERSE. */
export function listing<Item extends { name: string; createdAt?: number; droppedAt?: number | null }>(
  items: (session: Session, place: Place, history: boolean) => Item[],
  fields: Fields<Item>,
  options: { kind?: (item: Item) => Cell; terse?: Fields<Item>; history?: boolean } = {},
): Listing {
  const nothing: Field<Item> = [text, () => null];
  const terse: Fields<Item> | null =
    options.kind === undefined
      ? null
      : {
          created_on: [instant, (item) => item.createdAt ?? null],
          name: [text, (item) => item.name],
          kind: [text, options.kind],
          database_name: fields.database_name ?? nothing,
          schema_name: fields.schema_name ?? nothing,
          ...options.terse,
        };
  return {
    columns: headerOf(fields),
    terse: terse === null ? null : headerOf(terse),
    hasHistory: options.history ?? false,
    rows: (session, place, history) =>
      items(session, place, history).map((item) => ({
        name: item.name,
        row: Object.values(fields).map(([, cell]) => cell(item, session)),
        terse: Object.values(terse ?? {}).map(([, cell]) => cell(item, session)),
        droppedAt: item.droppedAt ?? null,
      })),
  };
}

/** Live objects of a kind in a place; with `history` the dropped ones behind them. */
export function inPlace<Kind extends RecordKind>(
  kind: Kind,
): (session: Session, place: Place, history: boolean) => RecordOfKind<Kind>[] {
  return (session, { database, schema }, history) => {
    const { catalog } = session.engine;
    const filter = {
      ...(database === undefined ? {} : { database }),
      ...(schema === undefined ? {} : { schema }),
    };
    const live = catalog.list(kind, filter);
    return history ? [...live, ...catalog.list(kind, { ...filter, dropped: true })] : live;
  };
}

/** Objects of the account: everywhere the same. */
export function ofAccount<Kind extends RecordKind>(kind: Kind): (session: Session) => RecordOfKind<Kind>[] {
  return (session) => session.engine.catalog.list(kind);
}

/** created_on, name, database_name, schema_name, which begin most listings. */
export function placed<Item extends CatalogRecord>(): Fields<Item> {
  return {
    created_on: [instant, (item) => item.createdAt],
    name: [text, (item) => item.name],
    database_name: [text, (item) => item.database],
    schema_name: [text, (item) => item.schema],
  };
}

/** Always the same. */
export function constant<Item>(value: Cell): Field<Item> {
  return [text, () => value];
}

export function yn(value: boolean): string {
  return value ? 'Y' : 'N';
}

export function onOff(value: boolean): string {
  return value ? 'ON' : 'OFF';
}

/** A table's rows, counted when the listing is read; null for an external table. Source: docs.snowflake.com, SHOW TABLES. */
export function rowCount(table: TableRecord): Cell {
  if (table.external !== undefined) return null;
  return { sql: `(SELECT count(*) FROM data.t${table.id})` };
}

/** `LINEAR(a, b)`, as SHOW gives a clustering key. */
export function clusteringKey(clusterBy: string | null | undefined): string {
  return clusterBy == null ? '' : `LINEAR(${clusterBy})`;
}

/** Tables of a database that a session sees: other sessions' temporary ones are not among them. */
export function visibleTables(session: Session, place: Place = {}, history = false): TableRecord[] {
  return inPlace('TABLE')(session, place, history).filter(
    // The directories of stages are tables of no schema.
    (table) => table.schema !== null && (table.sessionId === null || table.sessionId === session.id),
  );
}

/** Views of a place that a session sees. */
export function visibleViews(session: Session, place: Place, history = false): ViewRecord[] {
  return inPlace('VIEW')(session, place, history).filter(
    (view) => view.sessionId === undefined || view.sessionId === session.id,
  );
}

function headerOf<Item>(fields: Fields<Item>): Column[] {
  return columns(Object.fromEntries(Object.entries(fields).map(([name, [type]]) => [name, type])));
}
