import { createHash, createHmac } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsServer, BUCKET, closeAwsServer, credentials, openAwsServer, region } from './aws-server.ts';

let server: AwsServer;
let signer: SignatureV4;

beforeAll(async () => {
  server = await openAwsServer();
  await server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'there', Body: 'guarded' }));
  signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
});
afterAll(() => closeAwsServer(server));

/** Node's hash in the form that the signer takes. */
class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', bytes(secret));
  }
  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

interface Answer {
  status: number;
  body: string;
}

/** A request by hand, for what no SDK sends. */
function raw(method: string, path: string, headers: Record<string, string>, body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request({ host: '127.0.0.1', port: server.port, method, path, headers }, (incoming) => {
      let text = '';
      incoming.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, body: text }));
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function signed(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: string,
  options: { signingDate?: Date; sign?: string } = {},
): Promise<Answer> {
  const host = `127.0.0.1:${server.port}`;
  const prepared = await signer.sign(
    {
      method,
      protocol: 'http:',
      hostname: host,
      path,
      query: {},
      headers: { host, ...headers },
      body: options.sign ?? body,
    },
    options.signingDate === undefined ? {} : { signingDate: options.signingDate },
  );
  return raw(method, path, prepared.headers, body);
}

async function presigned(
  method: string,
  path: string,
  expiresIn: number,
  signingDate = new Date(),
): Promise<string> {
  const host = `127.0.0.1:${server.port}`;
  const { query } = await signer.presign(
    {
      method,
      protocol: 'http:',
      hostname: host,
      path,
      query: {},
      headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    },
    { expiresIn, signingDate },
  );
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  return `${server.url}${path}?${pairs.join('&')}`;
}

describe('who is let in (row 35)', () => {
  it('refuses an unknown key and a wrong secret, in each service by its own names', async () => {
    const unknown = {
      ...server.clientOptions,
      credentials: { ...credentials, accessKeyId: 'UNKNOWNUNKNOWN000000' },
    };
    const wrong = { ...server.clientOptions, credentials: { ...credentials, secretAccessKey: 'wrong' } };
    const get = new GetObjectCommand({ Bucket: BUCKET, Key: 'there' });
    const secret = new GetSecretValueCommand({ SecretId: 'any' });
    await expect(new S3Client(unknown).send(get)).rejects.toMatchObject({
      name: 'InvalidAccessKeyId',
      $metadata: { httpStatusCode: 403 },
    });
    await expect(new S3Client(wrong).send(get)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' });
    await expect(new SecretsManagerClient(unknown).send(secret)).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    });
    await expect(new SecretsManagerClient(wrong).send(secret)).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    });
  });

  it('refuses requests without a signature, with another region, with a session token', async () => {
    expect(await raw('GET', `/${BUCKET}/there`, {})).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>AccessDenied</Code>'),
    });
    const get = new GetObjectCommand({ Bucket: BUCKET, Key: 'there' });
    await expect(
      new S3Client({ ...server.clientOptions, region: 'eu-central-1' }).send(get),
    ).rejects.toMatchObject({ message: expect.stringContaining("expecting 'us-east-1'") });
    const token = { ...server.clientOptions, credentials: { ...credentials, sessionToken: 'token' } };
    await expect(new S3Client(token).send(get)).rejects.toMatchObject({ name: 'InvalidToken' });
  });

  it('refuses another Host name', async () => {
    const { status, body } = await raw('GET', `/${BUCKET}/there`, { host: 'evil.example' });
    expect(status).toBe(421);
    expect(body).toContain('evil.example');
  });

  it('refuses a signature of another time', async () => {
    const past = new Date(Date.now() - 20 * 60_000);
    expect(await signed('GET', `/${BUCKET}/there`, {}, '', { signingDate: past })).toMatchObject({
      status: 403,
      body: expect.stringContaining('<Code>RequestTimeTooSkewed</Code>'),
    });
  });

  it('refuses a header that was added after signing', async () => {
    const host = `127.0.0.1:${server.port}`;
    const path = `/${BUCKET}/added`;
    const prepared = await signer.sign({
      method: 'PUT',
      protocol: 'http:',
      hostname: host,
      path,
      query: {},
      headers: { host },
      body: 'x',
    });
    const answer = await raw('PUT', path, { ...prepared.headers, 'x-amz-meta-role': 'admin' }, 'x');
    expect(answer.status).toBe(403);
    expect(answer.body).toContain('x-amz-meta-role');
  });

  it('answers errors in XML with code, resource and request id', async () => {
    const { body } = await signed('GET', `/${BUCKET}/a%26b`, {}, '');
    expect(body).toMatch(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code>.*<Key>a&amp;b<\/Key>.*<RequestId>[0-9a-f-]{36}<\/RequestId>/,
    );
  });
});

describe('presigned URLs', () => {
  it('let the holder read and write until they expire', async () => {
    const put = await fetch(await presigned('PUT', `/${BUCKET}/by-url`, 60), {
      method: 'PUT',
      body: 'via url',
    });
    expect(put.status).toBe(200);
    expect(await (await fetch(await presigned('GET', `/${BUCKET}/by-url`, 60))).text()).toBe('via url');
  });

  it('are refused when expired, altered, or used for something else', async () => {
    const old = await presigned('GET', `/${BUCKET}/there`, 60, new Date(Date.now() - 61_000));
    expect(await (await fetch(old)).text()).toContain('Request has expired');
    const valid = await presigned('GET', `/${BUCKET}/there`, 60);
    expect((await fetch(valid)).status).toBe(200);
    const codes = await Promise.all([
      fetch(valid.replace('/there', '/other')),
      fetch(valid.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000')),
      fetch(valid, { method: 'DELETE' }),
    ]);
    expect(codes.map(({ status }) => status)).toEqual([403, 403, 403]);
    const tooLong = await presigned('GET', `/${BUCKET}/there`, 60).then((url) =>
      fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801')),
    );
    expect(tooLong.status).toBe(400);
  });
});

describe('what was sent is what is kept', () => {
  const chunked = (content: string, trailer: string) =>
    `${content.length.toString(16)}\r\n${content}\r\n0\r\n${trailer}\r\n\r\n`;
  const streaming = (length: number) => ({
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-decoded-content-length': String(length),
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'content-encoding': 'aws-chunked',
  });

  it.each([
    ['a wrong Content-MD5', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'data', 'BadDigest'],
    ['a Content-MD5 that is none', { 'content-md5': 'short' }, 'data', 'InvalidDigest'],
    ['a wrong CRC32', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'data', 'BadDigest'],
    [
      'a wrong CRC32 in the trailer',
      streaming(4),
      chunked('data', 'x-amz-checksum-crc32:AAAAAA=='),
      'BadDigest',
    ],
    ['no CRC32 in the trailer', streaming(4), chunked('data', 'x-amz-other:1'), 'BadDigest'],
    [
      'fewer bytes than declared',
      streaming(5),
      chunked('data', 'x-amz-checksum-crc32:rfO9Mw=='),
      'IncompleteBody',
    ],
    ['a chunk header that is none', streaming(4), 'zz\r\ndata\r\n0\r\n\r\n', 'IncompleteBody'],
    ['a chunk longer than it says', streaming(4), '3\r\ndata\r\n0\r\n\r\n', 'IncompleteBody'],
    ['a body that ends early', streaming(4), '4\r\nda', 'IncompleteBody'],
  ])('an upload with %s leaves nothing behind', async (_, headers, body, code) => {
    const answer = await signed('PUT', `/${BUCKET}/refused`, headers as Record<string, string>, body);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining(`<Code>${code}</Code>`) });
    await expect(
      server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'refused' })),
    ).rejects.toMatchObject({ name: 'NotFound' });
    expect(readdirSync(join(server.root, 's3-tmp'))).toEqual([]);
  });

  it('a body that is not the signed one is refused', async () => {
    const answer = await signed('PUT', `/${BUCKET}/refused`, {}, 'tampered', { sign: 'original' });
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringContaining('<Code>XAmzContentSHA256Mismatch</Code>'),
    });
    expect(readdirSync(join(server.root, 's3-tmp'))).toEqual([]);
  });

  it('chunk signatures are refused by name', async () => {
    const headers = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
    expect(await signed('PUT', `/${BUCKET}/refused`, headers, 'x')).toMatchObject({
      status: 501,
      body: expect.stringContaining('STREAMING-AWS4-HMAC-SHA256-PAYLOAD'),
    });
  });

  it('a connection that breaks in the middle of an upload leaves nothing behind', async () => {
    const host = `127.0.0.1:${server.port}`;
    const path = `/${BUCKET}/half`;
    const prepared = await signer.sign({
      method: 'PUT',
      protocol: 'http:',
      hostname: host,
      path,
      query: {},
      headers: { host, 'content-length': '1000000', 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    const outgoing = request({
      host: '127.0.0.1',
      port: server.port,
      method: 'PUT',
      path,
      headers: prepared.headers,
    });
    outgoing.on('error', () => {});
    outgoing.write('half of it');
    const temporary = () => readdirSync(join(server.root, 's3-tmp'));
    await expect.poll(temporary).toHaveLength(1);
    outgoing.destroy();
    await expect.poll(temporary).toEqual([]);
    await expect(
      server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'half' })),
    ).rejects.toMatchObject({ name: 'NotFound' });
  });

  it.each([
    '<!DOCTYPE x [<!ENTITY a "b">]><Delete/>',
    '<Delete><Object>',
    '<Delete>&bogus;</Delete>',
    'no xml',
    '',
  ])('the document %j is malformed', async (xml) => {
    const md5 = createHash('md5').update(xml).digest('base64');
    const path = `/${BUCKET}`;
    const host = `127.0.0.1:${server.port}`;
    const prepared = await signer.sign({
      method: 'POST',
      protocol: 'http:',
      hostname: host,
      path,
      query: { delete: '' },
      headers: { host, 'content-md5': md5 },
      body: xml,
    });
    const answer = await raw('POST', `${path}?delete=`, prepared.headers, xml);
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining('<Code>MalformedXML</Code>') });
  });
});
