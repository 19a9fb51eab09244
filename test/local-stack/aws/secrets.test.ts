import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RotateSecretCommand,
  UpdateSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsServer, closeAwsServer, openAwsServer } from './aws-server.ts';

let server: AwsServer;
beforeAll(async () => {
  server = await openAwsServer();
});
afterAll(() => closeAwsServer(server));

function create(name: string, value = 'first') {
  return server.secrets.send(new CreateSecretCommand({ Name: name, SecretString: value }));
}

async function value(id: string, more: object = {}): Promise<string | undefined> {
  return (await server.secrets.send(new GetSecretValueCommand({ SecretId: id, ...more }))).SecretString;
}

describe('secrets', () => {
  it('are read by name, by ARN and by ARN without its ending', async () => {
    const { ARN, VersionId } = await create('app/db', '{"password":"ü"}');
    expect(ARN).toMatch(/^arn:aws:secretsmanager:us-east-1:000000000000:secret:app\/db-[A-Za-z0-9]{6}$/);
    expect(await value('app/db')).toBe('{"password":"ü"}');
    expect(await value(ARN!)).toBe('{"password":"ü"}');
    expect(await value(ARN!.slice(0, -7))).toBe('{"password":"ü"}');
    const answer = await server.secrets.send(new GetSecretValueCommand({ SecretId: 'app/db' }));
    expect(answer).toMatchObject({ Name: 'app/db', VersionId, VersionStages: ['AWSCURRENT'] });
    expect(answer.CreatedDate?.getTime()).toBeGreaterThan(Date.now() - 60_000);
  });

  it('hold bytes as well', async () => {
    const bytes = new Uint8Array([0, 255, 10, 128]);
    await server.secrets.send(new CreateSecretCommand({ Name: 'binary', SecretBinary: bytes }));
    const got = await server.secrets.send(new GetSecretValueCommand({ SecretId: 'binary' }));
    expect([...got.SecretBinary!]).toEqual([...bytes]);
    expect(got.SecretString).toBeUndefined();
  });

  it('move AWSCURRENT and AWSPREVIOUS with every new value', async () => {
    const first = await create('rotated', 'one');
    const put = (text: string) =>
      server.secrets.send(new PutSecretValueCommand({ SecretId: 'rotated', SecretString: text }));
    const second = await put('two');
    expect([await value('rotated'), await value('rotated', { VersionStage: 'AWSPREVIOUS' })]).toEqual([
      'two',
      'one',
    ]);
    await put('three');
    expect([await value('rotated'), await value('rotated', { VersionStage: 'AWSPREVIOUS' })]).toEqual([
      'three',
      'two',
    ]);
    expect(await value('rotated', { VersionId: first.VersionId })).toBe('one');
    const { VersionIdsToStages } = await server.secrets.send(
      new DescribeSecretCommand({ SecretId: 'rotated' }),
    );
    expect(VersionIdsToStages?.[second.VersionId!]).toEqual(['AWSPREVIOUS']);
    expect(Object.keys(VersionIdsToStages ?? {})).toHaveLength(2);
  });

  it('keep a pending version apart until it is current', async () => {
    await create('staged', 'live');
    await server.secrets.send(
      new PutSecretValueCommand({ SecretId: 'staged', SecretString: 'next', VersionStages: ['AWSPENDING'] }),
    );
    expect([await value('staged'), await value('staged', { VersionStage: 'AWSPENDING' })]).toEqual([
      'live',
      'next',
    ]);
  });

  it('take the same request twice, but not another value under its token', async () => {
    const ClientRequestToken = 'a'.repeat(32);
    const request = { Name: 'repeated', SecretString: 'x', ClientRequestToken };
    const first = await server.secrets.send(new CreateSecretCommand(request));
    expect(await server.secrets.send(new CreateSecretCommand(request))).toMatchObject({
      ARN: first.ARN,
      VersionId: first.VersionId,
    });
    await expect(
      server.secrets.send(
        new PutSecretValueCommand({ SecretId: 'repeated', SecretString: 'y', ClientRequestToken }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceExistsException' });
  });

  it('are updated in value and description', async () => {
    await create('updated');
    await server.secrets.send(
      new UpdateSecretCommand({ SecretId: 'updated', SecretString: 'second', Description: 'what for' }),
    );
    expect(await value('updated')).toBe('second');
    await server.secrets.send(new UpdateSecretCommand({ SecretId: 'updated', Description: 'still' }));
    const { Description } = await server.secrets.send(new DescribeSecretCommand({ SecretId: 'updated' }));
    expect([Description, await value('updated')]).toEqual(['still', 'second']);
  });

  it('are gone at once by force, and unreadable while they wait for their deletion', async () => {
    await create('forced');
    await server.secrets.send(
      new DeleteSecretCommand({ SecretId: 'forced', ForceDeleteWithoutRecovery: true }),
    );
    await expect(value('forced')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await create('forced', 'again');
    await create('waiting');
    await server.secrets.send(new DeleteSecretCommand({ SecretId: 'waiting' }));
    await expect(value('waiting')).rejects.toMatchObject({ name: 'InvalidRequestException' });
    await expect(create('waiting')).rejects.toMatchObject({ name: 'InvalidRequestException' });
  });

  it('are listed by name, in pages', async () => {
    for (const name of ['list/1', 'list/2', 'list/3']) await create(name);
    const list = (more: object = {}) =>
      server.secrets.send(
        new ListSecretsCommand({ Filters: [{ Key: 'name', Values: ['list/'] }], MaxResults: 2, ...more }),
      );
    const first = await list();
    const second = await list({ NextToken: first.NextToken });
    expect([...first.SecretList!, ...second.SecretList!].map(({ Name }) => Name)).toEqual([
      'list/1',
      'list/2',
      'list/3',
    ]);
    expect(second.NextToken).toBeUndefined();
  });

  it('refuse with the exceptions of the service (row 31)', async () => {
    await create('taken');
    await expect(create('taken', 'other')).rejects.toMatchObject({ name: 'ResourceExistsException' });
    await expect(value('absent')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    await expect(value('taken', { VersionStage: 'NOPE' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
    await expect(create('../../etc/passwd ')).rejects.toMatchObject({ name: 'InvalidParameterException' });
    await expect(create('big', 'x'.repeat(65_537))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    await expect(server.secrets.send(new RotateSecretCommand({ SecretId: 'taken' }))).rejects.toMatchObject({
      name: 'NotImplemented',
      $metadata: { httpStatusCode: 501 },
    });
    await expect(
      server.secrets.send(new CreateSecretCommand({ Name: 'kms', SecretString: 'x', KmsKeyId: 'k' })),
    ).rejects.toMatchObject({ name: 'NotImplemented', message: expect.stringContaining('KmsKeyId') });
  });

  it('lie in files of their owner alone and are there after a restart', async () => {
    await create('kept', 'survivor');
    const folder = join(server.root, 'secrets');
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
    const again = await openAwsServer({ root: server.root });
    const got = await again.secrets.send(new GetSecretValueCommand({ SecretId: 'kept' }));
    await again.close();
    expect(got.SecretString).toBe('survivor');
  });
});
