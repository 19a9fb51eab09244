import type { DuckDBConnection } from '@duckdb/node-api';
import { quote } from './database.ts';
import type { CatalogRecord, RecordKind, RecordOfKind } from './objects.ts';

/** Kinds that share one set of names in a schema: a name in FROM means one of them. */
const RELATION_KINDS: readonly RecordKind[] = ['TABLE', 'VIEW', 'STREAM'];

/**
 * All objects, in memory, loaded from and written to DuckDB's `catalog.objects` in the same transactions as the
 * data. Memory changes only after the commit.
 */
export class Catalog {
  readonly #records = new Map<number, CatalogRecord>();
  #nextId = 1;

  static async load(connection: DuckDBConnection): Promise<Catalog> {
    await connection.run('CREATE TABLE IF NOT EXISTS catalog.objects (id BIGINT, record VARCHAR)');
    const catalog = new Catalog();
    const reader = await connection.runAndReadAll('SELECT record FROM catalog.objects');
    for (const [record] of reader.getRowsJS()) catalog.apply(JSON.parse(String(record)) as CatalogRecord);
    return catalog;
  }

  /** A fresh id; ids of rolled-back objects are not used again. */
  nextId(): number {
    return this.#nextId++;
  }

  get(id: number): CatalogRecord | undefined {
    return this.#records.get(id);
  }

  /**
   * The live object of one of these kinds with this folded name. Kinds of the relation name space exclude each other,
   * but a session's temporary table, view or stage hides a permanent object from that session; others do not see it.
   */
  find<Kind extends RecordKind>(
    kinds: readonly Kind[],
    database: string | null,
    schema: string | null,
    name: string,
    sessionId: string | null = null,
  ): RecordOfKind<Kind> | undefined {
    let found: RecordOfKind<Kind> | undefined;
    for (const record of this.#records.values()) {
      if (
        record.name === name &&
        record.schema === schema &&
        record.database === database &&
        record.droppedAt === null &&
        (kinds as readonly RecordKind[]).includes(record.kind)
      ) {
        const owner = 'sessionId' in record ? (record.sessionId ?? null) : null;
        if (owner === null) found = record as RecordOfKind<Kind>;
        else if (owner === sessionId) return record as RecordOfKind<Kind>;
      }
    }
    return found;
  }

  /** The object that already has this name, in the name space that `kind` belongs to. */
  occupant(
    kind: RecordKind,
    database: string | null,
    schema: string | null,
    name: string,
  ): CatalogRecord | undefined {
    return this.find(RELATION_KINDS.includes(kind) ? RELATION_KINDS : [kind], database, schema, name);
  }

  /** Objects of a kind, live unless `dropped`, ordered by database, schema, name. */
  list<Kind extends RecordKind>(
    kind: Kind,
    filter: { database?: string | null; schema?: string | null; dropped?: boolean } = {},
  ): RecordOfKind<Kind>[] {
    return [...this.#records.values()]
      .filter(
        (record): record is RecordOfKind<Kind> =>
          record.kind === kind &&
          (filter.dropped === true) === (record.droppedAt !== null) &&
          (filter.database === undefined || record.database === filter.database) &&
          (filter.schema === undefined || record.schema === filter.schema),
      )
      .sort(
        (a, b) => compare(a.database, b.database) || compare(a.schema, b.schema) || compare(a.name, b.name),
      );
  }

  /** Everything in a database (its schemas too) or in one schema of it: live, or dropped at exactly that time. */
  contents(database: string, schema: string | null, droppedAt: number | null = null): CatalogRecord[] {
    return [...this.#records.values()].filter(
      (record) =>
        record.database === database &&
        (schema === null || record.schema === schema) &&
        record.droppedAt === droppedAt,
    );
  }

  /** Everything that is dropped and may still be asked for. */
  dropped(): CatalogRecord[] {
    return [...this.#records.values()].filter((record) => record.droppedAt !== null);
  }

  /** Makes a committed record the current one. Called by the transaction only. */
  apply(record: CatalogRecord): void {
    this.#records.set(record.id, record);
    this.#nextId = Math.max(this.#nextId, record.id + 1);
  }

  /** Removes a record for good (purged after its retention). Called by the transaction only. */
  forget(id: number): void {
    this.#records.delete(id);
  }
}

/** SQL that writes a record within the running transaction. */
export function saveStatements(record: CatalogRecord, isNew: boolean): string[] {
  const insert = `INSERT INTO catalog.objects VALUES (${record.id}, ${quote(JSON.stringify(record))})`;
  return isNew ? [insert] : [`DELETE FROM catalog.objects WHERE id = ${record.id}`, insert];
}

function compare(a: string | null, b: string | null): number {
  return (a ?? '') < (b ?? '') ? -1 : (a ?? '') > (b ?? '') ? 1 : 0;
}
