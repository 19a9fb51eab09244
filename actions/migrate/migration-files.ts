import { createHash } from 'node:crypto';
import { globSync, lstatSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { messageOf, UserError } from '../shared/errors.ts';
import { SnowflakeError } from '../shared/sql/snowflake-error.ts';
import { splitStatements } from '../shared/sql/split.ts';
import { type Directives, readDirectives } from './directives.ts';
import { compareVersions, numberProblems } from './migration-numbers.ts';
import type { Problem } from './problem.ts';
import { unfinishedTransaction } from './statement-effects.ts';
import { renderTemplate } from './template.ts';

/** A migration as it lies in the repository. */
export interface MigrationFile {
  /**
   * `versioned` runs once, in order; `repeatable` runs whenever it has changed, after the versioned ones; `always` runs
   * every time, after those; `undo` takes back the versioned one of its number, in mode undo only.
   */
  kind: 'versioned' | 'repeatable' | 'always' | 'undo';
  /** The number as written, e.g. `007` or `2026.11`; null for what has none. */
  version: string | null;
  /** File name without `.sql`: what the history calls it. */
  name: string;
  /** Path for messages, relative to the working directory. */
  file: string;
  /**
   * sha256 of the text: the same for LF and CRLF, with or without byte order mark and final newline. Of a versioned
   * migration the text as written, so that a variable may change its value; of one without a number the text with its
   * values, so that a changed value reaches the object.
   */
  checksum: string;
  directives: Directives;
  statements: MigrationStatement[];
}

export interface MigrationStatement {
  /** 1-based */
  number: number;
  /** With the variables' values. */
  text: string;
  /** 1-based line of the file where it begins. */
  line: number;
  /** 1-based column of that line, once its variables have their values. */
  column: number;
  /** sha256 of the text. */
  checksum: string;
}

/** What a directory holds: the migrations that could be read and what is wrong with all of them. */
export interface MigrationDirectory {
  /** Versioned ones by number, then repeatable ones by name, then those that always run, by name. */
  migrations: MigrationFile[];
  /** The undo script of a versioned migration, by the migration's name. */
  undos: Map<string, MigrationFile>;
  problems: Problem[];
}

/** Gives the text of a file with something in place of its variables. */
export type Renderer = (text: string, file: string) => string;

const NAME =
  /^(?:(?<numbered>[VU])(?<version>\d+(?:[._]\d+)*)|(?<other>[RA]))__[A-Za-z0-9][A-Za-z0-9_-]*\.sql$/;
const KINDS = { V: 'versioned', R: 'repeatable', A: 'always', U: 'undo' } as const;
const ORDER = Object.values(KINDS);

/**
 * Reads every migration below a directory, `tests/` in it left out. A name that is none, an undefined variable, an
 * unclosed quote, two files with one number, a gap in the numbers: each is a problem of its file. Instead of values for
 * the variables there may be what renders a text in another way.
 * @throws UserError when there is no directory or no migration in it
 */
export function readMigrations(
  directory: string,
  variables: Readonly<Record<string, string>> | Renderer,
  options: { allowGaps?: boolean } = {},
): MigrationDirectory {
  const read: MigrationFile[] = [];
  const problems: Problem[] = [];
  for (const path of migrationPaths(directory)) {
    try {
      read.push(readMigration(path, variables));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      problems.push(problemOf(error, path));
    }
  }
  read.sort(
    (a, b) =>
      ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
      (a.version === null || b.version === null ? 0 : compareVersions(a.version, b.version)) ||
      compareText(a.name, b.name),
  );
  // A file that could not be read would look like a gap.
  const allowGaps = options.allowGaps === true || problems.length > 0;
  const migrations = read.filter(({ kind }) => kind !== 'undo');
  problems.push(...numberProblems(migrations, { allowGaps }));
  const undos = new Map<string, MigrationFile>();
  for (const undo of read.filter(({ kind }) => kind === 'undo')) matchUndo(undo, migrations, undos, problems);
  return { migrations, undos, problems };
}

/** A migration that could not be read is a problem of its own: its undo script may then seem to have none. */
function matchUndo(
  undo: MigrationFile,
  migrations: readonly MigrationFile[],
  undos: Map<string, MigrationFile>,
  problems: Problem[],
): void {
  const version = undo.version ?? '';
  const of = migrations.find((file) => file.version !== null && compareVersions(file.version, version) === 0);
  const other = of === undefined ? undefined : undos.get(of.name);
  if (of !== undefined && other === undefined) {
    undos.set(of.name, undo);
    return;
  }
  problems.push({
    file: undo.file,
    line: 1,
    message:
      other === undefined
        ? `there is no migration V${version}__….sql that it would undo`
        : `it undoes ${of?.name}, and so does ${other.file}`,
    remedy: 'Give it the number of the migration that it undoes, or delete it.',
  });
}

function migrationPaths(directory: string): string[] {
  try {
    if (!statSync(directory).isDirectory()) throw new Error('it is a file');
  } catch (error) {
    throw new UserError(`cannot read the migrations directory "${directory}": ${messageOf(error)}`, {
      remedy: 'Run from the repository root, or give the input "directory".',
      cause: error,
    });
  }
  const paths = globSync('**/*.sql', { cwd: directory, exclude: ['tests/**'] }).sort();
  if (paths.length === 0) {
    throw new UserError(`there is no migration (*.sql) in "${directory}"`, {
      remedy: 'Make one: npm run new-migration -- "what it does".',
    });
  }
  return paths.map((path) => join(directory, path));
}

/** @throws UserError */
function readMigration(file: string, variables: Readonly<Record<string, string>> | Renderer): MigrationFile {
  const match = NAME.exec(basename(file));
  if (match === null) {
    throw unreadable(
      file,
      'not the name of a migration',
      'Name it V<number>__what_it_does.sql (runs once), R__what_it_is.sql (runs when changed), A__what_it_does.sql (always runs) or U<number>__what_it_undoes.sql.',
    );
  }
  const { version = null, numbered, other } = match.groups ?? {};
  const text = readText(file);
  const rendered =
    typeof variables === 'function' ? variables(text, file) : renderTemplate(text, variables, file);
  return {
    kind: KINDS[(numbered ?? other) as keyof typeof KINDS],
    version,
    name: basename(file, '.sql'),
    file,
    checksum: sha256(version === null ? rendered : text),
    directives: readDirectives(rendered, file),
    statements: statementsOf(file, rendered),
  };
}

/**
 * The statements of any file of SQL, read as a migration's are.
 * @throws UserError with the file's line
 */
export function readStatements(
  file: string,
  variables: Readonly<Record<string, string>>,
): MigrationStatement[] {
  return statementsOf(file, renderTemplate(readText(file), variables, file));
}

/** The text of a file with LF and exactly one newline at its end. */
export function readText(file: string): string {
  // A link could bring any file of the machine into a message of the log.
  if (!lstatSync(file).isFile())
    throw unreadable(file, 'not a regular file', 'Commit the file itself, no link.');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    throw unreadable(file, 'not UTF-8', 'Save the file as UTF-8.', error);
  }
  return `${text.replace(/\r\n?/g, '\n').replace(/\n+$/, '')}\n`;
}

function statementsOf(file: string, text: string): MigrationStatement[] {
  let split: ReturnType<typeof splitStatements>;
  try {
    split = splitStatements(text);
  } catch (error) {
    if (!(error instanceof SnowflakeError)) throw error;
    const line = error.position?.line ?? 1;
    throw new UserError(`${file}:${line}: ${plain(error.message)}`, {
      location: { file, line, column: (error.position?.column ?? 0) + 1 },
      remedy: 'Close the string, comment or block that begins there.',
      cause: error,
    });
  }
  if (split.length === 0)
    throw unreadable(file, 'there is no statement in it', 'Write one, or delete the file.');
  const statements = split.map((statement, index) => ({
    number: index + 1,
    text: statement.text,
    line: statement.start.line,
    column: statement.start.column + 1,
    checksum: sha256(statement.text),
  }));
  const open = unfinishedTransaction(statements);
  if (open !== undefined) {
    throw new UserError(`${file}:${open.line}: the transaction that begins here does not end`, {
      location: { file, line: open.line, column: open.column },
      remedy: 'End it in the same file: COMMIT.',
    });
  }
  return statements;
}

/** What was thrown for a file, without the place that begins its message. */
export function problemOf(error: UserError, path: string): Problem {
  const { file = path, line = 1, column } = error.location;
  const place = `${file}:${line}${column === undefined ? '' : `:${column}`}: `;
  const short = [place, `${file}:${line}: `].find((prefix) => error.message.startsWith(prefix)) ?? '';
  return {
    file,
    line,
    ...(column === undefined ? {} : { column }),
    message: error.message.slice(short.length),
    remedy: error.remedy ?? '',
  };
}

function unreadable(file: string, what: string, remedy: string, cause?: unknown): UserError {
  return new UserError(`${file}:1: ${what}`, { location: { file, line: 1 }, remedy, cause });
}

function plain(message: string): string {
  return message.replace(/^SQL compilation error:\s*/, '').replaceAll('\n', ' ');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
