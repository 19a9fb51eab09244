import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { invokeIngest } from '../../actions/ingest-catalog/invoke.ts';
import { createS3, listKeys } from '../../actions/shared/s3.ts';
import { type CatalogApi, startCatalogApi } from '../../scripts/demo/sources/catalog-api.ts';
import { catalogueOfDayOne } from '../../scripts/demo/sources/products.ts';
import { startTestAws } from '../support/stack.ts';

const FUNCTION = 'globalmart-catalog-ingest';
const API_KEY = 'planted-api-key-7b1f';
const BUCKET = 'lake-of-the-function';
let directory: string;
let api: CatalogApi;

beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'ingest-lambda-'));
  const entry = path.join(directory, 'catalog-ingest.mjs');
  await build({
    entryPoints: ['actions/ingest-catalog/handler.ts'],
    outfile: entry,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  const environment = { LAKE_BUCKET: BUCKET, CATALOG_SECRET: 'globalmart/catalog-api' };
  await startTestAws({
    functions: [
      { name: FUNCTION, entry, environment, timeoutSeconds: 30 },
      { name: 'without-settings', entry, timeoutSeconds: 30 },
      {
        name: 'with-another-secret',
        entry,
        environment: { ...environment, CATALOG_SECRET: 'globalmart/none' },
        timeoutSeconds: 30,
      },
      { name: 'short', entry, environment, timeoutSeconds: 8 },
    ],
  });
  api = await startCatalogApi({ products: catalogueOfDayOne(150), apiKey: API_KEY });
  const s3 = createS3();
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  s3.destroy();
  const secrets = new SecretsManagerClient();
  await secrets.send(
    new CreateSecretCommand({
      Name: environment.CATALOG_SECRET,
      SecretString: JSON.stringify({ url: api.url, apiKey: API_KEY }),
    }),
  );
  secrets.destroy();
});
afterAll(async () => {
  await api.close();
  await rm(directory, { recursive: true });
});
beforeEach(() => api.setFaults([]));

function event(date: string) {
  return { time: `${date}T05:00:00Z`, source: 'catalog', table: 'products' };
}

async function invoke(name: string, date: string): Promise<{ logs: string; outcome: unknown }> {
  let logs = '';
  const outcome = await invokeIngest(name, event(date), (tail) => {
    logs = tail;
  }).catch((error: unknown) => error);
  return { logs, outcome };
}

describe('the function', () => {
  test('reads the catalogue of its scheduled day and logs JSON lines without the key', async () => {
    const { logs, outcome } = await invoke(FUNCTION, '2026-06-29');
    expect(outcome).toMatchObject({ rows: 150, ingestDate: '2026-06-29', loadId: '2026-06-29' });
    const lines = logs.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.map((line) => JSON.parse(line).message)).toEqual(['ingest started', 'ingest committed']);
    expect(logs).not.toContain(API_KEY);
    expect(logs).not.toContain('::add-mask::');
  });

  test('30: invoked twice for one event, the second time changes nothing', async () => {
    await invoke(FUNCTION, '2026-06-28');
    const { outcome } = await invoke(FUNCTION, '2026-06-28');
    expect(outcome).toMatchObject({ rows: 150, alreadyCommitted: true });
    const s3 = createS3();
    expect(await listKeys(s3, BUCKET, 'bronze/catalog/products/ingest_date=2026-06-28/')).toHaveLength(2);
    s3.destroy();
  });

  test.each([
    ['without-settings', 'the environment of the function is wrong: LAKE_BUCKET'],
    ['with-another-secret', 'Secrets Manager: could not read "globalmart/none"'],
    ['no-such-function', 'Lambda: could not invoke "no-such-function": ResourceNotFoundException'],
  ])('%s fails: %s', async (name, message) => {
    const { outcome } = await invoke(name, '2026-06-27');
    expect((outcome as Error).message).toContain(message);
  });

  test('30: gives up before its own timeout, and says why', async () => {
    api.setFaults([{ kind: 'stall' }]);
    const { outcome } = await invoke('short', '2026-06-26');
    expect((outcome as Error).message).toContain('no complete answer within the time');
  });
});

describe('the action', () => {
  test('invokes the function of the configuration and gives its report as outputs', async () => {
    const run = await runMain({ 'LOGICAL-DATE': '2026-06-25' });
    expect(run.code).toBe(0);
    expect(run.outputs).toEqual({
      manifest: 'bronze/catalog/products/ingest_date=2026-06-25/load_id=2026-06-25/_manifest.json',
      rows: '150',
      'load-id': '2026-06-25',
    });
    expect(run.stdout).toContain('  | {"level":"info","message":"ingest committed"');
  });

  test("fails with the function's error and its log, without the key", async () => {
    api.setFaults([{ kind: 'error', status: 403 }]);
    const run = await runMain({ 'LOGICAL-DATE': '2026-06-24' });
    expect(run.code).toBe(1);
    expect(run.stdout).toContain('page 1 could not be read: status 403');
    expect(run.stdout).toContain('Check apiKey in the secret of this source.');
    expect(run.stdout).not.toContain(API_KEY);
  });

  test.each([
    [{}, 'input "logical-date"'],
    [{ 'LOGICAL-DATE': '2026-02-30' }, 'input "logical-date": must be a date like 2026-01-31'],
    [{ 'LOGICAL-DATE': '2026-06-29', SOURCE: 'sales' }, 'there is no api source "sales"'],
    [
      { 'LOGICAL-DATE': '2026-06-29', CONFIG: 'missing.yml' },
      'cannot read the pipeline configuration missing.yml',
    ],
  ])('with the inputs %j fails: %s', async (inputs, message) => {
    const run = await runMain(inputs);
    expect([run.code, run.stdout]).toEqual([1, expect.stringContaining(message)]);
  });
});

async function runMain(inputs: Record<string, string>) {
  const outputFile = path.join(directory, `output-${Math.random()}`);
  await writeFile(outputFile, '');
  const env = { ...process.env, GITHUB_OUTPUT: outputFile } as Record<string, string>;
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name}`] = value;
  const { code, stdout } = await new Promise<{ code: number; stdout: string }>((resolve) => {
    const child = execFile(
      process.execPath,
      ['actions/ingest-catalog/main.ts'],
      { env },
      (_error, out, err) => resolve({ code: child.exitCode ?? -1, stdout: out + err }),
    );
  });
  const text = await readFile(outputFile, 'utf8');
  const outputs = Object.fromEntries(
    [...text.matchAll(/^(.+)<<(ghadelimiter_.+)\r?\n(.*)\r?\n\2/gm)].map((match) => [match[1], match[3]]),
  );
  return { code, stdout, outputs };
}
