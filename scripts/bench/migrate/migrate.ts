import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack } from '../../../actions/local-stack/stack.ts';
import { migrate } from '../../../actions/migrate/migrate.ts';
import { UserError } from '../../../actions/shared/errors.ts';
import { SnowflakeSession } from '../../../actions/shared/snowflake.ts';
import { alone, type Bench, type Measure, median } from '../measure.ts';

const COUNT = 1000;
const RUNS = 3;
const BUNDLE = 'dist/migrate/main.js';

/** The bundled migrate action, as a process of its own, with a thousand migrations on the local Snowflake. */
export const benchMigrate: Bench = async ({ isWanted, say }) => {
  if (!existsSync(BUNDLE)) throw new UserError(`there is no ${BUNDLE}`, { remedy: 'npm run build' });
  const directory = mkdtempSync(join(tmpdir(), 'bench-migrate-'));
  const stack = await startStack({ services: ['snowflake'] });
  try {
    for (let number = 1; number <= COUNT; number++) {
      writeFileSync(join(directory, `V${String(number).padStart(4, '0')}__t.sql`), migration(number));
    }
    const settings = {
      account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
      accessUrl: stack.env.SNOWFLAKE_ACCESS_URL ?? '',
      user: stack.env.SNOWFLAKE_USER ?? '',
      password: stack.env.SNOWFLAKE_PASSWORD ?? '',
    };
    await using session = await SnowflakeSession.open(settings);
    await session.execute('CREATE DATABASE EMPTY');
    await session.execute('CREATE DATABASE FULL_HISTORY');
    await migrate({
      mode: 'baseline',
      directory,
      database: 'FULL_HISTORY',
      variables: {},
      settings,
      baselineVersion: String(COUNT),
    });
    const cases: [name: string, mode: string, database: string, wanted: number, part: 'first' | 'whole'][] = [
      ['first log line', 'plan', 'FULL_HISTORY', 0.5, 'first'],
      ['nothing to do, 1,000 applied: whole process', 'apply', 'FULL_HISTORY', 1.5, 'whole'],
      ['plan of 1,000 pending: whole process', 'plan', 'EMPTY', 5, 'whole'],
    ];
    const measures: Measure[] = [];
    for (const [name, mode, database, wanted, part] of cases.filter(([name]) => isWanted(name))) {
      say(name);
      const times: number[] = [];
      for (let run = 0; run < RUNS; run++)
        times.push((await runBundle({ ...stack.env }, mode, directory, database))[part]);
      measures.push(alone(name, median(times), wanted, null));
    }
    return measures;
  } finally {
    await stack.stop();
    rmSync(directory, { recursive: true, force: true });
  }
};

/** Seconds from the start of the process to its first output and to its end. */
async function runBundle(
  env: Record<string, string>,
  mode: string,
  directory: string,
  database: string,
): Promise<{ first: number; whole: number }> {
  const started = performance.now();
  const elapsed = (): number => (performance.now() - started) / 1000;
  const child = spawn(process.execPath, [BUNDLE], {
    env: {
      PATH: process.env.PATH ?? '',
      ...env,
      INPUT_MODE: mode,
      INPUT_DIRECTORY: directory,
      INPUT_DATABASE: database,
      'INPUT_OUT-OF-ORDER': 'false',
      'INPUT_ALLOW-GAPS': 'false',
      'INPUT_LOCK-TIMEOUT-SECONDS': '0',
      INPUT_COUNT: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let first = 0;
  let log = '';
  child.stdout.on('data', (data) => {
    first ||= elapsed();
    log += data;
  });
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`migrate ended with ${code}:\n${log.slice(0, 2000)}`);
  return { first, whole: elapsed() };
}

function migration(number: number): string {
  const table = `S.ORDERS_${number}`;
  return `-- Orders as they arrive.
CREATE TABLE ${table} (ORDER_ID NUMBER(19,0) NOT NULL, STATUS VARCHAR(20) DEFAULT 'new', AMOUNT NUMBER(12,2));
ALTER TABLE ${table} ADD COLUMN CHANNEL VARCHAR(20);
CREATE OR REPLACE VIEW S.REVENUE_${number} AS SELECT STATUS, SUM(AMOUNT) AS AMOUNT FROM ${table} GROUP BY ALL;
`;
}
