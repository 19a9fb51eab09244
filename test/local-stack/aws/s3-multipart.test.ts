import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectCreated } from '../../../actions/local-stack/aws/s3/exchange.ts';
import { type AwsServer, BUCKET, closeAwsServer, openAwsServer } from './aws-server.ts';

let server: AwsServer;
const events: ObjectCreated[] = [];
const MIB = 1024 ** 2;

beforeAll(async () => {
  server = await openAwsServer({ onObjectCreated: (event) => events.push(event) });
});
afterAll(() => closeAwsServer(server));

async function begin(key: string, more: object = {}): Promise<string> {
  const { UploadId } = await server.s3.send(
    new CreateMultipartUploadCommand({ Bucket: BUCKET, Key: key, ...more }),
  );
  return UploadId!;
}

async function part(key: string, id: string, number: number, body: Uint8Array) {
  const { ETag, ChecksumCRC32 } = await server.s3.send(
    new UploadPartCommand({ Bucket: BUCKET, Key: key, UploadId: id, PartNumber: number, Body: body }),
  );
  return { PartNumber: number, ETag, ChecksumCRC32 };
}

function complete(key: string, id: string, parts: object[], more: object = {}) {
  return server.s3.send(
    new CompleteMultipartUploadCommand({
      Bucket: BUCKET,
      Key: key,
      UploadId: id,
      MultipartUpload: { Parts: parts },
      ...more,
    }),
  );
}

describe('multipart uploads', () => {
  it('carries a stream of unknown length through lib-storage, byte for byte', async () => {
    const data = randomBytes(12 * MIB + 7);
    await new Upload({
      client: server.s3,
      params: {
        Bucket: BUCKET,
        Key: 'big.bin',
        Body: Readable.from([data]),
        ContentType: 'x/y',
        Metadata: { a: 'b' },
      },
      partSize: 5 * MIB,
    }).done();
    const got = await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'big.bin' }));
    expect(Buffer.from((await got.Body?.transformToByteArray())!).equals(data)).toBe(true);
    expect(got).toMatchObject({ ContentType: 'x/y', Metadata: { a: 'b' } });
    expect(got.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(events.filter(({ key }) => key === 'big.bin')).toEqual([
      { bucket: BUCKET, key: 'big.bin', size: data.length, eTag: got.ETag?.replaceAll('"', '') },
    ]);
  });

  it('lists parts and uploads, replaces a part, and shows nothing before completion', async () => {
    const id = await begin('slow.bin');
    await part('slow.bin', id, 2, Buffer.from('tail'));
    await part('slow.bin', id, 1, Buffer.alloc(5 * MIB, 1));
    const first = await part('slow.bin', id, 1, Buffer.alloc(5 * MIB, 2));
    const listed = await server.s3.send(
      new ListPartsCommand({ Bucket: BUCKET, Key: 'slow.bin', UploadId: id }),
    );
    expect(listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 5 * MIB],
      [2, 4],
    ]);
    expect(listed.Parts?.[0]?.ETag).toBe(first.ETag);
    const page = await server.s3.send(
      new ListPartsCommand({ Bucket: BUCKET, Key: 'slow.bin', UploadId: id, MaxParts: 1 }),
    );
    expect([page.IsTruncated, page.NextPartNumberMarker]).toEqual([true, '1']);
    const uploads = await server.s3.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
    expect(uploads.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([['slow.bin', id]]);
    const head = () => server.s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'slow.bin' }));
    await expect(head()).rejects.toMatchObject({ name: 'NotFound' });
    const parts = listed.Parts!.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    const done = await complete('slow.bin', id, parts);
    expect((await head()).ContentLength).toBe(5 * MIB + 4);
    // The same completion again, as a client sends it whose answer was lost (row 4).
    expect((await complete('slow.bin', id, parts)).ETag).toBe(done.ETag);
    expect(events.filter(({ key }) => key === 'slow.bin')).toHaveLength(1);
  });

  it.each([
    ['COMPOSITE', /^.{6}==-2$/],
    ['FULL_OBJECT', /^.{6}==$/],
  ] as const)('keeps a %s checksum', async (type, form) => {
    const key = `sum-${type}`;
    const id = await begin(key, { ChecksumAlgorithm: 'CRC32', ChecksumType: type });
    const parts = [
      await part(key, id, 1, Buffer.alloc(5 * MIB, 3)),
      await part(key, id, 2, Buffer.from('end')),
    ];
    const done = await complete(key, id, parts);
    expect(done.ChecksumCRC32).toMatch(form);
    const got = await server.s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: key, ChecksumMode: 'ENABLED' }),
    );
    expect((await got.Body?.transformToByteArray())?.length).toBe(5 * MIB + 3);
    expect([got.ChecksumCRC32, got.ChecksumType]).toEqual([done.ChecksumCRC32, type]);
  });

  it('refuses to complete with wrong, small or disordered parts', async () => {
    const id = await begin('wrong');
    const one = await part('wrong', id, 1, Buffer.from('small'));
    const two = await part('wrong', id, 2, Buffer.from('small'));
    await expect(complete('wrong', id, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete('wrong', id, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete('wrong', id, [{ ...one, ETag: '"0"' }])).rejects.toMatchObject({
      name: 'InvalidPart',
    });
    await expect(complete('wrong', id, [one], { MpuObjectSize: 4 })).rejects.toMatchObject({
      name: 'InvalidRequest',
    });
    await complete('wrong', id, [one]);
  });

  it('completes with If-None-Match: * only where nothing is', async () => {
    const id = await begin('taken');
    const parts = [await part('taken', id, 1, Buffer.from('late'))];
    await server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'taken', Body: 'early' }));
    await expect(complete('taken', id, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    });
    const got = await server.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'taken' }));
    expect(await got.Body?.transformToString()).toBe('early');
  });

  it('forgets an aborted upload', async () => {
    const id = await begin('aborted');
    const one = await part('aborted', id, 1, Buffer.from('x'));
    const abort = new AbortMultipartUploadCommand({ Bucket: BUCKET, Key: 'aborted', UploadId: id });
    await server.s3.send(abort);
    await expect(complete('aborted', id, [one])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(part('aborted', '../../etc', 1, Buffer.from('x'))).rejects.toMatchObject({
      name: 'NoSuchUpload',
    });
  });
});
