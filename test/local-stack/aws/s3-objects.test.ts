import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectCreated } from '../../../actions/local-stack/aws/s3/exchange.ts';
import { type AwsServer, BUCKET, closeAwsServer, openAwsServer } from './aws-server.ts';

let server: AwsServer;
const events: ObjectCreated[] = [];

beforeAll(async () => {
  server = await openAwsServer({ onObjectCreated: (event) => events.push(event) });
});
afterAll(() => closeAwsServer(server));

function put(key: string, body: string | Uint8Array, more: object = {}) {
  return server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body, ...more }));
}

async function text(key: string, more: object = {}): Promise<string> {
  const { Body } = await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: key, ...more }));
  return (await Body?.transformToString()) ?? '';
}

describe('objects of the local S3', () => {
  it('gives back bytes, content headers and user metadata as they were put', async () => {
    const stored = await put('a/one.txt', 'grüezi', {
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      Metadata: { 'load-id': '2026-01-31' },
    });
    const got = await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/one.txt' }));
    expect(await got.Body?.transformToString()).toBe('grüezi');
    expect(got).toMatchObject({
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      CacheControl: 'no-store',
      ContentLength: 7,
      Metadata: { 'load-id': '2026-01-31' },
      ETag: stored.ETag,
    });
    expect(readFileSync(join(server.root, 's3', BUCKET, 'a', 'one.txt'), 'utf8')).toBe('grüezi');
  });

  it('takes streams that the SDK sends as aws-chunked with a trailing checksum, and keeps only their bytes', async () => {
    const chunks = Array.from({ length: 40 }, (_, i) => Buffer.alloc(10_000, i));
    await server.s3.send(
      new PutObjectCommand({
        Bucket: BUCKET,
        Key: 'stream.bin',
        Body: Readable.from(chunks),
        ContentLength: 400_000,
        ChecksumAlgorithm: 'CRC32',
      }),
    );
    const got = await server.s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'stream.bin', ChecksumMode: 'ENABLED' }),
    );
    expect(Buffer.from((await got.Body?.transformToByteArray())!).equals(Buffer.concat(chunks))).toBe(true);
    expect(got.ContentEncoding).toBeUndefined();
    expect(got.ChecksumCRC32).toMatch(/^.{6}==$/);
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'checks %s on the way in and returns it on the way out',
    async (algorithm) => {
      const stored = await put(`sum-${algorithm}`, 'checked', { ChecksumAlgorithm: algorithm });
      const head = await server.s3.send(
        new HeadObjectCommand({ Bucket: BUCKET, Key: `sum-${algorithm}`, ChecksumMode: 'ENABLED' }),
      );
      const field = `Checksum${algorithm}` as const;
      expect(head[field]).toBe(stored[field]);
      expect(head[field]).toBeTruthy();
      expect(head.ChecksumType).toBe('FULL_OBJECT');
      expect(await text(`sum-${algorithm}`, { ChecksumMode: 'ENABLED' })).toBe('checked');
    },
  );

  it('reads ranges: from the start, in the middle, from the end, beyond the end', async () => {
    await put('range', '0123456789');
    expect(await text('range', { Range: 'bytes=0-3' })).toBe('0123');
    expect(await text('range', { Range: 'bytes=4-5' })).toBe('45');
    expect(await text('range', { Range: 'bytes=7-' })).toBe('789');
    expect(await text('range', { Range: 'bytes=-2' })).toBe('89');
    expect(await text('range', { Range: 'bytes=8-100' })).toBe('89');
    const part = await server.s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'range', Range: 'bytes=2-4' }),
    );
    expect(part.ContentRange).toBe('bytes 2-4/10');
    await expect(text('range', { Range: 'bytes=10-' })).rejects.toMatchObject({ name: 'InvalidRange' });
  });

  it('keeps an object of no bytes', async () => {
    await put('empty', '');
    expect(await text('empty')).toBe('');
    expect(
      (await server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'empty' }))).ContentLength,
    ).toBe(0);
  });

  it('answers 404 by name for what is not there', async () => {
    await expect(text('nowhere')).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(
      server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'nowhere' })),
    ).rejects.toMatchObject({ name: 'NotFound' });
    await expect(
      server.s3.send(new PutObjectCommand({ Bucket: 'no-such-bucket', Key: 'a', Body: 'a' })),
    ).rejects.toMatchObject({ name: 'NoSuchBucket', $metadata: { httpStatusCode: 404 } });
  });

  it('deletes one object, and what is not there without complaint', async () => {
    await put('gone/soon', 'x');
    await server.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'gone/soon' }));
    await server.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'gone/soon' }));
    await expect(text('gone/soon')).rejects.toMatchObject({ name: 'NoSuchKey' });
    expect(existsSync(join(server.root, 's3', BUCKET, 'gone'))).toBe(false);
  });

  it('deletes many objects in one request', async () => {
    await put('many/1', 'x');
    await put('many/<&>"\'', 'x');
    const answer = await server.s3.send(
      new DeleteObjectsCommand({
        Bucket: BUCKET,
        Delete: { Objects: [{ Key: 'many/1' }, { Key: 'many/<&>"\'' }, { Key: 'many/never' }] },
      }),
    );
    expect(answer.Deleted?.map(({ Key }) => Key)).toEqual(['many/1', 'many/<&>"\'', 'many/never']);
    await expect(text('many/<&>"\'')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('copies an object with its metadata, or with new metadata', async () => {
    await put('from ü/+1', 'copied', { ContentType: 'text/csv', Metadata: { a: '1' } });
    const source = `/${BUCKET}/${encodeURIComponent('from ü/+1')}`;
    await server.s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'to/1', CopySource: source }));
    await server.s3.send(
      new CopyObjectCommand({
        Bucket: BUCKET,
        Key: 'to/2',
        CopySource: source,
        MetadataDirective: 'REPLACE',
        Metadata: { b: '2' },
      }),
    );
    const first = await server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'to/1' }));
    const second = await server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'to/2' }));
    expect([first.Metadata, first.ContentType]).toEqual([{ a: '1' }, 'text/csv']);
    expect(second.Metadata).toEqual({ b: '2' });
    expect(await text('to/2')).toBe('copied');
    await expect(
      server.s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'to/1', CopySource: `/${BUCKET}/to/1` })),
    ).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(
      server.s3.send(new CopyObjectCommand({ Bucket: BUCKET, Key: 'x', CopySource: `/${BUCKET}/nowhere` })),
    ).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('announces every object once it is there, with bucket, key, size and ETag', async () => {
    events.length = 0;
    const stored = await put('announced/ü 1', 'four');
    await server.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'announced/ü 1' }));
    expect(events).toEqual([
      { bucket: BUCKET, key: 'announced/ü 1', size: 4, eTag: stored.ETag?.replaceAll('"', '') },
    ]);
  });

  it('refuses by name, with 501, what it does not implement', async () => {
    await put('plain', 'x');
    const plain = { Bucket: BUCKET, Key: 'plain' };
    const refusals: [() => Promise<unknown>, RegExp][] = [
      [() => server.s3.send(new GetObjectAclCommand(plain)), /"acl" in GetObject/],
      [
        () => server.s3.send(new PutObjectTaggingCommand({ ...plain, Tagging: { TagSet: [] } })),
        /"tagging" in PutObject/,
      ],
      [
        () => put('plain', 'x', { ServerSideEncryption: 'aws:kms' }),
        /x-amz-server-side-encryption in PutObject/,
      ],
      [() => put('plain', 'x', { IfNoneMatch: '"abc"' }), /If-None-Match with an ETag/],
      [
        () => server.s3.send(new DeleteObjectCommand({ ...plain, VersionId: 'v1' })),
        /"versionId" in DeleteObject/,
      ],
    ];
    for (const [refused, message] of refusals) {
      await expect(refused()).rejects.toMatchObject({
        name: 'NotImplemented',
        message: expect.stringMatching(message),
        $metadata: { httpStatusCode: 501 },
      });
    }
    expect(await text('plain')).toBe('x');
  });
});

describe('conditional requests', () => {
  it('writes with If-None-Match: * only where nothing is', async () => {
    await put('once', 'first', { IfNoneMatch: '*' });
    await expect(put('once', 'second', { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
      $metadata: { httpStatusCode: 412 },
    });
    expect(await text('once')).toBe('first');
  });

  it('lets exactly one of many simultaneous conditional writers win (row 5)', async () => {
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => put('race', `writer ${i}`, { IfNoneMatch: '*' })),
    );
    const winners = results.flatMap((result, i) => (result.status === 'fulfilled' ? [i] : []));
    expect(winners).toHaveLength(1);
    expect(await text('race')).toBe(`writer ${winners[0]}`);
  });

  it('replaces with If-Match only what the writer has seen', async () => {
    const { ETag } = await put('state', '1');
    const second = await put('state', '2', { IfMatch: ETag });
    await expect(put('state', '3', { IfMatch: ETag })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await put('state', '4', { IfMatch: second.ETag });
    expect(await text('state')).toBe('4');
    await expect(put('never', '1', { IfMatch: ETag })).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('answers reads with 304 and 412', async () => {
    const { ETag } = await put('read', 'x');
    const status = (expected: number) => ({ $metadata: { httpStatusCode: expected } });
    await expect(text('read', { IfNoneMatch: ETag })).rejects.toMatchObject(status(304));
    await expect(text('read', { IfMatch: '"other"' })).rejects.toMatchObject(status(412));
    await expect(text('read', { IfModifiedSince: new Date(Date.now() + 5000) })).rejects.toMatchObject(
      status(304),
    );
    await expect(text('read', { IfUnmodifiedSince: new Date(0) })).rejects.toMatchObject(status(412));
    expect(await text('read', { IfMatch: ETag, IfUnmodifiedSince: new Date(0) })).toBe('x');
    expect(await text('read', { IfNoneMatch: '"other"', IfModifiedSince: new Date(Date.now() + 5000) })).toBe(
      'x',
    );
  });
});

describe('keys that a file system could misread (row 36)', () => {
  const keys = [
    '../../escape',
    '/absolute',
    'a//b',
    'a/./b/../c',
    'trailing/',
    '..',
    '%2e%2e/x',
    '%',
    'back\\slash:colon?',
    'CON',
    'dot./space ',
    'new\nline',
    `long/${'x'.repeat(900)}`,
    '東京/🛒.json',
    'Case',
    'case',
  ];

  it('carries each of them, apart from each other and inside the bucket', async () => {
    for (const key of keys) await put(key, `value of ${key}`);
    for (const key of keys) expect(await text(key)).toBe(`value of ${key}`);
    expect(existsSync(join(server.root, 'escape'))).toBe(false);
    expect(existsSync(join(server.root, '..', 'escape'))).toBe(false);
    expect(existsSync('/absolute')).toBe(false);
    for (const key of keys) await server.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    for (const key of keys) await expect(text(key)).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('holds an object "x" beside an object "x/y", in either order', async () => {
    for (const [first, second] of [
      ['fork', 'fork/deep/er'],
      ['knife/deep', 'knife'],
    ] as const) {
      await put(first, '1');
      await put(second, '2');
      await put(first, '3');
      expect([await text(first), await text(second)]).toEqual(['3', '2']);
    }
  });

  it('refuses keys that are too long or that no listing can carry', async () => {
    await expect(put('k'.repeat(1025), 'x')).rejects.toMatchObject({ name: 'KeyTooLongError' });
    await expect(put('nul\0', 'x')).rejects.toMatchObject({
      name: 'InvalidArgument',
      message: expect.stringContaining('U+0000'),
    });
  });
});

describe('buckets', () => {
  it('are created, found, listed and deleted when empty', async () => {
    await server.s3.send(new CreateBucketCommand({ Bucket: 'second-bucket' }));
    await server.s3.send(new CreateBucketCommand({ Bucket: 'second-bucket' }));
    const head = await server.s3.send(new HeadBucketCommand({ Bucket: 'second-bucket' }));
    expect(head.BucketRegion).toBe('us-east-1');
    const location = await server.s3.send(new GetBucketLocationCommand({ Bucket: 'second-bucket' }));
    expect(location.LocationConstraint).toBeFalsy();
    const names = async () =>
      (await server.s3.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name);
    expect(await names()).toEqual([BUCKET, 'second-bucket']);
    await server.s3.send(new PutObjectCommand({ Bucket: 'second-bucket', Key: 'x', Body: 'x' }));
    await expect(server.s3.send(new DeleteBucketCommand({ Bucket: 'second-bucket' }))).rejects.toMatchObject({
      name: 'BucketNotEmpty',
    });
    await server.s3.send(new DeleteObjectCommand({ Bucket: 'second-bucket', Key: 'x' }));
    await server.s3.send(new DeleteBucketCommand({ Bucket: 'second-bucket' }));
    expect(await names()).toEqual([BUCKET]);
    await expect(server.s3.send(new HeadBucketCommand({ Bucket: 'second-bucket' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
  });

  it.each(['ab', 'Upper', 'under_score', '127.0.0.1', 'a..b'])('refuse the name %s', async (name) => {
    await expect(server.s3.send(new CreateBucketCommand({ Bucket: name }))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 400 },
    });
  });
});
