import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeAll, expect, test } from 'vitest';
import { startTestStack } from '../../support/stack.ts';
import { createProject } from '../database.ts';
import { startQueryProxy } from '../query-proxy.ts';

beforeAll(async () => {
  await startTestStack({ services: ['snowflake'] });
});

test.each([
  ['has suspended the graph', /^ALTER TASK \S+ SUSPEND/],
  ['has replaced a task', /^CREATE OR REPLACE TASK/],
])(
  'tasks are resumed by the next run when one is killed that %s (failure 17)',
  async (_, at) => {
    const project = await createProject({
      'V001__graph.sql': `CREATE TASK ROOT SCHEDULE = 'USING CRON 0 0 1 1 * UTC' AS SELECT 1;
CREATE TASK CHILD AFTER ROOT AS SELECT 2;
ALTER TASK CHILD RESUME;
ALTER TASK ROOT RESUME;
`,
    });
    await project.run('apply');
    project.write({
      'V002__child.sql': 'CREATE OR REPLACE TASK CHILD AFTER ROOT AS SELECT 22;\nSELECT 1;\n',
    });
    let child: ChildProcess | undefined;
    const proxy = await startQueryProxy(process.env.SNOWFLAKE_ACCESS_URL!, {
      onAnswer(_, sql) {
        if (!at.test(sql)) return true;
        child?.kill('SIGKILL');
        return false;
      },
    });
    child = spawn(process.execPath, ['actions/migrate/main.ts'], {
      env: {
        ...process.env,
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
    expect((await once(child, 'exit'))[1]).toBe('SIGKILL');
    proxy.close();
    const states = async () =>
      (await project.session.execute(`SHOW TASKS IN DATABASE ${project.database}`)).rows.map(
        ({ name, state, definition }) => [name, state, definition],
      );
    expect((await states()).filter(([, state]) => state === 'suspended').length).toBeGreaterThan(0);
    await project.session.execute(
      `UPDATE ${project.database}.DATAOPS.MIGRATION_LOCK SET EXPIRES_AT = DATEADD(hour, -1, CURRENT_TIMESTAMP())`,
    );
    await project.run('apply');
    expect(await states()).toEqual([
      ['CHILD', 'started', 'SELECT 22'],
      ['ROOT', 'started', 'SELECT 1'],
    ]);
  },
  60_000,
);
