import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../../actions/migrate/migrate.ts';
import { startTestServer, type TestServer } from '../support/driver.ts';
import { startQueryProxy } from './query-proxy.ts';

let local: TestServer;
const directory = mkdtempSync(join(tmpdir(), 'token-'));
beforeAll(async () => {
  local = await startTestServer();
  afterAll(async () => {
    await local.close();
    rmSync(directory, { recursive: true, force: true });
  });
});

test('(failure 23) session tokens that expire before every statement are renewed, and the run goes on', async () => {
  writeFileSync(join(directory, 'V1__t.sql'), 'CREATE TABLE T (A INT);\nINSERT INTO T VALUES (1);');
  writeFileSync(join(directory, 'V2__u.sql'), 'INSERT INTO T VALUES (2);\nINSERT INTO T VALUES (3);');
  const seen = new Set<string>();
  const proxy = await startQueryProxy(local.server.url, {
    async beforeStatement(sql) {
      // The driver sends it again with its new token.
      if (seen.has(sql)) return;
      seen.add(sql);
      for (const { sessionId } of local.engine.queries.values()) local.server.expireSession(sessionId);
    },
  });
  const settings = { account: 'local', accessUrl: proxy.url, user: 'tester', password: 'right' };
  const options = { directory, database: 'D', variables: {}, settings };
  const report = await migrate({ ...options, mode: 'apply' });
  proxy.close();
  expect(report.applied.map(({ name }) => name)).toEqual(['V1__t', 'V2__u']);
  expect(seen).toContain('INSERT INTO T VALUES (3)');
  const session = await local.connect();
  expect(await session.run('SELECT A FROM D.PUBLIC.T ORDER BY A')).toEqual([{ A: 1 }, { A: 2 }, { A: 3 }]);
  await session.close();
});
