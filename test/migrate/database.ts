import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { type MigrateOptions, type MigrateReport, migrate } from '../../actions/migrate/migrate.ts';
import { readSnowflakeSettings, SnowflakeSession } from '../../actions/shared/snowflake.ts';

/** A fresh database of the test stack, a directory of migrations for it, and what runs them. */
export interface Project {
  database: string;
  directory: string;
  session: SnowflakeSession;
  /** Writes files; undefined removes one. */
  write(files: Record<string, string | undefined>): void;
  run(mode: MigrateOptions['mode'], options?: Partial<MigrateOptions>): Promise<MigrateReport>;
  /** Rows of a query, each as an array of texts. */
  rows(sql: string): Promise<(string | null)[][]>;
}

let count = 0;

/** Needs the variables of a test stack. The session and the directory go with the test file. */
export async function createProject(files: Record<string, string> = {}): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'migrations-'));
  const settings = await readSnowflakeSettings(undefined);
  const session = await SnowflakeSession.open(settings);
  afterAll(async () => {
    await session.close();
    rmSync(directory, { recursive: true, force: true });
  });
  count++;
  const database = `MIGRATE_${process.pid}_${count}`;
  await session.execute(`CREATE DATABASE ${database}`);
  const project: Project = {
    database,
    directory,
    session,
    write(changed) {
      for (const [name, text] of Object.entries(changed)) {
        const path = join(directory, name);
        mkdirSync(dirname(path), { recursive: true });
        if (text === undefined) rmSync(path);
        else writeFileSync(path, text);
      }
    },
    run: (mode, options = {}) => migrate({ mode, directory, database, variables: {}, settings, ...options }),
    async rows(sql) {
      const { rows } = await session.execute(sql);
      return rows.map((row) => Object.values(row).map((value) => (value === null ? null : String(value))));
    },
  };
  project.write(files);
  return project;
}

/** What a promise is rejected with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & { remedy?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it was not rejected');
}
