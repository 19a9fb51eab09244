import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestEngine, type TestEngine } from '../../../../support/engine.ts';

let db: TestEngine;
beforeAll(async () => {
  db = await openTestEngine();
});
afterAll(() => db.close());

interface Row {
  k: number;
  v: number;
}
/** WHEN clauses in order. `when`: a condition on the source row's value, or none. */
type Clause =
  | { matched: true; when: number | null; then: 'update' | 'delete' }
  | { matched: false; when: number | null; then: 'insert' };

const row = fc.record({ k: fc.integer({ min: 1, max: 4 }), v: fc.integer({ min: 0, max: 9 }) });
const when = fc.option(fc.integer({ min: 1, max: 9 }), { freq: 3 });
const clause: fc.Arbitrary<Clause> = fc.oneof(
  fc.record({
    matched: fc.constant(true as const),
    when,
    then: fc.constantFrom('update' as const, 'delete' as const),
  }),
  fc.record({ matched: fc.constant(false as const), when, then: fc.constant('insert' as const) }),
);

/** A clause without a condition is the last of its kind: others after it could never apply, which is an error. */
function allowed(clauses: Clause[]): Clause[] {
  const closed = new Set<boolean>();
  return clauses.filter((one) => {
    if (closed.has(one.matched)) return false;
    if (one.when === null) closed.add(one.matched);
    return true;
  });
}

/** MERGE the naive way; undefined: a target row with several source rows that change it. */
function merged(target: Row[], source: Row[], clauses: Clause[]): Row[] | undefined {
  const fitting = (s: Row, isMatched: boolean): Clause | undefined =>
    clauses.find((one) => one.matched === isMatched && (one.when === null || s.v < one.when));
  const result: Row[] = [];
  for (const t of target) {
    const changes = source
      .filter((s) => s.k === t.k)
      .flatMap((s) => {
        const found = fitting(s, true);
        return found === undefined ? [] : [{ s, then: found.then }];
      });
    // Several source rows may delete one target row, if none updates it.
    if (changes.length > 1 && changes.some(({ then }) => then === 'update')) return undefined;
    const [change] = changes;
    if (change === undefined) result.push(t);
    else if (change.then === 'update') result.push({ k: t.k, v: change.s.v + 100 });
  }
  for (const s of source) {
    if (target.some((t) => t.k === s.k) || fitting(s, false) === undefined) continue;
    result.push({ k: s.k, v: s.v });
  }
  return result;
}

function mergeSql(clauses: Clause[]): string {
  const parts = clauses.map((one) => {
    const condition = one.when === null ? '' : ` AND s.v < ${one.when}`;
    const what = {
      update: 'UPDATE SET v = s.v + 100',
      delete: 'DELETE',
      insert: 'INSERT (k, v) VALUES (s.k, s.v)',
    }[one.then];
    return `WHEN ${one.matched ? '' : 'NOT '}MATCHED${condition} THEN ${what}`;
  });
  return `MERGE INTO t USING s ON t.k = s.k ${parts.join(' ')}`;
}

async function fill(table: string, rows: Row[]): Promise<void> {
  await db.sql(`CREATE OR REPLACE TABLE ${table} (k INT, v INT)`);
  if (rows.length > 0)
    await db.sql(`INSERT INTO ${table} VALUES ${rows.map(({ k, v }) => `(${k}, ${v})`).join(', ')}`);
}

// Source: docs.snowflake.com, MERGE: clauses in order, nondeterministic results.
test('any MERGE does what a naive one does, or fails with 100090 where that one cannot tell', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 5 }),
      fc.array(row, { maxLength: 5 }),
      fc.array(clause, { minLength: 1, maxLength: 5 }),
      async (target, source, some) => {
        const clauses = allowed(some);
        await fill('t', target);
        await fill('s', source);
        await db.sql('CREATE OR REPLACE STREAM changes ON TABLE t');
        const expected = merged(target, source, clauses);
        const text = (rows: Row[]): string[] => rows.map(({ k, v }) => `${k} ${v}`).sort();
        const stored = async (): Promise<string[]> =>
          (await db.sql('SELECT k, v FROM t')).map((one) => one.join(' ')).sort();
        if (expected === undefined) {
          expect((await db.error(mergeSql(clauses))).code).toBe('100090');
          expect(await stored()).toEqual(text(target));
          return;
        }
        await db.sql(mergeSql(clauses));
        expect(await stored(), mergeSql(clauses)).toEqual(text(expected));
        // The stream's changes applied to what was there give what is there.
        const bag = text(target);
        for (const [k, v, action] of await db.sql('SELECT k, v, metadata$action FROM changes ORDER BY 3')) {
          if (action === 'INSERT') bag.push(`${k} ${v}`);
          else bag.splice(bag.indexOf(`${k} ${v}`), 1);
        }
        expect(bag.sort()).toEqual(await stored());
      },
    ),
    { numRuns: 40, seed: 20261125 },
  );
}, 60_000);
