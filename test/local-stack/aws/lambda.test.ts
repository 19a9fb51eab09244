import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetFunctionCommand, InvokeCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsServer, closeAwsServer, openAwsServer } from './aws-server.ts';

const HANDLER = `
import { appendFileSync } from 'node:fs';
let calls = 0;
export async function handler(event, context) {
  calls++;
  switch (event.do) {
    case 'echo': return { event, name: context.functionName, id: context.awsRequestId, calls, pid: process.pid,
      left: context.getRemainingTimeInMillis(), env: process.env.GREETING, home: process.env.SECRET_OF_THE_CALLER ?? null };
    case 'log': console.log('to out'); console.error('to err'); return null;
    case 'throw': throw new RangeError('no such page');
    case 'hang': return new Promise(() => setTimeout(() => {}, 60_000));
    case 'exit': process.exit(7);
    case 'nothing': return undefined;
    case 'append': appendFileSync(event.file, context.awsRequestId + '\\n'); if (event.fail) throw new Error('again'); return null;
    case 'wait': await new Promise((resolve) => setTimeout(resolve, event.ms)); return process.pid;
  }
}`;

let server: AwsServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lambda-test-'));
  writeFileSync(join(folder, 'handler.mjs'), HANDLER);
  writeFileSync(join(folder, 'broken.mjs'), 'export const handler = ;');
  writeFileSync(join(folder, 'empty.mjs'), 'export const other = 1;');
  process.env.SECRET_OF_THE_CALLER = 'must not be seen';
  const entry = join(folder, 'handler.mjs');
  server = await openAwsServer({
    functions: [
      { name: 'work', entry, environment: { GREETING: 'hello' }, timeoutSeconds: 10 },
      { name: 'short', entry, timeoutSeconds: 1 },
      { name: 'broken', entry: join(folder, 'broken.mjs'), timeoutSeconds: 10 },
      { name: 'empty', entry: join(folder, 'empty.mjs'), timeoutSeconds: 10 },
    ],
  });
});
afterAll(async () => {
  delete process.env.SECRET_OF_THE_CALLER;
  await closeAwsServer(server);
  rmSync(folder, { recursive: true });
});

async function invoke(name: string, event: object, more: object = {}) {
  const answer = await server.lambda.send(
    new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...more }),
  );
  const text = answer.Payload?.transformToString() ?? '';
  return { ...answer, value: text === '' ? undefined : JSON.parse(text) };
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('Lambda invocations', () => {
  it('run the handler in a process of its own, which is reused while it is warm', async () => {
    const first = await invoke('work', { do: 'echo', list: ['ü', 1] });
    const second = await invoke('work', { do: 'echo' });
    expect(first).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
    expect(first.FunctionError).toBeUndefined();
    expect(first.value).toMatchObject({
      event: { do: 'echo', list: ['ü', 1] },
      name: 'work',
      env: 'hello',
      home: null,
      id: first.$metadata.requestId,
    });
    expect(first.value.left).toBeGreaterThan(0);
    expect(first.value.left).toBeLessThanOrEqual(10_000);
    expect(first.value.pid).not.toBe(process.pid);
    expect([second.value.pid, second.value.calls]).toEqual([first.value.pid, first.value.calls + 1]);
  });

  it('answer null for a handler that returns nothing', async () => {
    expect((await invoke('work', { do: 'nothing' })).value).toBeNull();
  });

  it('run side by side in several processes', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => invoke('work', { do: 'wait', ms: 300 })));
    expect(new Set(answers.map(({ value }) => value)).size).toBe(3);
  });

  it('return the tail of the log when asked', async () => {
    const { LogResult, $metadata } = await invoke('work', { do: 'log' }, { LogType: 'Tail' });
    const log = Buffer.from(LogResult ?? '', 'base64').toString('utf8');
    expect(log).toContain(`START RequestId: ${$metadata.requestId}`);
    expect(log).toContain('to out\n');
    expect(log).toContain('to err\n');
    expect(log).not.toContain('\0');
    expect((await invoke('work', { do: 'log' })).LogResult).toBeUndefined();
  });

  it('report what the handler threw as Unhandled, and go on', async () => {
    const { FunctionError, StatusCode, value } = await invoke('work', { do: 'throw' });
    expect([StatusCode, FunctionError]).toEqual([200, 'Unhandled']);
    expect(value).toMatchObject({ errorType: 'RangeError', errorMessage: 'no such page' });
    expect(value.trace[0]).toBe('RangeError: no such page');
    expect((await invoke('work', { do: 'echo' })).FunctionError).toBeUndefined();
  });

  it('are ended when their time is over (row 30)', async () => {
    const before = (await invoke('short', { do: 'wait', ms: 0 })).value;
    const { FunctionError, value } = await invoke('short', { do: 'hang' });
    expect(FunctionError).toBe('Unhandled');
    expect(value.errorType).toBe('Sandbox.Timedout');
    expect(value.errorMessage).toMatch(/Task timed out after 1\.00 seconds$/);
    await expect.poll(() => lives(before)).toBe(false);
    expect((await invoke('short', { do: 'wait', ms: 0 })).value).not.toBe(before);
  });

  it('report a process that ends, a module that does not load, a handler that is not there', async () => {
    expect((await invoke('work', { do: 'exit' })).value).toMatchObject({
      errorType: 'Runtime.ExitError',
      errorMessage: expect.stringContaining('exit status 7'),
    });
    expect((await invoke('broken', {})).value).toMatchObject({ errorType: 'SyntaxError' });
    expect((await invoke('empty', {})).value).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
  });

  it('answer an event at once and run it behind, twice more when it fails', async () => {
    const file = join(folder, 'events.txt');
    writeFileSync(file, '');
    const { StatusCode, $metadata } = await invoke(
      'work',
      { do: 'append', file, fail: true },
      { InvocationType: 'Event' },
    );
    expect(StatusCode).toBe(202);
    await expect
      .poll(() => readFileSync(file, 'utf8'), { timeout: 10_000 })
      .toBe(`${$metadata.requestId}\n`.repeat(3));
  });

  it('check a dry run and run nothing', async () => {
    expect((await invoke('work', { do: 'exit' }, { InvocationType: 'DryRun' })).StatusCode).toBe(204);
  });

  it('take the name, the ARN and the qualifier $LATEST, and refuse others by name', async () => {
    const { Configuration } = await server.lambda.send(new GetFunctionCommand({ FunctionName: 'work' }));
    expect(Configuration).toMatchObject({ FunctionName: 'work', Timeout: 10, State: 'Active' });
    for (const id of [Configuration!.FunctionArn!, 'work:$LATEST', '000000000000:function:work']) {
      expect((await invoke(id, { do: 'echo' })).value.name).toBe('work');
    }
    for (const call of [() => invoke('absent', {}), () => invoke('work', {}, { Qualifier: '7' })]) {
      await expect(call()).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
        message: expect.stringContaining(
          'Function not found: arn:aws:lambda:us-east-1:000000000000:function:',
        ),
      });
    }
    await expect(server.lambda.send(new ListFunctionsCommand())).rejects.toMatchObject({
      $metadata: { httpStatusCode: 501 },
    });
    await expect(
      server.lambda.send(new InvokeCommand({ FunctionName: 'work', Payload: '{not json' })),
    ).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });
});

describe('the end of the endpoint', () => {
  it('ends its processes, even in the middle of an invocation', async () => {
    const own = await openAwsServer({
      functions: [{ name: 'work', entry: join(folder, 'handler.mjs'), timeoutSeconds: 60 }],
    });
    const payload = (event: object) =>
      new InvokeCommand({ FunctionName: 'work', Payload: JSON.stringify(event) });
    const idle = JSON.parse(
      (await own.lambda.send(payload({ do: 'wait', ms: 0 }))).Payload!.transformToString(),
    );
    const hanging = own.lambda.send(payload({ do: 'hang' })).catch(() => 'cut off');
    await expect.poll(() => lives(idle)).toBe(true);
    await closeAwsServer(own);
    expect(await hanging).toBe('cut off');
    expect(lives(idle)).toBe(false);
  });
});
