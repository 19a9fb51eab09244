import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import pg from 'pg';
import { type Stack, startStack } from '../../actions/local-stack/stack.ts';
import { renderTemplate } from '../../actions/migrate/template.ts';
import { createS3 } from '../../actions/shared/s3.ts';
import { SnowflakeSession, type SnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { splitStatements } from '../../actions/shared/sql/split.ts';
import { type CatalogApi, startCatalogApi } from './sources/catalog-api.ts';
import { createOltp } from './sources/oltp.ts';
import { catalogueOfDayOne } from './sources/products.ts';

/** Names that an environment of the pipeline consists of; the demo's own. */
export const names = {
  bucket: 'globalmart-lake',
  database: 'GLOBALMART',
  warehouse: 'GLOBALMART_WH',
  role: 'GLOBALMART_ENGINEER',
  storageIntegration: 'GLOBALMART_LAKE',
  postgresSecret: 'globalmart/postgres',
  catalogSecret: 'globalmart/catalog-api',
  snowflakeSecret: 'globalmart/snowflake',
  catalogFunction: 'globalmart-catalog-ingest',
} as const;

/** Values of the templates in migrations and bootstrap. */
export const templateVariables = {
  database: names.database,
  warehouse: names.warehouse,
  role: names.role,
  storage_integration: names.storageIntegration,
  lake_url: `s3://${names.bucket}/`,
  storage_role_arn: 'arn:aws:iam::000000000000:role/globalmart-lake-reader',
} as const;

/** GlobalMart before its first load: the local stack, the sources, an empty Snowflake account. */
export interface World {
  stack: Stack;
  /** The OLTP database. */
  oltp: pg.Client;
  api: CatalogApi;
  apiKey: string;
}

/** Starts PostgreSQL, the AWS endpoint and the local Snowflake. */
export function startServices(root: string): Promise<Stack> {
  return startStack({
    services: ['postgres', 'aws', 'snowflake'],
    functions: [
      {
        name: names.catalogFunction,
        entry: join(root, 'dist', 'lambda', 'catalog-ingest.mjs'),
        environment: { LAKE_BUCKET: names.bucket, CATALOG_SECRET: names.catalogSecret },
        timeoutSeconds: 60,
        // The action shows the log of its invocation.
        onLog: () => undefined,
      },
    ],
  });
}

/** Fills the OLTP database and starts the product API. */
export async function createSources(
  stack: Stack,
  options: { scale: number; customers: number },
): Promise<World & { transactions: number; lines: number }> {
  const products = catalogueOfDayOne();
  const oltp = new pg.Client({ connectionString: stack.env.DATABASE_URL });
  await oltp.connect();
  try {
    const created = await createOltp(oltp, { scale: options.scale, products, customers: options.customers });
    const apiKey = randomBytes(24).toString('base64url');
    return { stack, oltp, api: await startCatalogApi({ products, apiKey }), apiKey, ...created };
  } catch (error) {
    await oltp.end();
    throw error;
  }
}

/** Puts the bucket and the credentials where production has them: S3 and Secrets Manager. */
export async function createAccount({ stack, api, apiKey }: World): Promise<void> {
  const s3 = createS3();
  await s3.send(new CreateBucketCommand({ Bucket: names.bucket }));
  s3.destroy();
  const database = new URL(stack.env.DATABASE_URL ?? '');
  const secrets = new SecretsManagerClient({});
  const values: Record<string, object> = {
    [names.postgresSecret]: {
      engine: 'postgres',
      host: database.hostname,
      port: Number(database.port),
      username: decodeURIComponent(database.username),
      password: decodeURIComponent(database.password),
      dbname: database.pathname.slice(1),
    },
    [names.catalogSecret]: { url: api.url, apiKey },
    [names.snowflakeSecret]: {
      ...snowflakeSettings(stack),
      role: names.role,
      warehouse: names.warehouse,
      database: names.database,
    },
  };
  for (const [Name, value] of Object.entries(values)) {
    await secrets.send(new CreateSecretCommand({ Name, SecretString: JSON.stringify(value) }));
  }
  secrets.destroy();
}

/** What an administrator does once per environment: scripts/infra/snowflake/bootstrap.sql. */
export async function bootstrapSnowflake(root: string, stack: Stack): Promise<number> {
  const file = join(root, 'scripts', 'infra', 'snowflake', 'bootstrap.sql');
  const sql = renderTemplate(readFileSync(file, 'utf8'), templateVariables, file);
  await using session = await SnowflakeSession.open(snowflakeSettings(stack));
  const statements = splitStatements(sql);
  for (const statement of statements) await session.execute(statement.text);
  return statements.length;
}

/** A session as the pipeline's own role. */
export function openWarehouse(stack: Stack): Promise<SnowflakeSession> {
  return SnowflakeSession.open({
    ...snowflakeSettings(stack),
    role: names.role,
    warehouse: names.warehouse,
    database: names.database,
  });
}

function snowflakeSettings(stack: Stack): SnowflakeSettings {
  return {
    account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
    accessUrl: stack.env.SNOWFLAKE_ACCESS_URL ?? '',
    user: stack.env.SNOWFLAKE_USER ?? '',
    password: stack.env.SNOWFLAKE_PASSWORD ?? '',
  };
}
