import { UserError } from '../shared/errors.ts';
import type { Placed } from './directives.ts';
import type { MigrationFile } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';

/**
 * The migrations that one requires by its directives.
 * @throws UserError with line and column of a requirement that is no file here
 */
export function requirementsOf(migration: MigrationFile, files: readonly MigrationFile[]): MigrationFile[] {
  return migration.directives.requires.map((required) => requiredFile(migration, required, files));
}

/** @throws UserError */
export function requiredFile(
  { file }: MigrationFile,
  { value, line, column }: Placed<string>,
  files: readonly MigrationFile[],
): MigrationFile {
  const number = /^[Vv](\d+(?:[._]\d+)*)$/.exec(value)?.[1];
  const found = files.find(({ name, version }) =>
    number === undefined ? name === value : version !== null && compareVersions(version, number) === 0,
  );
  if (found !== undefined) return found;
  throw new UserError(`${file}:${line}:${column}: it requires ${value}, and there is no such migration`, {
    location: { file, line, column },
    remedy: 'Write the number or the whole name of one that there is, such as V012 or R__totals.',
  });
}
