import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../actions/migrate/config.ts';
import { hideSecrets, readVariables, trialVariables } from '../../actions/migrate/variables.ts';
import { startTestStack } from '../support/stack.ts';
import { createProject, type Project, rejection } from './database.ts';

const directory = mkdtempSync(join(tmpdir(), 'variables-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
beforeAll(async () => {
  await startTestStack({ services: ['snowflake', 'aws'] });
  const secrets = new SecretsManagerClient({});
  await secrets.send(
    new CreateSecretCommand({
      Name: 'partner/api',
      SecretString: JSON.stringify({ url: 'https://example.com', key: 'k3y-of-partner' }),
    }),
  );
  secrets.destroy();
});

const CONFIG = `variables:
  warehouse: LOAD_WH
  days: 7
  token: { secret: true }
environments:
  production:
    variables:
      warehouse: BIG_WH
      partner_key: { from-secret: partner/api, field: key }
  dev:
    variables: {}
`;

function config(text: string): ReturnType<typeof readConfig> {
  const file = join(directory, 'config.yml');
  writeFileSync(file, text);
  return readConfig(undefined, directory);
}

const read = (environment: string | undefined, input: string, env: Record<string, string>, text = CONFIG) => {
  const masked: string[] = [];
  const variables = readVariables({ config: config(text), environment, input, env }, (one) =>
    masked.push(one),
  );
  return variables.then((found) => ({ ...found, masked }));
};

describe('variables', () => {
  test('come from the input, then the environment, then the configuration of this environment, then that of all', async () => {
    const env = { GLOBALMART_VAR_TOKEN: 't0ken', GLOBALMART_VAR_DAYS: '8' };
    expect((await read('dev', '', env)).values).toEqual({ warehouse: 'LOAD_WH', days: '8', token: 't0ken' });
    expect((await read('production', 'days=9', env)).values).toEqual({
      warehouse: 'BIG_WH',
      days: '9',
      token: 't0ken',
      partner_key: 'k3y-of-partner',
    });
    expect((await read(undefined, 'warehouse=MY_WH', env)).values).toMatchObject({ warehouse: 'MY_WH' });
  });

  test('that are secret are masked before anything sees them', async () => {
    const { secrets, masked } = await read('production', '', { GLOBALMART_VAR_TOKEN: 't0ken' });
    expect(secrets.sort()).toEqual(['k3y-of-partner', 't0ken']);
    expect(masked).toEqual(expect.arrayContaining(['k3y-of-partner', 't0ken']));
    expect(hideSecrets(['ab', 'abc'])('abc ab b')).toBe('*** *** b');
  });

  test.each([
    [CONFIG, 'test', {}, '6:3: there is no environment "test" (there are: production, dev)'],
    [CONFIG, 'dev', {}, '4:10: the secret variable "token" has no value: set GLOBALMART_VAR_TOKEN'],
    ['variables:\n  a: [1]\n', undefined, {}, '2:6: variables.a: must be a text, a number, {secret: true}'],
    ['variables:\n  a-b: 1\n', undefined, {}, '2:8: variables.a-b: must be letters, digits and underscores'],
    ['variable:\n  a: 1\n', undefined, {}, '2:3: variable: Unrecognized key'],
    ['environments:\n  dev:\n    vars: {}\n', undefined, {}, ': environments.dev.vars: Unrecognized key'],
    ['variables: {a: 1', undefined, {}, ':1:'],
  ])(
    '(failure 41) that are wrong in the configuration are an error with line and column: %j %s',
    async (text, environment, env, message) => {
      const error = await rejection((async () => read(environment, '', env, text))());
      expect(error.message).toContain(message);
      expect(error.message).toContain(join(directory, 'config.yml'));
    },
  );

  test('a secret without the field is named, never its values', async () => {
    const text = 'variables:\n  a: { from-secret: partner/api, field: pass }\n';
    const error = await rejection(read(undefined, '', {}, text));
    expect(error.message).toBe('secret "partner/api" has no text in the field "pass"');
  });
});

test('a trial run without secrets and environment has a value for each variable', () => {
  const env = { GLOBALMART_VAR_DAYS: '8' };
  expect(trialVariables(config(CONFIG), 'warehouse=MY_WH', env)).toEqual({
    warehouse: 'MY_WH',
    days: '8',
    token: 'token',
    partner_key: 'partner_key',
  });
  expect(trialVariables(null, '', env)).toEqual({ days: '8' });
});

/** The action as a process of its own. */
function runAction(project: Project, inputs: Record<string, string>, env: Record<string, string>) {
  const [summary, output] = [join(directory, 'summary'), join(directory, 'output')];
  for (const file of [summary, output]) writeFileSync(file, '');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['actions/migrate/main.ts'], {
    env: {
      ...process.env,
      ...env,
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_OUTPUT: output,
      INPUT_MODE: 'apply',
      INPUT_DIRECTORY: project.directory,
      INPUT_DATABASE: project.database,
      'INPUT_OUT-OF-ORDER': 'false',
      'INPUT_ALLOW-GAPS': 'false',
      'INPUT_LOCK-TIMEOUT-SECONDS': '0',
      INPUT_COUNT: '1',
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    },
    encoding: 'utf8',
  });
  const shown = [stdout, stderr].join('\n').replaceAll(/^::add-mask::.*$/gm, '');
  return { status, shown, summary: readFileSync(summary, 'utf8'), output: readFileSync(output, 'utf8') };
}

test('(failure 32) a secret variable is in no history, summary, output or recorded error, also when its statement fails', async () => {
  const secret = 's3cret-value-0123';
  const project = await createProject({
    'config.yml': 'variables:\n  token: { secret: true }\n',
    'V1__t.sql': "CREATE TABLE T (A VARCHAR);\nINSERT INTO T VALUES ('{{ token }}');",
    'V2__bad.sql': "SELECT '{{ token }}'::NUMBER;",
  });
  const result = runAction(project, {}, { GLOBALMART_VAR_TOKEN: secret });
  expect(result.status).toBe(1);
  expect(result.shown).toContain('V2__bad.sql:1');
  expect(result.shown).toContain('***');
  for (const text of [result.shown, result.summary, result.output]) expect(text).not.toContain(secret);
  const { database } = project;
  const events = await project.rows(`SELECT * FROM ${database}.DATAOPS.MIGRATION_EVENT`);
  expect(JSON.stringify(events)).not.toContain(secret);
  expect(JSON.stringify(events)).toContain('***');
  expect(await project.rows(`SELECT A FROM ${database}.PUBLIC.T`)).toEqual([[secret]]);
});

test('mode info writes a table to the log and the summary and JSON to the outputs', async () => {
  const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);', 'V2__u.sql': 'SELECT 1;' });
  await project.run('apply', { target: '1' });
  const { status, shown, summary, output } = runAction(project, { mode: 'info' }, {});
  expect(status).toBe(0);
  expect(shown).toMatch(/^V1__t +applied +20\d\d-/m);
  expect(shown).toMatch(/^V2__u +pending$/m);
  expect(summary).toContain('| migration | state | when | by | seconds |');
  const json = /^info<<.*\n(.*)$/m.exec(output)?.[1] ?? '';
  expect((JSON.parse(json) as { state: string }[]).map(({ state }) => state)).toEqual(['applied', 'pending']);
});

test('the exit code tells what is to be corrected (2) from a statement that failed (1) and a held lock (3)', async () => {
  const project = await createProject({ 'V1__t.sql': 'CREATE TABLE T (A INT);' });
  expect(runAction(project, {}, {}).status).toBe(0);
  project.write({ 'V1__t.sql': 'CREATE TABLE T (B INT);' });
  expect(runAction(project, {}, {}).status).toBe(2);
  project.write({ 'V1__t.sql': 'CREATE TABLE T (A INT);', 'V2__bad.sql': 'INSERT INTO NOPE VALUES (1);' });
  expect(runAction(project, {}, {}).status).toBe(1);
  await project.session.execute(
    `UPDATE ${project.database}.DATAOPS.MIGRATION_LOCK SET RUN_ID = 'other', OWNER = 'another', ACQUIRED_AT = CURRENT_TIMESTAMP(),
       EXPIRES_AT = DATEADD(hour, 1, CURRENT_TIMESTAMP())`,
  );
  expect(runAction(project, {}, {}).status).toBe(3);
});
