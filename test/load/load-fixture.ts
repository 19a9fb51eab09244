import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync, mkdtempDisposableSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { afterAll } from 'vitest';
import { stringify } from 'yaml';
import { type LoadReport, type LoadRequest, loadBatch } from '../../actions/load/load-batch.ts';
import { renderTemplate } from '../../actions/migrate/template.ts';
import { type Load, partKey } from '../../actions/shared/lake.ts';
import { commitManifest, type Manifest } from '../../actions/shared/manifest.ts';
import type { Pipeline } from '../../actions/shared/pipeline.ts';
import { createS3 } from '../../actions/shared/s3.ts';
import { readSnowflakeSettings, SnowflakeSession } from '../../actions/shared/snowflake.ts';
import { splitStatements } from '../../actions/shared/sql/split.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** The repository's own warehouse on the local Snowflake, with a catalogue on the local lake. */
export interface LoadFixture {
  bucket: string;
  s3: S3Client;
  /** Present when it was asked for. */
  postgres: TestStack['postgres'];
  /** Of the same role as the load's. */
  session: SnowflakeSession;
  /** Another session like it, closed at the end. */
  open(): Promise<SnowflakeSession>;
  /** Runs one statement and returns its rows. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** Puts parts of product records; without `rows` the manifest counts them right. */
  putParts(load: Partial<Load>, parts: object[][]): Promise<Manifest['parts']>;
  commit(load: Partial<Load>, parts: Manifest['parts'], more?: Partial<Manifest>): Promise<void>;
  load(request: Partial<LoadRequest> & { logicalDate: string }): Promise<LoadReport>;
  /** Lines that the last load noted. */
  notes: string[];
}

const VARIABLES = {
  database: 'GLOBALMART',
  warehouse: 'GLOBALMART_WH',
  role: 'GLOBALMART_ENGINEER',
  storage_integration: 'GLOBALMART_LAKE',
  storage_role_arn: 'arn:aws:iam::000000000000:role/reader',
};

/** A configuration with one catalogue. */
export function catalogue(table: { name?: string; target?: string; pipe?: string } = {}): Pipeline {
  return {
    sources: {
      catalog: {
        kind: 'api',
        secret: 'unused',
        function: 'unused',
        tables: [
          {
            name: 'products',
            key: ['product_id'],
            target: 'BRONZE.PRODUCTS',
            pipe: 'BRONZE.PRODUCTS_PIPE',
            ...table,
          },
        ],
      },
      customers: {
        kind: 'csv',
        tables: [
          { name: 'customers', key: ['id'], target: 'BRONZE.CUSTOMERS', stage: 'BRONZE.CUSTOMERS_STAGE' },
        ],
      },
    },
    silver: { 'root-task': 'SILVER.REFRESH_SILVER' },
  };
}

/** @param besides services that a test needs beside the lake and the warehouse */
export async function startLoad(besides: readonly 'postgres'[] = []): Promise<LoadFixture> {
  const { bucket, postgres } = await startTestStack({ services: ['aws', 'snowflake', ...besides] });
  const settings = await readSnowflakeSettings(undefined);
  const variables = { ...VARIABLES, lake_url: `s3://${bucket}/` };
  const admin = await SnowflakeSession.open(settings);
  await runFiles(admin, ['scripts/infra/snowflake/bootstrap.sql'], variables);
  const sessions = [admin];
  const open = async (): Promise<SnowflakeSession> => {
    const { database, role, warehouse } = variables;
    const opened = await SnowflakeSession.open({ ...settings, database, role, warehouse });
    sessions.push(opened);
    return opened;
  };
  const session = await open();
  await runFiles(session, globSync('migrations/V*.sql').sort(), variables);
  const s3 = createS3();
  afterAll(async () => {
    for (const opened of sessions) await opened.close();
    s3.destroy();
  });
  const fullLoad = (load: Partial<Load>): Load => ({
    source: 'catalog',
    table: 'products',
    ingestDate: '2026-06-29',
    loadId: load.ingestDate ?? '2026-06-29',
    ...load,
  });
  const fixture: LoadFixture = {
    bucket,
    s3,
    postgres,
    session,
    open,
    notes: [],
    sql: async (text) => (await session.execute(text)).rows,
    putParts: async (load, parts) => {
      const put: Manifest['parts'] = [];
      const content = JSON.stringify(parts);
      for (const [index, rows] of parts.entries()) {
        const body = gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        const key = partKey(fullLoad(load), content, index, 'json.gz');
        await s3.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
        const sha256 = createHash('sha256').update(body).digest('hex');
        put.push({ key, bytes: body.length, rows: rows.length, sha256 });
      }
      return put;
    },
    commit: async (load, parts, more = {}) => {
      await commitManifest(s3, bucket, {
        version: 1,
        ...fullLoad(load),
        format: 'json',
        rows: parts.reduce((sum, part) => sum + part.rows, 0),
        parts,
        watermark: null,
        snapshot: null,
        schema: [],
        codeVersion: 'test',
        dropped: {},
        ...more,
      });
    },
    load: (request) => {
      fixture.notes = [];
      return loadBatch({
        config: catalogue(),
        bucket,
        s3,
        session,
        database: variables.database,
        timeoutMs: 20_000,
        refreshSilver: true,
        onProgress: (line) => fixture.notes.push(line),
        patience: { graceMs: 300, settleMs: 600 },
        ...request,
      });
    },
  };
  return fixture;
}

/** Runs main.ts as a runner would, in a process of its own. */
export async function runMain(inputs: Record<string, string>): Promise<{
  exitCode: number;
  log: string;
  outputs: Record<string, string>;
  summary: string;
}> {
  using directory = mkdtempDisposableSync(join(tmpdir(), 'load-'));
  const file = (name: string): string => join(directory.path, name);
  for (const name of ['outputs', 'summary']) writeFileSync(file(name), '');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    GITHUB_OUTPUT: file('outputs'),
    GITHUB_STEP_SUMMARY: file('summary'),
    INPUT_CONFIG: file('pipeline.yml'),
  };
  writeFileSync(file('pipeline.yml'), stringify(catalogue()));
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${name.toUpperCase()}`] = value;
  const { exitCode, log } = await new Promise<{ exitCode: number; log: string }>((resolve) => {
    const child = execFile(process.execPath, ['actions/load/main.ts'], { env }, (_, stdout, stderr) =>
      resolve({ exitCode: child.exitCode ?? -1, log: stdout + stderr }),
    );
  });
  const outputs: Record<string, string> = {};
  for (const [, name, value] of readFileSync(file('outputs'), 'utf8').matchAll(/^(.+?)<<(?:.+)\n(.*)\n/gm)) {
    outputs[name!] = value!;
  }
  return { exitCode, log, outputs, summary: readFileSync(file('summary'), 'utf8') };
}

/** Product records with ids from..to. */
export function products(from: number, to: number, price = '10.00'): object[] {
  return Array.from({ length: to - from + 1 }, (_, index) => ({
    product_id: from + index,
    sku: `SKU-${from + index}`,
    name: `Product ${from + index}`,
    category: { id: 1, name: 'Tools' },
    brand: 'Acme',
    list_price: price,
    cost: '4.00',
    active: true,
    updated_at: '2026-06-28T00:00:00Z',
  }));
}

async function runFiles(
  session: SnowflakeSession,
  files: string[],
  variables: Record<string, string>,
): Promise<void> {
  for (const file of files) {
    const sql = renderTemplate(readFileSync(file, 'utf8'), variables, file);
    for (const statement of splitStatements(sql)) await session.execute(statement.text);
  }
}
