import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../../actions/local-stack/postgres/start.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'postgres-test-'));
  chmodSync(root, 0o711);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

function postmaster(dir: string): number {
  return Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe('a PostgreSQL that keeps its data', () => {
  const dir = () => join(root, 'kept');
  let server: LocalPostgres;

  it('starts as root or as a user, on the loopback interface, with logical replication allowed', async () => {
    server = await startPostgres({ dir: dir(), persistent: true });
    const [row] = await query(
      server.url,
      `select current_setting('server_version_num')::int / 10000 as version, current_setting('listen_addresses') as host,
              current_setting('wal_level') as wal, current_setting('fsync') as fsync, upper('straße é') as upper,
              current_setting('unix_socket_directories') as sockets, current_setting('timezone') as zone`,
    );
    expect(row).toEqual({
      version: 18,
      host: '127.0.0.1',
      wal: 'logical',
      fsync: 'on',
      upper: 'STRASSE É'.replace('SS', 'ß'),
      sockets: '',
      zone: 'UTC',
    });
    await query(server.url, 'create table kept as select 42 as answer');
  });

  it('lets nobody in without the password, which no other user can read', async () => {
    for (const url of [
      server.url.replace(server.password, 'wrong'),
      server.url.replace(`:${server.password}`, ''),
    ]) {
      await expect(query(url, 'select 1')).rejects.toThrow(/password/);
    }
    expect(statSync(join(dir(), 'password')).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir(), 'data')).mode & 0o077).toBe(0);
    expect(readdirSync(dir()).sort()).not.toContain('password.initdb');
    expect(
      await query(
        server.url,
        "select left(rolpassword, 14) as kind from pg_authid where rolname = 'postgres'",
      ),
    ).toEqual([{ kind: 'SCRAM-SHA-256$' }]);
  });

  it('stops with clients connected, leaving no process and no lock', async () => {
    const pid = postmaster(dir());
    const client = new pg.Client({ connectionString: server.url });
    client.on('error', () => {});
    await client.connect();
    await server.stop();
    expect(lives(pid)).toBe(false);
    expect(existsSync(join(dir(), 'data', 'postmaster.pid'))).toBe(false);
  });

  it('has its data and its password at the next start', async () => {
    const { password } = server;
    server = await startPostgres({ dir: dir(), persistent: true });
    expect(server.password).toBe(password);
    expect(await query(server.url, 'select answer from kept')).toEqual([{ answer: 42 }]);
  });

  it('recovers what was committed after its processes were killed (row 38)', async () => {
    await query(server.url, 'insert into kept values (43)');
    process.kill(postmaster(dir()), 'SIGKILL');
    await server.ended;
    server = await startPostgres({ dir: dir(), persistent: true });
    expect(await query(server.url, 'select answer from kept order by 1')).toEqual([
      { answer: 42 },
      { answer: 43 },
    ]);
    await server.stop();
  });

  it.runIf(process.platform === 'linux')(
    'is not misled by a lock with the pid of another process',
    async () => {
      const lock = join(dir(), 'data', 'postmaster.pid');
      writeFileSync(lock, `${process.pid}\n${join(dir(), 'data')}\n1\n5432\n\n127.0.0.1\n`);
      server = await startPostgres({ dir: dir(), persistent: true });
      expect(await query(server.url, 'select count(*)::int as n from kept')).toEqual([{ n: 2 }]);
      await server.stop();
    },
  );
});

describe('starting PostgreSQL', () => {
  it('starts over where an earlier creation was interrupted', async () => {
    const dir = join(root, 'interrupted');
    execFileSync('mkdir', ['-p', join(dir, 'data.new', 'base')]);
    const server = await startPostgres({ dir, persistent: false });
    expect(await query(server.url, "select current_setting('fsync') as fsync")).toEqual([{ fsync: 'off' }]);
    await server.stop();
    expect(existsSync(join(dir, 'data.new'))).toBe(false);
  });

  it('says so when the port it was given is taken (row 40)', async () => {
    const blocker = createServer();
    const port = await new Promise<number>((resolve) => {
      blocker.listen(0, '127.0.0.1', () => resolve((blocker.address() as { port: number }).port));
    });
    await expect(
      startPostgres({ dir: join(root, 'interrupted'), persistent: false, port }),
    ).rejects.toMatchObject({
      message: expect.stringContaining(`did not start on port ${port}`),
      remedy: 'Choose another port.',
    });
    blocker.close();
  });

  it.runIf(process.geteuid?.() === 0)(
    'names the directory that keeps the server out when run as root',
    async () => {
      const closed = join(root, 'closed');
      execFileSync('mkdir', ['-m', '700', closed]);
      await expect(startPostgres({ dir: join(closed, 'pg'), persistent: true })).rejects.toThrow(
        `cannot enter ${closed}`,
      );
    },
  );
});
