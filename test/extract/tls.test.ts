import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { connect, type DatabaseSettings } from '../../actions/extract/database.ts';
import { type ExtractFixture, startExtract } from './extract-fixture.ts';

let shop: ExtractFixture;
let ours: string;
let others: string;

describe('a source with a certificate of its own authority', () => {
  beforeAll(async () => {
    shop = await startExtract();
    const [row] = await shop.sql(`SELECT current_setting('data_directory') AS directory`);
    const data = String((row as { directory: string }).directory);
    ours = certificate(data, 'ours', 'db.example.com');
    others = certificate(data, 'others', 'db.example.com');
    const file = (name: string): string => join(data, 'tls', name);
    await shop.sql(`ALTER SYSTEM SET ssl_cert_file = '${file('ours.crt')}'`);
    await shop.sql(`ALTER SYSTEM SET ssl_key_file = '${file('ours.key')}'`);
    await shop.sql(`ALTER SYSTEM SET ssl = on`);
    await shop.sql('SELECT pg_reload_conf()');
    await shop.sql(
      `CREATE TABLE sealed (id int, updated_at timestamp); INSERT INTO sealed VALUES (1, '2026-06-01')`,
    );
  });

  const reaching = (more: Partial<DatabaseSettings>): DatabaseSettings => ({ ...shop.database, ...more });

  it.each<[DatabaseSettings['sslmode'], 'ours' | undefined]>([
    ['prefer', undefined],
    ['require', undefined],
    ['verify-ca', 'ours'],
  ])('is read over TLS with sslmode %s', async (sslmode, authority) => {
    const database = reaching({ sslmode, ...(authority && { sslrootcert: ours }) });
    const client = await connect(database);
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: true }]);
    const date = `2026-06-0${['prefer', 'require', 'verify-ca'].indexOf(sslmode) + 1}`;
    const report = await shop.extract({ name: 'sealed', strategy: 'full' }, date, { database });
    expect(await shop.ids(report)).toEqual([1]);
  });

  it('is refused where the authority is unknown or another one, or the host is another (failure 16)', async () => {
    await expect(connect(reaching({ sslmode: 'verify-ca' }))).rejects.toThrow(/self-signed certificate/);
    await expect(connect(reaching({ sslmode: 'verify-ca', sslrootcert: others }))).rejects.toThrow(
      /could not connect .*(self-signed certificate|signature failure|certificate)/,
    );
    await expect(connect(reaching({ sslmode: 'verify-full', sslrootcert: ours }))).rejects.toThrow(
      /does not match certificate's altnames/,
    );
  });
});

/** Makes a self-signed certificate that the server can read. */
function certificate(data: string, name: string, host: string): string {
  const folder = join(data, 'tls');
  mkdirSync(folder, { recursive: true });
  const [key, crt] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-keyout', key, '-out', crt],
    ],
    { stdio: 'pipe' },
  );
  const { uid, gid } = statSync(data);
  for (const path of [folder, key, crt]) chownSync(path, uid, gid);
  return readFileSync(crt, 'utf8');
}
