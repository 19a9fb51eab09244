import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { type AwsOptions, type LocalAws, startAws } from '../../../actions/local-stack/aws/server.ts';

export const BUCKET = 'lake';
export const credentials = {
  accessKeyId: 'LOCALTESTACCESSKEY00',
  secretAccessKey: 'a-secret-of-the-tests-only-0123456789',
};
export const region = 'us-east-1';

/** A running endpoint over a directory, with the real SDK's clients pointed at it. */
export interface AwsServer extends LocalAws {
  root: string;
  clientOptions: {
    endpoint: string;
    region: string;
    credentials: typeof credentials;
    maxAttempts: number;
  };
  s3: S3Client;
  secrets: SecretsManagerClient;
  lambda: LambdaClient;
}

/** Starts an endpoint with the bucket `lake`; over `root` when given, else over a new directory. */
export async function openAwsServer(options: Partial<AwsOptions> = {}): Promise<AwsServer> {
  const root = options.root ?? temporaryDirectory();
  const aws = await startAws({ credentials, region, ...options, root });
  const clientOptions = { endpoint: aws.url, region, credentials, maxAttempts: 1 };
  const s3 = new S3Client(clientOptions);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    ...aws,
    root,
    clientOptions,
    s3,
    secrets: new SecretsManagerClient(clientOptions),
    lambda: new LambdaClient(clientOptions),
  };
}

function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'local-stack-test-'));
}

/** Stops the endpoint and removes what it kept. */
export async function closeAwsServer(server: AwsServer): Promise<void> {
  for (const client of [server.s3, server.secrets, server.lambda]) client.destroy();
  await server.close();
  rmSync(server.root, { recursive: true, force: true });
}
