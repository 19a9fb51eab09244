import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { messageOf, UserError } from '../shared/errors.ts';
import { type SnowflakeSession, SnowflakeStatementError } from '../shared/snowflake.ts';

/** What another tool's history says of one script. */
export interface ForeignMigration {
  /** Null for a repeatable one. */
  version: string | null;
  /** File name of the script, without folders. */
  script: string;
  checksum: string | null;
  by: string;
  at: string;
}

export interface ForeignHistory {
  tool: 'schemachange' | 'Flyway';
  /** What is in place, the newest run of each. */
  migrations: ForeignMigration[];
  /** Number up to which everything counts as applied, where the tool began with a database that had it. */
  baseline: string | null;
}

type Row = Record<string, string | null>;

/**
 * Reads the history table of schemachange or Flyway, which its columns tell apart.
 * @param table its name as SQL writes it
 * @throws UserError for a name that is none, a table of another kind, and a run that failed
 */
export async function readForeignHistory(session: SnowflakeSession, table: string): Promise<ForeignHistory> {
  const part = String.raw`(?:[A-Za-z_][\w$]*|"(?:[^"]|"")+")`;
  if (!new RegExp(String.raw`^${part}(?:\.${part}){0,2}$`).test(table)) {
    throw new UserError(`input "history-table": "${table}" is not the name of a table`, {
      remedy:
        'Write it as SQL does, e.g. METADATA.SCHEMACHANGE.CHANGE_HISTORY or PUBLIC."flyway_schema_history".',
    });
  }
  const rows = await readRows(session, table);
  const texts = rows.map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name.toUpperCase(), textOf(value)])),
  );
  const [first] = texts;
  if (first === undefined)
    throw new UserError(`${table} has no rows`, { remedy: 'There is nothing to import: apply.' });
  if ('SCRIPT_TYPE' in first && 'INSTALLED_ON' in first) return fromSchemachange(table, rows, texts);
  if ('INSTALLED_RANK' in first && 'SUCCESS' in first) return fromFlyway(table, texts);
  throw new UserError(`${table} is neither a history of schemachange nor one of Flyway`, {
    remedy: 'Name their table: CHANGE_HISTORY, or "flyway_schema_history".',
  });
}

async function readRows(session: SnowflakeSession, table: string): Promise<Record<string, unknown>[]> {
  try {
    return (await session.execute(`SELECT * FROM ${table}`)).rows;
  } catch (error) {
    if (!(error instanceof SnowflakeStatementError) || error.queryId === undefined) throw error;
    throw new UserError(`the history table ${table} cannot be read: ${messageOf(error)}`, {
      remedy: 'Correct the input "history-table", or grant the role SELECT on it.',
      cause: error,
    });
  }
}

/** Source: schemachange's documentation, "CHANGE_HISTORY table". Scripts that always run leave nothing to import. */
function fromSchemachange(table: string, rows: Record<string, unknown>[], texts: Row[]): ForeignHistory {
  const newest = new Map<string, { row: Row; at: number }>();
  for (const [index, row] of texts.entries()) {
    const at = Number(rows[index]?.INSTALLED_ON ?? 0);
    const script = baseName(row.SCRIPT ?? '');
    if ((newest.get(script)?.at ?? -1) <= at) newest.set(script, { row, at });
  }
  const migrations: ForeignMigration[] = [];
  for (const [script, { row }] of newest) {
    if (row.SCRIPT_TYPE === 'A') continue;
    if (row.STATUS?.toLowerCase() !== 'success') throw failed(table, script, row);
    migrations.push(migrationOf(script, row.SCRIPT_TYPE === 'V' ? (row.VERSION ?? null) : null, row));
  }
  return { tool: 'schemachange', migrations, baseline: null };
}

/** Source: Flyway's documentation, "Schema history table". */
function fromFlyway(table: string, texts: Row[]): ForeignHistory {
  const inPlace = new Map<string, ForeignMigration>();
  let baseline: string | null = null;
  const ordered = texts.toSorted((a, b) => Number(a.INSTALLED_RANK) - Number(b.INSTALLED_RANK));
  for (const row of ordered) {
    const version = row.VERSION ?? null;
    const script = baseName(row.SCRIPT ?? '');
    const key = version ?? script;
    if (row.TYPE === 'SCHEMA') continue;
    if (!/^(?:true|1)$/i.test(row.SUCCESS ?? '')) throw failed(table, script, row);
    if (row.TYPE === 'BASELINE') baseline = version;
    else if (row.TYPE === 'DELETE' || row.TYPE?.startsWith('UNDO')) inPlace.delete(key);
    else inPlace.set(key, migrationOf(script, version, row));
  }
  return { tool: 'Flyway', migrations: [...inPlace.values()], baseline };
}

/**
 * Whether a script's recorded checksum is that of a text; undefined where it cannot be told.
 * schemachange: SHA-224 of the text with its variables' values, without outer space and a last semicolon; what it does
 * with a text that ends with a comment differs between its versions. Flyway: CRC-32 of the lines as written, without
 * their ends, as a signed number.
 */
export function isSameText(
  tool: ForeignHistory['tool'],
  { checksum }: ForeignMigration,
  { written, rendered }: { written: string; rendered: string },
): boolean | undefined {
  if (checksum === null) return undefined;
  if (tool === 'Flyway') return (crc32(written.replaceAll('\n', '')) | 0) === Number(checksum);
  const text = rendered.trim().replace(/;$/, '');
  if (createHash('sha224').update(text).digest('hex') === checksum.toLowerCase()) return true;
  return /(?:^|\n)\s*(?:--[^\n]*|\/\*[^\n]*\*\/)\s*$/.test(text) ? undefined : false;
}

function migrationOf(script: string, version: string | null, row: Row): ForeignMigration {
  const { CHECKSUM: checksum = null, INSTALLED_BY: by, INSTALLED_ON: at } = row;
  return { version, script, checksum, by: by ?? '', at: at ?? '' };
}

function failed(table: string, script: string, row: Row): UserError {
  return new UserError(
    `${table}: the last run of ${script} (${row.INSTALLED_ON}, ${row.INSTALLED_BY}) failed`,
    {
      remedy: 'Set right what it has left and finish it with the tool that began it; then import.',
    },
  );
}

function textOf(value: unknown): string | null {
  if (value === null) return null;
  return value instanceof Date ? value.toISOString() : String(value);
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
