import { UserError } from '../shared/errors.ts';
import { migrationEvent } from './apply.ts';
import { type ForeignHistory, type ForeignMigration, isSameText } from './foreign-history.ts';
import { type MigrationFile, type Renderer, readText } from './migration-files.ts';
import { compareVersions } from './migration-numbers.ts';
import { type Problem, refuseProblems } from './problem.ts';
import type { NewEvent } from './recorder.ts';

/** What an import takes over. */
export interface Imported {
  files: MigrationFile[];
  events: NewEvent[];
  /** Files whose recorded checksum could not be compared. */
  unverified: string[];
}

/** @throws UserError when mode import has no table to read */
export function requireHistoryTable(table: string | undefined): string {
  if (table !== undefined) return table;
  throw new UserError('mode "import" needs the input "history-table"', {
    remedy: "Name the other tool's table, e.g. METADATA.SCHEMACHANGE.CHANGE_HISTORY.",
  });
}

/**
 * Matches another tool's history with the files, by script name, else by number. What is in place there becomes a
 * baseline here, so that the run goes on from it; a repeatable migration that has changed since stays pending.
 * @throws ProblemsError for a versioned migration that has no file or whose file differs
 */
export function importEvents(
  foreign: ForeignHistory,
  files: readonly MigrationFile[],
  render: Renderer,
): Imported {
  const imported: Imported = { files: [], events: [], unverified: [] };
  const problems: Problem[] = [];
  const take = (file: MigrationFile, note: string): void => {
    imported.files.push(file);
    imported.events.push({ ...migrationEvent(file, 'baseline'), note });
  };
  for (const migration of foreign.migrations) {
    const file = fileOf(migration, files);
    if (file === undefined) {
      // A repeatable one without a file is no more.
      if (migration.version !== null) problems.push(missing(foreign, migration));
      continue;
    }
    const written = readText(file.file);
    const same = isSameText(foreign.tool, migration, { written, rendered: render(written, file.file) });
    if (same === undefined) imported.unverified.push(file.name);
    if (same !== false) take(file, noteOf(foreign, migration));
    else if (file.kind === 'versioned') problems.push(differs(foreign, migration, file));
  }
  const { baseline } = foreign;
  if (baseline !== null) {
    const before = files.filter(({ version }) => version !== null && compareVersions(version, baseline) <= 0);
    for (const file of before)
      if (!imported.files.includes(file)) take(file, `imported: ${foreign.tool}'s baseline ${baseline}`);
  }
  refuseProblems(problems);
  return imported;
}

function fileOf(
  { script, version }: ForeignMigration,
  files: readonly MigrationFile[],
): MigrationFile | undefined {
  const name = script.replace(/\.sql$/i, '').toLowerCase();
  return (
    files.find((file) => file.name.toLowerCase() === name) ??
    files.find(
      (file) =>
        file.version !== null &&
        version !== null &&
        isVersion(version) &&
        compareVersions(file.version, version) === 0,
    )
  );
}

function isVersion(version: string): boolean {
  return /^\d+(?:[._]\d+)*$/.test(version);
}

function noteOf({ tool }: ForeignHistory, { script, by, at }: ForeignMigration): string {
  return `imported from ${tool}: ${script}, ${by}, ${at}`;
}

function missing({ tool }: ForeignHistory, { script, by, at }: ForeignMigration): Problem {
  return {
    file: script,
    line: 1,
    message: `${tool} ran it (${by}, ${at}), and there is no such file`,
    remedy: 'Bring its file along, under a name with the same number.',
  };
}

function differs({ tool }: ForeignHistory, { by, at }: ForeignMigration, { file }: MigrationFile): Problem {
  return {
    file,
    line: 1,
    message: `${tool} ran another text of it (${by}, ${at}): its checksum differs`,
    remedy:
      'Restore the file as it ran (and the values of its variables), and put the change into a new migration.',
  };
}
