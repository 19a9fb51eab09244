import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keyHash } from '../../../actions/local-stack/aws/s3/object-path.ts';
import { ObjectStore } from '../../../actions/local-stack/aws/s3/object-store.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'object-store-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

async function storeWith(...keys: string[]): Promise<ObjectStore> {
  const store = await ObjectStore.open(root);
  await store.createBucket('lake');
  for (const key of keys) await commit(store, key, `old ${key}`);
  return store;
}

function commit(store: ObjectStore, key: string, body: string) {
  const temporary = store.temporaryFile();
  writeFileSync(temporary, body);
  return store.commit('lake', recordOf(key, body), temporary, () => {});
}

function recordOf(key: string, body: string) {
  return {
    key,
    size: body.length,
    etag: `etag of ${body}`,
    headers: {},
    metadata: {},
    checksums: {},
    checksumType: 'FULL_OBJECT' as const,
  };
}

async function read(store: ObjectStore, key: string): Promise<string | undefined> {
  const opened = await store.openObject('lake', key);
  if (opened === undefined) return undefined;
  const body = await opened.handle.readFile('utf8');
  await opened.handle.close();
  expect(opened.record).toMatchObject({ size: body.length, etag: `etag of ${body}` });
  return body;
}

const pendingFile = (key: string) => join(root, 's3-meta', 'lake', `${keyHash(key)}.json.next`);

describe('the object store after a crash (rows 37, 38)', () => {
  it('has everything that was committed', async () => {
    const before = await storeWith('a', 'a/b', 'c');
    await before.deleteObject('lake', 'c');
    const after = await ObjectStore.open(root);
    expect(after.buckets().map(({ name }) => name)).toEqual(['lake']);
    expect([await read(after, 'a'), await read(after, 'a/b'), await read(after, 'c')]).toEqual([
      'old a',
      'old a/b',
      undefined,
    ]);
  });

  it('keeps the old object when the new bytes were not yet in place', async () => {
    const before = await storeWith('a');
    const temporary = before.temporaryFile();
    writeFileSync(temporary, 'new');
    const record = { ...recordOf('a', 'new'), file: 'a', lastModified: new Date().toISOString() };
    writeFileSync(
      pendingFile('a'),
      JSON.stringify({ ...record, temporary: temporary.split(/[\\/]/).at(-1) }),
    );
    const after = await ObjectStore.open(root);
    expect(await read(after, 'a')).toBe('old a');
    expect(existsSync(pendingFile('a'))).toBe(false);
    expect(readdirSync(join(root, 's3-tmp'))).toEqual([]);
  });

  it('finishes the new object when its bytes were in place', async () => {
    await storeWith('a');
    writeFileSync(join(root, 's3', 'lake', 'a'), 'new');
    const record = { ...recordOf('a', 'new'), file: 'a', lastModified: new Date().toISOString() };
    writeFileSync(pendingFile('a'), JSON.stringify({ ...record, temporary: 'moved-already' }));
    const after = await ObjectStore.open(root);
    expect(await read(after, 'a')).toBe('new');
    expect(existsSync(pendingFile('a'))).toBe(false);
  });

  it('forgets a record that was cut off', async () => {
    await storeWith('a');
    writeFileSync(pendingFile('a'), '{"key":"a","si');
    expect(await read(await ObjectStore.open(root), 'a')).toBe('old a');
  });

  it('keeps the object and leaves no temporary record when a write cannot be made', async () => {
    const store = await storeWith('a');
    const missing = store.temporaryFile();
    await expect(store.commit('lake', recordOf('a', 'new'), missing, () => {})).rejects.toThrow('ENOENT');
    expect(await read(store, 'a')).toBe('old a');
    expect(existsSync(pendingFile('a'))).toBe(false);
  });

  it('gives a reader whole objects while they are replaced and deleted', async () => {
    const store = await storeWith('hot');
    const seen = new Set<string | undefined>();
    let writing = true;
    const writer = async () => {
      for (let i = 0; i < 60; i++) {
        await commit(store, 'hot', `version ${i} ${'x'.repeat(i)}`);
        if (i % 7 === 0) await store.deleteObject('lake', 'hot');
        await commit(store, `hot/${i % 5}`, 'below');
        await store.deleteObject('lake', `hot/${i % 5}`);
      }
    };
    const reader = async () => {
      // `read` compares bytes, size and ETag.
      while (writing) {
        seen.add(await read(store, 'hot'));
        await turn();
      }
    };
    await Promise.all([
      writer().finally(() => {
        writing = false;
      }),
      reader(),
      reader(),
    ]);
    expect(seen.size).toBeGreaterThan(3);
    expect(readFileSync(join(root, 's3-meta', 'lake', `${keyHash('hot')}.json`), 'utf8')).toContain(
      'version 59',
    );
  });
});
