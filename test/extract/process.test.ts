import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { beforeAll, describe, expect, it } from 'vitest';
import type { SourceOfKind } from '../../actions/shared/pipeline.ts';
import { prepareProcesses } from './action-process.ts';
import { type ExtractFixture, pipelineOf, startExtract, type TableConfig } from './extract-fixture.ts';
import { startHttpProxy } from './fault-proxy.ts';
import { readWithDuckDb } from './parquet-readers.ts';

let shop: ExtractFixture;
let runAction: Awaited<ReturnType<typeof prepareProcesses>>;
beforeAll(async () => {
  shop = await startExtract();
  runAction = await prepareProcesses(shop);
  await shop.sql(
    `CREATE TABLE plain (id int, updated_at timestamp); INSERT INTO plain VALUES (1, '2026-06-01');
     CREATE TABLE fine AS TABLE plain`,
  );
});

/** A module, as a URL that `--import` takes. */
const moduleUrl = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

it('only the database knows what time it is: a wrong clock of the runner changes nothing (failure 9)', async () => {
  await shop.sql(`CREATE TABLE clocked (id int, updated_at timestamptz DEFAULT clock_timestamp());
    INSERT INTO clocked VALUES (1)`);
  const read = async (hours: number, date: string): Promise<number> => {
    const clock = moduleUrl(
      `const now = Date.now; const off = ${hours} * 3600000;
       const At = class extends Date { constructor(...given) { given.length ? super(...given) : super(now() + off); } };
       At.now = () => now() + off; globalThis.Date = At;
       process.stdout.write('the clock says ' + new Date().toISOString() + '\\n');`,
    );
    const run = runAction([{ name: 'clocked' }], {
      inputs: { 'logical-date': date },
      nodeOptions: ['--import', clock],
    });
    expect((await run.ended).code, run.log()).toBe(0);
    const said = Date.parse(/the clock says (\S+)/.exec(run.log())![1]!);
    expect(Math.round((said - Date.now()) / 3_600_000)).toBe(hours);
    return Number(run.outputs().rows);
  };
  expect(await read(5, '2026-06-29')).toBe(1);
  await shop.sql('INSERT INTO clocked VALUES (2), (3)');
  expect(await read(-5, '2026-06-30')).toBe(2);
  expect(await read(5, '2026-07-01')).toBe(0);
});

it('changes that a killed run has read from its slot are read again, none lost and none twice (failure 1)', async () => {
  await shop.sql(`SET synchronous_commit = on;
    CREATE TABLE drained (id int PRIMARY KEY, note text); INSERT INTO drained VALUES (1, 'a')`);
  const table: TableConfig = { name: 'drained', strategy: 'cdc' };
  await shop.extract(table, '2026-06-29');
  await shop.sql(`INSERT INTO drained SELECT i, 'b' FROM generate_series(2, 2000) i;
    UPDATE drained SET note = 'c' WHERE id = 2; DELETE FROM drained WHERE id = 1`);
  for (const killedAt of [/part-/, /_manifest\.json/, /_state\//]) {
    let child: ReturnType<typeof runAction>['child'] | undefined;
    await using proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (method, path) => {
      if (method !== 'PUT' || !killedAt.test(path)) return undefined;
      child!.kill('SIGKILL');
      return new Promise<never>(() => {});
    });
    const run = runAction([table], {
      inputs: { 'logical-date': '2026-06-30' },
      environment: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` },
    });
    child = run.child;
    expect((await run.ended).signal, String(killedAt)).toBe('SIGKILL');
  }
  const run = runAction([table], { inputs: { 'logical-date': '2026-06-30' } });
  expect((await run.ended).code, run.log()).toBe(0);
  const [key] = JSON.parse(run.outputs().manifests!);
  const counts = await readWithDuckDb(
    await shop.download(key),
    'SELECT _op, count(*) AS n, count(DISTINCT id) AS ids FROM $file GROUP BY 1 ORDER BY 1',
  );
  expect(counts).toEqual([
    { _op: 'delete', n: '1', ids: '1' },
    { _op: 'insert', n: '1999', ids: '1999' },
    { _op: 'update', n: '1', ids: '1' },
  ]);
  const next = runAction([table], { inputs: { 'logical-date': '2026-07-01' } });
  expect((await next.ended).code, next.log()).toBe(0);
  expect(next.outputs().rows).toBe('0');
  // The slot's lag, in megabytes.
  expect(next.summary()).toMatch(/<td>drained<\/td><td>committed<\/td>.*<td>\d+\.\d<\/td>/);
});

it('a 100 MB value and 1,600 columns are read in 512 MB of memory (failure 13)', async () => {
  const columns = Array.from({ length: 1598 }, (_, index) => `c${index} int DEFAULT ${index}`).join(', ');
  await shop.sql(`CREATE TABLE wide (id int, updated_at timestamp, ${columns});
    INSERT INTO wide (id, updated_at) VALUES (1, '2026-06-01'), (2, '2026-06-01');
    CREATE TABLE heavy (id int, updated_at timestamp, body text);
    ALTER TABLE heavy ALTER body SET STORAGE EXTERNAL;
    INSERT INTO heavy SELECT 1, '2026-06-01', repeat('abcdefghij', 10000000)`);
  const tables: TableConfig[] = [{ name: 'wide' }, { name: 'heavy' }];
  // ru_maxrss is in kilobytes.
  const peak = moduleUrl(
    `process.on('exit', () => process.stdout.write('peak ' + process.resourceUsage().maxRSS + '\\n'))`,
  );
  const run = runAction(tables, { inputs: { parallelism: '1' }, nodeOptions: ['--import', peak] });
  expect((await run.ended).code, run.log()).toBe(0);
  expect(Number(/^peak (\d+)$/m.exec(run.log())![1]) / 1024).toBeLessThan(512);
  const keys: string[] = JSON.parse(run.outputs().manifests!);
  const [wide, heavy] = await Promise.all(keys.map((key) => shop.download(key)));
  expect(await readWithDuckDb(wide!, 'SELECT sum(c0) AS a, sum(c1597) AS b FROM $file')).toEqual([
    { a: '0', b: '3194' },
  ]);
  expect(await readWithDuckDb(heavy!, 'SELECT length(body) AS n FROM $file')).toEqual([{ n: '100000000' }]);
});

describe('secrets', () => {
  const PLANTED = 'pl4nted/p@ss word';

  async function withSecret<T>(fields: object, work: () => Promise<T>): Promise<T> {
    const secrets = new SecretsManagerClient({});
    const put = (value: object) =>
      secrets.send(
        new PutSecretValueCommand({ SecretId: 'shop/postgres', SecretString: JSON.stringify(value) }),
      );
    await put({ ...shop.database, ...fields });
    try {
      return await work();
    } finally {
      await put(shop.database);
      secrets.destroy();
    }
  }

  /** Where a planted secret stands in what a run gave out, masking commands left aside: the runner does not show them. */
  function leaks(run: ReturnType<typeof runAction>, extra: readonly string[] = []): string[] {
    const shown = run
      .log()
      .split('\n')
      .filter((line) => !line.startsWith('::add-mask::'))
      .join('\n');
    const places = { log: shown, summary: run.summary(), outputs: JSON.stringify(run.outputs()) };
    const planted = [
      shop.database.password,
      process.env.AWS_SECRET_ACCESS_KEY!,
      PLANTED,
      encodeURIComponent(PLANTED),
      Buffer.from(PLANTED).toString('base64'),
      ...extra,
    ];
    return Object.entries(places).flatMap(([place, text]) =>
      planted.filter((secret) => text.includes(secret)).map((secret) => `${secret} in ${place}`),
    );
  }

  it.each<[what: string, table: TableConfig, secret: object, message: string]>([
    ['succeeds', { name: 'fine' }, {}, 'table fine: committed 1 rows'],
    ['finds no table', { name: 'nowhere' }, {}, 'table nowhere does not exist'],
    ['has a wrong password', { name: 'plain' }, { password: PLANTED }, 'password authentication failed'],
    [
      'has a password for no server',
      { name: 'plain' },
      { password: PLANTED, port: 1 },
      'could not connect to "postgres" at 127.0.0.1:1',
    ],
    [
      'has a malformed secret (failure 16)',
      { name: 'plain' },
      { password: PLANTED, host: 5, sslrootcert: PLANTED },
      'secret "shop/postgres" has the wrong shape: host: ',
    ],
  ])('are in no output of a run that %s (failure 32)', async (_what, table, secret, message) => {
    await withSecret(secret, async () => {
      const run = runAction([table]);
      await run.ended;
      expect(run.log()).toContain(message);
      expect(run.log()).toContain(`::add-mask::${{ ...shop.database, ...secret }.password}\n`);
      expect(leaks(run)).toEqual([]);
    });
  });

  it('are in no output of a run whose writes to S3 are refused (failure 32)', async () => {
    await using proxy = await startHttpProxy(process.env.AWS_ENDPOINT_URL_S3!, async (method) =>
      method === 'PUT' ? { status: 403, code: 'AccessDenied' } : undefined,
    );
    const run = runAction([{ name: 'plain', strategy: 'full' }], {
      inputs: { 'logical-date': '2026-07-01' },
      environment: { AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}` },
    });
    expect((await run.ended).code).toBe(1);
    expect(run.log()).toContain('AccessDenied (request id FAULT0001)');
    expect(leaks(run, ['AWS4-HMAC-SHA256', 'X-Amz-Signature'])).toEqual([]);
  });

  it('that are not there are named in one line (failure 16)', async () => {
    const config = pipelineOf([{ name: 'plain' }]);
    (config.sources.shop as SourceOfKind<'postgres'>).secret = 'shop/nowhere';
    const file = join(mkdtempSync(join(tmpdir(), 'no-secret-')), 'pipeline.yml');
    writeFileSync(file, JSON.stringify(config));
    const run = runAction([], { inputs: { config: file } });
    expect((await run.ended).code).toBe(1);
    rmSync(dirname(file), { recursive: true });
    expect(run.log()).toMatch(
      /^::error title=Extract failed::Secrets Manager: could not read "shop\/nowhere": ResourceNotFoundException: .*%0ACreate the secret "shop\/nowhere"/m,
    );
    expect(run.log()).not.toMatch(/^\s+at /m);
  });
});
