import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
  await db.sql('CREATE TABLE sink (k INT, v INT, action VARCHAR, is_update BOOLEAN)');
});
afterAll(() => db.close());

/** A row as the model knows it: what makes two images one row is `row`. */
interface Row {
  row: number;
  k: number;
  v: number;
}
type Step =
  | { do: 'insert'; k: number; v: number }
  | { do: 'update'; k: number; v: number }
  | { do: 'delete'; k: number }
  | { do: 'merge'; k: number; v: number }
  | { do: 'overwrite'; v: number }
  | { do: 'truncate' }
  | { do: 'restream'; stream: number }
  | { do: 'consume'; stream: number }
  | { do: 'begin' | 'commit' | 'rollback' | 'failing' };

/** A stream and a table the naive way: whole copies of the rows, compared. */
class Model {
  rows: Row[] = [1, 2, 3].map((k) => ({ row: -k, k, v: 0 }));
  #nextRow = 1;
  /** Rows at each stream's offset; rows inserted since, for the append-only one. */
  readonly offsets: Row[][] = [this.rows, this.rows];
  inserted: Row[] = [];
  /** What an open transaction goes back to, and what streams show during it. */
  saved: { rows: Row[]; inserted: Row[] } | null = null;
  #consumed = new Set<number>();

  insert(k: number, v: number): void {
    const row = { row: this.#nextRow++, k, v };
    this.rows = [...this.rows, row];
    this.inserted = [...this.inserted, row];
  }

  update(k: number, v: number): void {
    this.rows = this.rows.map((row) => (row.k === k ? { ...row, v } : row));
    // What nobody has seen yet is inserted as it is now.
    const before = this.saved?.inserted ?? this.inserted;
    this.inserted = this.inserted.map((row) =>
      this.saved !== null &&
      row.k === k &&
      !before.includes(row) &&
      this.rows.some((one) => one.row === row.row)
        ? { ...row, v }
        : row,
    );
  }

  remove(matches: (row: Row) => boolean): void {
    const gone = new Set(this.rows.filter(matches).map((row) => row.row));
    this.rows = this.rows.filter((row) => !gone.has(row.row));
    if (this.saved === null) return;
    const known = new Set(this.saved.rows.map((row) => row.row));
    const seen = new Set(this.saved.inserted.map((row) => row.row));
    this.inserted = this.inserted.filter(
      (row) => !gone.has(row.row) || known.has(row.row) || seen.has(row.row),
    );
  }

  /** What a stream shows: the committed rows against those at its offset. */
  changes(stream: number): string[] {
    const now = this.saved?.rows ?? this.rows;
    if (stream === 2) {
      return (this.saved?.inserted ?? this.inserted).map((row) => `${row.k} ${row.v} INSERT 0`).sort();
    }
    const then = this.offsets[stream]!;
    const shown: string[] = [];
    for (const row of now) {
      const old = then.find((one) => one.row === row.row);
      if (old === undefined) shown.push(`${row.k} ${row.v} INSERT 0`);
      else if (this.#touched(old, row)) {
        shown.push(`${old.k} ${old.v} DELETE 1`, `${row.k} ${row.v} INSERT 1`);
      }
    }
    for (const old of then) {
      if (!now.some((row) => row.row === old.row)) shown.push(`${old.k} ${old.v} DELETE 0`);
    }
    return shown.sort();
  }

  /** Rows are replaced by every update, so identity tells an untouched one. */
  #touched(old: Row, row: Row): boolean {
    return old !== row;
  }

  /** A stream that is made again begins with the rows that are there. */
  restream(stream: number): void {
    this.#move(stream);
  }

  consume(stream: number): void {
    if (this.saved === null) this.#move(stream);
    else this.#consumed.add(stream);
  }

  begin(): void {
    this.saved = { rows: this.rows, inserted: this.inserted };
  }

  commit(): void {
    const { rows, inserted } = this.saved!;
    for (const stream of this.#consumed) {
      if (stream === 2)
        this.inserted = this.inserted.filter((row) => !inserted.some((one) => one.row === row.row));
      else this.offsets[stream] = rows;
    }
    this.#end();
  }

  rollback(): void {
    Object.assign(this, this.saved);
    this.#end();
  }

  #end(): void {
    this.saved = null;
    this.#consumed = new Set();
  }

  #move(stream: number): void {
    if (stream === 2) this.inserted = [];
    else this.offsets[stream] = this.rows;
  }
}

const key = fc.integer({ min: 1, max: 4 });
const value = fc.integer({ min: 0, max: 9 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('insert' as const), k: key, v: value }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('update' as const), k: key, v: value }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), k: key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), k: key, v: value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('overwrite' as const), v: value }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('consume' as const), stream: fc.integer({ min: 0, max: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('restream' as const), stream: fc.integer({ min: 0, max: 2 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('begin', 'begin', 'commit', 'rollback', 'failing') }),
  },
);

const STREAMS = ['s0', 's1', 'appended'];

async function apply(model: Model, one: Step): Promise<void> {
  switch (one.do) {
    case 'insert':
      await db.sql(`INSERT INTO t VALUES (${one.k}, ${one.v})`);
      return model.insert(one.k, one.v);
    case 'update':
      await db.sql(`UPDATE t SET v = ${one.v} WHERE k = ${one.k}`);
      return model.update(one.k, one.v);
    case 'delete':
      await db.sql(`DELETE FROM t WHERE k = ${one.k}`);
      return model.remove((row) => row.k === one.k);
    case 'merge': {
      await db.sql(`MERGE INTO t USING (SELECT ${one.k} AS k, ${one.v} AS v) s ON t.k = s.k
        WHEN MATCHED AND s.v > 7 THEN DELETE WHEN MATCHED THEN UPDATE SET v = s.v
        WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.v)`);
      if (!model.rows.some((row) => row.k === one.k)) return model.insert(one.k, one.v);
      return one.v > 7 ? model.remove((row) => row.k === one.k) : model.update(one.k, one.v);
    }
    case 'overwrite':
      await db.sql(`INSERT OVERWRITE INTO t VALUES (1, ${one.v})`);
      model.remove(() => true);
      return model.insert(1, one.v);
    // TRUNCATE and CREATE STREAM commit, so they stand outside of transactions here.
    case 'truncate':
      if (model.saved !== null) return;
      await db.sql('TRUNCATE TABLE t');
      return model.remove(() => true);
    case 'restream':
      if (model.saved !== null) return;
      await db.sql(
        `CREATE OR REPLACE STREAM ${STREAMS[one.stream]} ON TABLE t APPEND_ONLY = ${one.stream === 2}`,
      );
      return model.restream(one.stream);
    case 'consume':
      await db.sql(
        `INSERT INTO sink SELECT k, v, metadata$action, metadata$isupdate FROM ${STREAMS[one.stream]}`,
      );
      return model.consume(one.stream);
    case 'begin':
      if (model.saved !== null) return;
      await db.sql('BEGIN');
      return model.begin();
    case 'commit':
      if (model.saved === null) return;
      await db.sql('COMMIT');
      return model.commit();
    case 'rollback':
      if (model.saved === null) return;
      await db.sql('ROLLBACK');
      return model.rollback();
    case 'failing':
      await db.error("INSERT INTO t SELECT k, 'x' FROM s0 UNION ALL SELECT 1, 'x'");
  }
}

test('streams show what a naive comparison of whole tables shows, after any sequence of statements', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
      await db.sql('ROLLBACK');
      await db.sql('CREATE OR REPLACE TABLE t (k INT, v INT)');
      await db.sql('INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)');
      await db.sql('CREATE OR REPLACE STREAM s0 ON TABLE t');
      await db.sql('CREATE OR REPLACE STREAM s1 ON TABLE t');
      await db.sql('CREATE OR REPLACE STREAM appended ON TABLE t APPEND_ONLY = TRUE');
      const model = new Model();
      for (const one of steps) {
        await apply(model, one);
        for (const [index, name] of STREAMS.entries()) {
          const rows = await db.sql(`SELECT k, v, metadata$action, metadata$isupdate FROM ${name}`);
          expect(rows.map((row) => row.join(' ')).sort(), `${name} after ${JSON.stringify(one)}`).toEqual(
            model.changes(index),
          );
        }
        const rows = await db.sql('SELECT k, v FROM t');
        expect(rows.map((row) => row.join(' ')).sort()).toEqual(
          model.rows.map((row) => `${row.k} ${row.v}`).sort(),
        );
      }
    }),
    { numRuns: 30, seed: 20260630 },
  );
});
