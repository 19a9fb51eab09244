import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMigrations } from '../../actions/migrate/migration-files.ts';
import { UserError } from '../../actions/shared/errors.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject } from './database.ts';

const directory = mkdtempSync(join(tmpdir(), 'large-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

test('(failure 42) 10,000 migrations are read, taken as a baseline and compared with their history', async () => {
  const project = await createProject();
  for (let folder = 0; folder < 10; folder++) mkdirSync(join(project.directory, `${folder}`));
  for (let number = 1; number <= 10_000; number++) {
    const file = join(project.directory, `${number % 10}`, `V${String(number).padStart(5, '0')}__m.sql`);
    writeFileSync(file, `CREATE TABLE T${number} (A INT);\n`);
  }
  const { applied } = await project.run('baseline', { baselineVersion: '9999' });
  expect(applied).toHaveLength(9999);
  const { pending } = await project.run('plan');
  expect(pending.map(({ name }) => name)).toEqual(['V10000__m']);
}, 120_000);

test('(failure 42) a migration of a megabyte, in one statement and in thousands, is applied', async () => {
  const rows = Array.from({ length: 16_000 }, (_, index) => `(${index}, '${'x'.repeat(50)}')`);
  const many = Array.from({ length: 20_000 }, (_, index) => `SELECT ${index}, '${'y'.repeat(40)}'`).join(
    ';\n',
  );
  expect(many.length).toBeGreaterThan(1_000_000);
  const project = await createProject({
    'V1__t.sql': 'CREATE TABLE T (A INT, B VARCHAR);',
    'V2__one.sql': `INSERT INTO T VALUES ${rows.join(',\n')};\n-- ${'z'.repeat(100_000)}`,
  });
  await project.run('apply');
  expect(await project.rows(`SELECT COUNT(*), MAX(A) FROM ${project.database}.PUBLIC.T`)).toEqual([
    ['16000', '15999'],
  ]);
  project.write({ 'V3__many.sql': many });
  const { pending } = await project.run('plan');
  expect(pending.map(({ statements }) => statements)).toEqual([20_000]);
}, 60_000);

test('(failure 42) parentheses, blocks and folders 200 levels deep', async () => {
  const block = `EXECUTE IMMEDIATE $$\n${'BEGIN\n'.repeat(200)}RETURN 1;\n${'END;\n'.repeat(200)}$$`;
  const project = await createProject({
    'V1__t.sql': `CREATE TABLE T AS SELECT ${'('.repeat(200)}1${')'.repeat(200)} AS A;\n`,
    [`${'d/'.repeat(200)}V2__u.sql`]: 'CREATE TABLE U (A INT);',
  });
  const { applied } = await project.run('apply');
  expect(applied).toHaveLength(2);
  project.write({ 'V3__block.sql': block });
  expect((await project.run('plan')).pending.map(({ statements }) => statements)).toEqual([1]);
}, 60_000);

test('(failure 42) a file of any bytes is a migration or a problem of that file, never a crash', () => {
  const file = join(directory, 'V1__any.sql');
  const pieces = fc.constantFrom(
    ...['SELECT 1', ';', "'", '"', '$$', '--', '/*', '*/', '\n', '{{', '}}', 'BEGIN', 'END', '\\'],
    ...['-- migrate: ', 'timeout 1', 'requires V2', '\u0000', '\ufeff', '💥', '(', ')'],
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    fc.array(pieces, { maxLength: 30 }).map((texts) => Buffer.from(texts.join(' '))),
  );
  fc.assert(
    fc.property(bytes, (content) => {
      writeFileSync(file, content);
      try {
        const { migrations, problems } = readMigrations(directory, {});
        expect(migrations.length + problems.length).toBe(1);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
    }),
    { numRuns: 500 },
  );
});
