import { ListObjectsV2Command, type ListObjectsV2CommandInput, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AwsServer, BUCKET, closeAwsServer, openAwsServer } from './aws-server.ts';

let server: AwsServer;
const keys = [
  'a.txt',
  'a/1',
  'a/2',
  'a/b/1',
  'a/b/2',
  'b/1',
  'b-/1',
  'c&<>.txt',
  'tab\tand\rreturn',
  '\uFF5E last of the basic plane',
  '🛒 above it',
];

beforeAll(async () => {
  server = await openAwsServer();
  for (const key of keys.toReversed()) {
    await server.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: key }));
  }
});
afterAll(() => closeAwsServer(server));

function list(query: Partial<ListObjectsV2CommandInput> = {}) {
  return server.s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ...query }));
}

describe('ListObjectsV2', () => {
  it('lists keys in the order of their UTF-8 bytes, with size and ETag', async () => {
    const { Contents, KeyCount, IsTruncated } = await list();
    const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(Contents?.map(({ Key }) => Key)).toEqual(expected);
    expect([KeyCount, IsTruncated]).toEqual([keys.length, false]);
    expect(Contents?.[0]).toMatchObject({ Key: 'a.txt', Size: 5, StorageClass: 'STANDARD' });
    expect(Contents?.[0]?.ETag).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it('lists below a prefix and after a key', async () => {
    expect((await list({ Prefix: 'a/' })).Contents?.map(({ Key }) => Key)).toEqual([
      'a/1',
      'a/2',
      'a/b/1',
      'a/b/2',
    ]);
    expect((await list({ Prefix: 'a/', StartAfter: 'a/2' })).Contents?.map(({ Key }) => Key)).toEqual([
      'a/b/1',
      'a/b/2',
    ]);
    expect((await list({ Prefix: 'nothing' })).KeyCount).toBe(0);
  });

  it('rolls keys up to common prefixes at a delimiter', async () => {
    const top = await list({ Delimiter: '/' });
    expect(top.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/', 'b-/', 'b/']);
    expect(top.Contents?.map(({ Key }) => Key)).toContain('a.txt');
    const below = await list({ Delimiter: '/', Prefix: 'a/' });
    expect(below.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['a/b/']);
    expect(below.Contents?.map(({ Key }) => Key)).toEqual(['a/1', 'a/2']);
  });

  it.each([1, 2, 3, 5])(
    'pages by %i through the same entries, with and without a delimiter',
    async (size) => {
      for (const delimiter of [undefined, '/']) {
        const whole = await list({ Delimiter: delimiter });
        const entries = (page: typeof whole) => [
          ...(page.Contents ?? []).map(({ Key }) => Key),
          ...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
        ];
        const paged: (string | undefined)[] = [];
        let token: string | undefined;
        do {
          const page = await list({ Delimiter: delimiter, MaxKeys: size, ContinuationToken: token });
          expect(page.KeyCount).toBeLessThanOrEqual(size);
          paged.push(...entries(page));
          token = page.NextContinuationToken;
          expect(page.IsTruncated).toBe(token !== undefined);
        } while (token !== undefined);
        expect(paged.toSorted()).toEqual(entries(whole).toSorted());
      }
    },
  );

  it('encodes keys for clients that ask for it', async () => {
    const { Contents } = await list({ Prefix: 'c&', EncodingType: 'url' });
    expect(Contents?.map(({ Key }) => Key)).toEqual(['c%26%3C%3E.txt']);
  });

  it('refuses a continuation token and a page size that it never gave', async () => {
    await expect(list({ ContinuationToken: '!!' })).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(list({ MaxKeys: -1 })).rejects.toMatchObject({ name: 'InvalidArgument' });
  });
});
