import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../../actions/local-stack/stack.ts';

/** A running stack whose variables are in process.env until the test file ends. */
export type TestStack = Stack & {
  /** A bucket of this test file alone; present when the stack has `aws`. */
  bucket: string;
};

/** S3, Secrets Manager and Lambda with a fresh bucket; stopped after the file's last test. */
export async function startTestAws(options: Omit<StackOptions, 'services'> = {}): Promise<TestStack> {
  return startTestStack({ ...options, services: ['aws'] });
}

/** A PostgreSQL of its own, at DATABASE_URL; stopped after the file's last test. */
export async function startTestPostgres(): Promise<TestStack> {
  return startTestStack({ services: ['postgres'] });
}

/**
 * Starts services (all by default) and sets their variables in process.env, so that the standard clients find
 * them. Call it in `beforeAll`; the end of the file restores the environment and stops everything.
 */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<TestStack> {
  const stack = await startStack({ services: ['postgres', 'aws', 'snowflake'], ...options });
  const restore = applyEnvironment(stack.env);
  afterAll(async () => {
    restore();
    await stack.stop();
  });
  const bucket = `test-${randomBytes(6).toString('hex')}`;
  if (stack.aws !== undefined) await createBucket(bucket);
  return { ...stack, bucket };
}

/** Sets variables (undefined removes one) and returns what puts the former values back. */
export function applyEnvironment(variables: Record<string, string | undefined>): () => void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  set(variables);
  return () => set(before);
}

function set(variables: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

async function createBucket(name: string): Promise<void> {
  const s3 = new S3Client({});
  await s3.send(new CreateBucketCommand({ Bucket: name }));
  s3.destroy();
}
