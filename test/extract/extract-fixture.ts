import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import pg from 'pg';
import { afterAll } from 'vitest';
import type { DatabaseSettings } from '../../actions/extract/database.ts';
import { type ExtractReport, type ExtractRequest, extractSource } from '../../actions/extract/extract.ts';
import { segment, stateKey } from '../../actions/shared/lake.ts';
import { type Manifest, parseManifest } from '../../actions/shared/manifest.ts';
import type { Pipeline, PostgresTable } from '../../actions/shared/pipeline.ts';
import { createS3, listKeys, readObject } from '../../actions/shared/s3.ts';
import { startTestStack } from '../support/stack.ts';
import { readWithDuckDb } from './parquet-readers.ts';

/** A real PostgreSQL and a local S3 with one source, `shop`. */
export interface ExtractFixture {
  s3: S3Client;
  bucket: string;
  database: DatabaseSettings;
  /** Runs statements as the database's owner. */
  sql(text: string): Promise<Record<string, unknown>[]>;
  /** A connection of its own, e.g. to hold a transaction open. */
  connect(): Promise<pg.Client>;
  /** Extracts one table (see `pipelineOf`) with a logical date. */
  extract(table: TableConfig, logicalDate: string, more?: Partial<ExtractRequest>): Promise<ExtractReport>;
  extractAll(
    tables: readonly TableConfig[],
    logicalDate: string,
    more?: Partial<ExtractRequest>,
  ): Promise<ExtractReport>;
  manifest(key: string): Promise<Manifest>;
  /** Fetches a manifest's parts; the answer is a pattern of files for the Parquet readers. */
  download(key: string): Promise<string>;
  /** Values of column `id` that a load holds, in order. */
  ids(report: ExtractReport): Promise<number[]>;
  /** All keys that hold something of a table. */
  keys(table: string): Promise<string[]>;
}

export type TableConfig = Partial<PostgresTable> & { name: string };

export async function startExtract(): Promise<ExtractFixture> {
  const { postgres, bucket } = await startTestStack({ services: ['postgres', 'aws'] });
  const { user, password, port } = postgres!;
  const database: DatabaseSettings = {
    host: '127.0.0.1',
    port,
    username: user,
    password,
    dbname: 'postgres',
    sslmode: 'prefer',
  };
  const s3 = createS3();
  const directory = mkdtempSync(join(tmpdir(), 'extract-'));
  const clients: pg.Client[] = [];
  const connect = async (): Promise<pg.Client> => {
    const client = new pg.Client({ host: database.host, port, user, password, database: database.dbname });
    await client.connect();
    clients.push(client);
    return client;
  };
  const owner = await connect();
  afterAll(async () => {
    for (const client of clients) await client.end();
    s3.destroy();
    rmSync(directory, { recursive: true });
  });

  const fixture: ExtractFixture = {
    s3,
    bucket,
    database,
    connect,
    sql: async (text) => (await owner.query(text)).rows ?? [],
    extract: (table, logicalDate, more) => fixture.extractAll([table], logicalDate, more),
    extractAll: (tables, logicalDate, more = {}) =>
      extractSource({
        config: pipelineOf(tables),
        sourceName: 'shop',
        logicalDate,
        bucket,
        s3,
        database,
        codeVersion: 'test',
        ...more,
      }),
    manifest: async (key) => parseManifest((await readObject(s3, bucket, key))!.text, key),
    download: async (key) => {
      const target = mkdtempSync(join(directory, 'load-'));
      for (const part of (await fixture.manifest(key)).parts) {
        const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: part.key }));
        writeFileSync(join(target, basename(part.key)), await answer.Body!.transformToByteArray());
      }
      return join(target, '*.parquet');
    },
    ids: async (report) => {
      const [table] = report.tables;
      if (table!.files === 0) return [];
      const file = await fixture.download(table!.manifestKey);
      return (await readWithDuckDb(file, 'SELECT id FROM $file ORDER BY id')).map((row) => Number(row.id));
    },
    keys: async (table) => [
      ...(await listKeys(s3, bucket, stateKey('shop', table))),
      ...(await listKeys(s3, bucket, `bronze/shop/${segment(table)}/`)),
    ],
  };
  return fixture;
}

/** A configuration of one source. Tables have the key `id` and the watermark `updated_at` unless they say otherwise. */
export function pipelineOf(tables: readonly TableConfig[]): Pipeline {
  return {
    sources: {
      shop: {
        kind: 'postgres',
        secret: 'shop/postgres',
        maxSnapshotMinutes: 60,
        tables: tables.map((table) => ({
          key: ['id'],
          strategy: 'watermark' as const,
          watermark: 'updated_at',
          maxSlotLagMb: 10_000,
          deletes: 'ignore' as const,
          onSpecial: 'fail' as const,
          compression: 'zstd' as const,
          numeric: 'text' as const,
          target: 'BRONZE.T',
          pipe: 'BRONZE.T_PIPE',
          ...table,
        })),
      },
    },
    silver: { 'root-task': 'SILVER.REFRESH' },
  };
}
