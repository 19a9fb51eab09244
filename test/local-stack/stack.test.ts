import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Stack, type StackOptions, startStack } from '../../actions/local-stack/stack.ts';
import { applyEnvironment } from '../support/stack.ts';

let root: string;
const stacks: Stack[] = [];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'stack-test-'));
});
afterEach(async () => {
  for (const stack of stacks.splice(0)) await stack.stop();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function start(options: StackOptions): Promise<Stack> {
  const stack = await startStack(options);
  stacks.push(stack);
  return stack;
}

/** Calls the real SDK with the stack's environment. */
async function withEnvironment<T>(stack: Stack, call: (s3: S3Client) => Promise<T>): Promise<T> {
  const restore = applyEnvironment(stack.env);
  const s3 = new S3Client({ maxAttempts: 1 });
  try {
    return await call(s3);
  } finally {
    s3.destroy();
    restore();
  }
}

const AWS_VARIABLES = [
  'AWS_ENDPOINT_URL_S3',
  'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  'AWS_ENDPOINT_URL_LAMBDA',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_REGION',
];

describe('the local stack', () => {
  it('gives exactly the variables of the services that it started', async () => {
    const stack = await start({ services: ['aws'] });
    expect(Object.keys(stack.env)).toEqual(AWS_VARIABLES);
    expect(stack.postgres).toBeUndefined();
  });

  it('keeps data and credentials in its directory, readable by its owner alone', async () => {
    const dir = join(root, 'kept');
    const first = await start({ services: ['aws'], dir });
    await withEnvironment(first, async (s3) => {
      await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
      await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: 'a/b', Body: 'still here' }));
    });
    await first.stop();
    expect(statSync(join(dir, 'credentials.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, 'aws', 's3')).mode & 0o077).toBe(0);
    const second = await start({ services: ['aws'], dir });
    expect(second.env.AWS_SECRET_ACCESS_KEY).toBe(first.env.AWS_SECRET_ACCESS_KEY);
    const text = await withEnvironment(second, async (s3) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'lake', Key: 'a/b' }));
      return Body?.transformToString();
    });
    expect(text).toBe('still here');
  });

  it('has other credentials in every directory, and removes a temporary one', async () => {
    const [one, two] = [await start({ services: ['aws'] }), await start({ services: ['aws'] })];
    expect(one.env.AWS_SECRET_ACCESS_KEY).not.toBe(two.env.AWS_SECRET_ACCESS_KEY);
    expect(one.env.AWS_ENDPOINT_URL_S3).not.toBe(two.env.AWS_ENDPOINT_URL_S3);
    await one.stop();
    await expect(fetch(one.env.AWS_ENDPOINT_URL_S3!)).rejects.toThrow();
  });

  it('refuses a directory that another stack holds, naming its process (row 40)', async () => {
    const dir = join(root, 'held');
    await start({ services: ['aws'], dir });
    await expect(startStack({ services: ['aws'], dir })).rejects.toMatchObject({
      message: expect.stringContaining(`process id ${process.pid}`),
      remedy: expect.stringContaining('another directory'),
    });
  });

  it('takes over the lock of a process that is gone, and of one whose pid is someone else’s now', async () => {
    const dir = join(root, 'stale');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    for (const holder of [
      { pid: gone, started: '' },
      { pid: 1, started: 'another boot/1' },
    ]) {
      await (await start({ services: ['aws'], dir })).stop();
      writeFileSync(join(dir, 'lock.json'), JSON.stringify(holder));
      await (await start({ services: ['aws'], dir })).stop();
      expect(existsSync(join(dir, 'lock.json'))).toBe(false);
    }
  });

  it('says which file is wrong when the credentials were damaged', async () => {
    const dir = join(root, 'damaged');
    await (await start({ services: ['aws'], dir })).stop();
    writeFileSync(join(dir, 'credentials.json'), '{"accessKeyId":"x"}');
    await expect(startStack({ services: ['aws'], dir })).rejects.toMatchObject({
      message: expect.stringContaining(join(dir, 'credentials.json')),
    });
    expect(existsSync(join(dir, 'lock.json'))).toBe(false);
  });

  it('gives its Lambda functions what they need to reach it, and their own variables', async () => {
    const entry = join(root, 'handler.mjs');
    writeFileSync(entry, 'export const handler = async () => process.env;');
    const stack = await start({
      services: ['aws'],
      functions: [{ name: 'ingest', entry, environment: { BUCKET: 'lake' }, timeoutSeconds: 10 }],
      env: { STAGE: 'local' },
    });
    const restore = applyEnvironment(stack.env);
    const lambda = new LambdaClient({});
    const { Payload } = await lambda.send(new InvokeCommand({ FunctionName: 'ingest' }));
    lambda.destroy();
    restore();
    expect(JSON.parse(Payload!.transformToString())).toMatchObject({
      ...stack.env,
      BUCKET: 'lake',
      STAGE: 'local',
    });
    await expect(startStack({ services: [], functions: [{ name: 'x', entry }] })).rejects.toThrow(
      'Lambda functions need the service "aws"',
    );
  });
});

describe('the local Snowflake’s process', () => {
  /** Stands for the program: greets, notes what it was told, ends with its standard input. */
  function standIn(name: string, body: string): string {
    const program = join(root, `${name}.mjs`);
    writeFileSync(program, body);
    return program;
  }

  let receiver: Server;
  let url: string;
  const received: unknown[] = [];
  let failures = 0;
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => {
        text += chunk;
      });
      request.on('end', () => {
        if (failures-- > 0) response.statusCode = 503;
        else received.push([request.url, JSON.parse(text)]);
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()));
    url = `http://127.0.0.1:${(receiver.address() as { port: number }).port}`;
  });
  afterAll(() => receiver.close());

  it('is told its options by environment, and hears of every new object in order, also after failures', async () => {
    const options = join(root, 'options.json');
    const program = standIn(
      'greets',
      `import { writeFileSync } from 'node:fs';
       writeFileSync(${JSON.stringify(options)}, process.env.GLOBALMART_SNOWFLAKE_OPTIONS);
       console.log(JSON.stringify({ url: ${JSON.stringify(url)}, account: 'LOCAL' }));
       process.stdin.resume(); process.stdin.on('end', () => process.exit(0));`,
    );
    const stack = await start({ services: ['aws', 'snowflake'], snowflakeProgram: program });
    expect(Object.keys(stack.env)).toEqual([
      ...AWS_VARIABLES,
      'SNOWFLAKE_ACCESS_URL',
      'SNOWFLAKE_ACCOUNT',
      'SNOWFLAKE_USER',
      'SNOWFLAKE_PASSWORD',
    ]);
    expect(JSON.parse(readFileSync(options, 'utf8'))).toEqual({
      dir: null,
      user: stack.env.SNOWFLAKE_USER,
      password: stack.env.SNOWFLAKE_PASSWORD,
      s3Endpoint: stack.env.AWS_ENDPOINT_URL_S3,
      s3AccessKeyId: stack.env.AWS_ACCESS_KEY_ID,
      s3SecretAccessKey: stack.env.AWS_SECRET_ACCESS_KEY,
      s3Region: 'us-east-1',
    });
    failures = 2;
    await withEnvironment(stack, async (s3) => {
      await s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
      for (const key of ['1', '2', '3']) {
        await s3.send(new PutObjectCommand({ Bucket: 'lake', Key: key, Body: key.repeat(Number(key)) }));
      }
    });
    await expect.poll(() => received.length).toBe(3);
    expect(received).toEqual(
      ['1', '2', '3'].map((key) => [
        '/local/s3-events',
        {
          Records: [
            {
              s3: {
                bucket: { name: 'lake' },
                object: { key, size: Number(key), eTag: expect.stringMatching(/^[0-9a-f]{32}$/) },
              },
            },
          ],
        },
      ]),
    );
  });

  it('is reported when it ends by itself, and takes everything down when it never starts', async () => {
    const dies = standIn(
      'dies',
      `console.log('{"url":"http://127.0.0.1:1","account":"L"}'); setTimeout(() => process.exit(3), 100);`,
    );
    const stack = await start({ services: ['snowflake'], snowflakeProgram: dies });
    expect(await stack.failed).toBe('the local Snowflake ended by itself: exit code 3');

    const dir = join(root, 'never');
    const never = standIn('never', 'process.exit(5)');
    await expect(
      startStack({ services: ['aws', 'snowflake'], dir, snowflakeProgram: never }),
    ).rejects.toThrow('did not start (exit code 5)');
    expect(existsSync(join(dir, 'lock.json'))).toBe(false);
    const talks = standIn('talks', `console.log('hello'); setInterval(() => {}, 1000);`);
    await expect(startStack({ services: ['snowflake'], snowflakeProgram: talks })).rejects.toThrow(
      'said "hello"',
    );
  });
});
