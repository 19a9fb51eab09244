import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readSnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject, type Project } from './database.ts';
import { type QueryProxy, startQueryProxy } from './query-proxy.ts';

let bundle: string;
beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
  const directory = mkdtempSync(join(tmpdir(), 'migrate-bundle-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  bundle = join(directory, 'main.mjs');
  await build({
    entryPoints: ['actions/migrate/main.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire as bundleRequire } from 'node:module'; const require = bundleRequire(import.meta.url), __dirname = import.meta.dirname;",
    },
    logLevel: 'error',
  });
  // Fills the compile cache, which a killed process does not write.
  const warm = spawn(process.execPath, [bundle], {
    env: { ...process.env, NODE_COMPILE_CACHE: join(directory, 'cache') },
    stdio: 'ignore',
  });
  await once(warm, 'exit');
});

/** The action as a process of its own, its statements through the proxy. */
function startMigrate(project: Project, proxy: QueryProxy): ChildProcess {
  return spawn(process.execPath, [bundle], {
    env: {
      ...process.env,
      NODE_COMPILE_CACHE: join(dirname(bundle), 'cache'),
      SNOWFLAKE_ACCESS_URL: proxy.url,
      INPUT_MODE: 'apply',
      INPUT_DIRECTORY: project.directory,
      INPUT_DATABASE: project.database,
      'INPUT_OUT-OF-ORDER': 'false',
      'INPUT_ALLOW-GAPS': 'false',
      'INPUT_LOCK-TIMEOUT-SECONDS': '0',
      INPUT_COUNT: '1',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Time passes: the lock of a process that is dead expires. */
async function expireLock({ session, database }: Project): Promise<void> {
  await session.execute(
    `UPDATE ${database}.DATAOPS.MIGRATION_LOCK SET EXPIRES_AT = DATEADD(hour, -1, CURRENT_TIMESTAMP())
      WHERE RUN_ID IS NOT NULL`,
  );
}

/** Every statement here would fail or show when it ran twice. */
const migrations = {
  'V001__mixed.sql': "CREATE TABLE LOG (A VARCHAR);\nINSERT INTO LOG VALUES ('mixed 2');",
  'V002__dml.sql': "INSERT INTO LOG VALUES ('dml 1');\nINSERT INTO LOG SELECT 'dml 2';",
  'V003__transaction.sql': "BEGIN;\nINSERT INTO LOG VALUES ('transaction 2');\nCOMMIT;",
  'R__last.sql': "INSERT INTO LOG VALUES ('last 1');",
};
const everythingOnce = ['dml 1', 'dml 2', 'last 1', 'mixed 2', 'transaction 2'];

/** Kills the process when the server has carried out its statement number `at`; returns whether there was one. */
async function killAfter(at: number): Promise<boolean> {
  const project = await createProject(migrations);
  let child: ChildProcess | undefined;
  let killed = '';
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    onAnswer(count, sql) {
      if (count !== at) return true;
      killed = sql;
      child?.kill('SIGKILL');
      return false;
    },
  });
  child = startMigrate(project, proxy);
  const [code, signal] = await once(child, 'exit');
  proxy.close();
  if (killed === '') {
    expect([code, await state(project)]).toEqual([0, everythingOnce]);
    return false;
  }
  const where = `killed after statement ${at}: ${killed.slice(0, 60)}`;
  expect(signal, where).toBe('SIGKILL');
  if ((await project.rows(`SHOW TABLES LIKE 'MIGRATION_LOCK' IN DATABASE ${project.database}`)).length > 0)
    await expireLock(project);
  await project.run('apply');
  expect(await state(project), where).toEqual(everythingOnce);
  expect((await project.run('verify')).alreadyApplied, where).toBe(4);
  return true;
}

async function state(project: Project): Promise<(string | null)[]> {
  return (await project.rows(`SELECT A FROM ${project.database}.PUBLIC.LOG ORDER BY A`)).map(([a]) => a!);
}

test.concurrent('row 17: killed at any of its statements, the next run goes on where it ended; nothing runs twice', async () => {
  let next = 1;
  let boundaries = 0;
  const worker = async (): Promise<void> => {
    while (await killAfter(next++)) boundaries++;
  };
  await Promise.all(Array.from({ length: 2 }, worker));
  // Read, create, lock; two a statement; begin and end.
  expect(boundaries).toBeGreaterThan(25);
}, 240_000);

test.concurrent('row 17: killed inside a statement, the next run waits for it to end and does not run it again', async () => {
  const slow =
    'INSERT INTO T SELECT COUNT(DISTINCT SHA2(A.SEQ || B.SEQ)) FROM (SELECT SEQ4() SEQ FROM TABLE(GENERATOR(ROWCOUNT => 900))) A, (SELECT SEQ4() SEQ FROM TABLE(GENERATOR(ROWCOUNT => 900))) B';
  const project = await createProject({
    'V1__slow.sql': `CREATE TABLE T (A INT);\n${slow};\nCREATE TABLE U (A INT);`,
  });
  let child: ChildProcess | undefined;
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    onStatement(_, sql) {
      if (sql !== slow) return true;
      child?.kill('SIGKILL');
      return false;
    },
  });
  child = startMigrate(project, proxy);
  expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
  await expireLock(project);
  const told: string[] = [];
  await project.run('apply', { onProgress: (line) => told.push(line) });
  proxy.close();
  expect(told.join('\n')).toMatch(
    /V1__slow\.sql:2: still running since the last run \(query [0-9a-f-]+\); waiting/,
  );
  expect(told.join('\n')).toContain('statement 2 had run before the last run ended');
  expect(await project.rows(`SELECT COUNT(*) FROM ${project.database}.PUBLIC.T`)).toEqual([['1']]);
  await project.run('verify');
}, 120_000);

test.concurrent('row 17: a statement that ran and whose end was never recorded must not be edited', async () => {
  const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (1);' });
  let child: ChildProcess | undefined;
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    onAnswer(_, sql) {
      if (sql !== 'INSERT INTO T VALUES (1)') return true;
      child?.kill('SIGKILL');
      return false;
    },
  });
  child = startMigrate(project, proxy);
  await once(child, 'exit');
  proxy.close();
  await expireLock(project);
  project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (2);' });
  await expect(project.run('apply')).rejects.toThrow(
    /V1__t\.sql:2: statement 2 ran at 20.* and was edited afterwards/,
  );
  project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (1);' });
  await project.run('apply');
  expect(await project.rows(`SELECT * FROM ${project.database}.PUBLIC.T`)).toEqual([['1']]);
});

test.concurrent('row 19: an answer that is lost on the way is asked for again; the statement does not run twice', async () => {
  const project = await createProject(migrations);
  const dropped = new Set<number>();
  const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
    onAnswer(count, sql) {
      if (!sql.includes("'mixed 2'") || dropped.has(count)) return true;
      dropped.add(count);
      return false;
    },
  });
  const settings = { ...(await readSnowflakeSettings(undefined)), accessUrl: proxy.url };
  await project.run('apply', { settings });
  proxy.close();
  expect(dropped.size).toBe(1);
  expect(await state(project)).toEqual(everythingOnce);
}, 120_000);
