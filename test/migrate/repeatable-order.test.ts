import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readMigrations } from '../../actions/migrate/migration-files.ts';
import { orderRepeatables } from '../../actions/migrate/repeatable-order.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'migrations-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function order(files: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, `${name}.sql`), text);
  return orderRepeatables(readMigrations(directory, {}).migrations).map((file) => file.name);
}

test('a view that reads another one runs after it, whatever their names are', () => {
  expect(
    order({
      V1__t: 'CREATE TABLE S.T (A INT)',
      R__a: 'CREATE OR REPLACE VIEW S.A AS SELECT * FROM S.M JOIN S.T USING (X)',
      R__m: 'CREATE OR REPLACE VIEW DB.S.M AS WITH q AS (SELECT * FROM "S"."Z") SELECT * FROM q',
      R__n: 'CREATE OR REPLACE VIEW S.N AS SELECT 1 AS ONE',
      R__z: 'CREATE OR REPLACE VIEW S.Z AS SELECT * FROM S.T',
    }),
  ).toEqual(['V1__t', 'R__z', 'R__m', 'R__a', 'R__n']);
});

test('a common table expression hides a view of its name, but not from its own query', () => {
  expect(
    order({
      R__a: 'CREATE OR REPLACE VIEW A AS WITH Z AS (SELECT 1 AS X) SELECT X FROM Z',
      R__b: 'CREATE OR REPLACE VIEW B AS WITH Y AS (SELECT * FROM Y) SELECT * FROM Y',
      R__y: 'CREATE OR REPLACE VIEW Y AS SELECT 1 AS X',
      R__z: 'CREATE OR REPLACE VIEW Z AS SELECT * FROM A',
    }),
  ).toEqual(['R__a', 'R__y', 'R__b', 'R__z']);
});

test('a circle is an error that names its files', () => {
  expect(() =>
    order({
      R__a: 'CREATE OR REPLACE VIEW A AS SELECT * FROM B',
      R__b: 'CREATE OR REPLACE VIEW B AS SELECT * FROM C',
      R__c: 'CREATE OR REPLACE VIEW C AS SELECT * FROM A',
    }),
  ).toThrow(
    `read each other in a circle: ${['a', 'b', 'c', 'a'].map((name) => `${directory}/R__${name}.sql`).join(' → ')}`,
  );
});
