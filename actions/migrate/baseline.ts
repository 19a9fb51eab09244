import { UserError } from '../shared/errors.ts';
import { type History, isUntouched } from './history.ts';
import type { MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import type { MigrationRecorder } from './recorder.ts';

/** @throws UserError for what is no number of a migration */
export function requireVersion(version: string | undefined): string {
  if (version !== undefined && /^\d+(?:[._]\d+)*$/.test(version)) return version;
  throw new UserError(
    version === undefined
      ? 'mode "baseline" needs the input "baseline-version"'
      : `"${version}" is not the number of a migration`,
    { remedy: 'Give the number of the last migration that the database has.' },
  );
}

/** Takes versioned migrations up to a number as applied, for a database that has them already. Runs none. */
export async function baseline(
  files: readonly MigrationFile[],
  history: History,
  version: string,
  recorder: MigrationRecorder,
): Promise<MigrationFile[]> {
  const taken = files.filter(
    (file) =>
      file.version !== null &&
      compareVersions(file.version, version) <= 0 &&
      isUntouched(history.migrations.get(file.name)),
  );
  await recorder.record(
    taken.map((file) => ({
      migration: file.name,
      version: file.version,
      statement: 0,
      status: 'baseline',
      checksum: file.checksum,
    })),
  );
  return taken;
}
