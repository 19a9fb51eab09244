import { globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UserError } from '../../actions/shared/errors.ts';
import type { SnowflakeSettings } from '../../actions/shared/snowflake.ts';
import { type ConformanceCase, parseCases } from './format.ts';
import type { Outcome } from './outcome.ts';
import { type ConformanceSession, openSession } from './session.ts';

/** A `.slt` file. */
export interface Subject {
  /** Name of its folder. */
  topic: string;
  subject: string;
  /** Path below test/conformance. */
  file: string;
  cases: ConformanceCase[];
}

const ROOT = import.meta.dirname;

/**
 * The subjects of the given topics (`topic` or `topic/subject`), of all without any.
 * @throws UserError for a malformed file or a name that no file has
 */
export function readSubjects(topics: readonly string[] = []): Subject[] {
  const subjects = globSync('*/*.slt', { cwd: ROOT })
    .sort()
    .map((file) => ({
      topic: dirname(file),
      subject: basename(file, '.slt'),
      file,
      cases: parseCases(readFileSync(join(ROOT, file), 'utf8'), `test/conformance/${file}`),
    }));
  const wanted = topics.map((topic) => topic.replace(/\.slt$/, ''));
  const names = (one: Subject): string[] => [one.topic, `${one.topic}/${one.subject}`];
  const unknown = wanted.find((name) => !subjects.some((one) => names(one).includes(name)));
  if (unknown !== undefined) {
    throw new UserError(`there are no conformance cases "${unknown}"`, {
      remedy: `Topics: ${[...new Set(subjects.map((one) => one.topic))].join(', ')}.`,
    });
  }
  if (wanted.length === 0) return subjects;
  return subjects.filter((one) => names(one).some((name) => wanted.includes(name)));
}

/** The sessions of one file, in a fresh schema. */
export interface SubjectRun {
  run(one: ConformanceCase): Promise<Outcome>;
  close(): Promise<void>;
}

/** The settings with a database: the one that they name, else CONFORMANCE, which is made when it is missing. */
export async function withDatabase(
  settings: SnowflakeSettings,
): Promise<SnowflakeSettings & { database: string }> {
  if (settings.database !== undefined) return { ...settings, database: settings.database };
  const session = await openSession(settings);
  await must(session, 'CREATE DATABASE IF NOT EXISTS conformance');
  await session.close();
  return { ...settings, database: 'CONFORMANCE' };
}

/**
 * Makes a schema for the subject and signs in. In an account, whose own defaults may differ, the documented
 * defaults of output formats and time zone are set, and `close` drops the schema.
 */
export async function openSubject(
  subject: Subject,
  settings: SnowflakeSettings & { database: string },
  where: 'local' | 'account',
): Promise<SubjectRun> {
  const suffix = where === 'local' ? '' : `_${Date.now()}`;
  const name = `${subject.topic}__${subject.subject}`.replace(/\W/g, '_').toUpperCase();
  const schema = `"${settings.database}"."${name}${suffix}"`;
  const sessions = new Map<string, Promise<ConformanceSession>>();
  const open = async (): Promise<ConformanceSession> => {
    const session = await openSession(settings);
    await must(session, `CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await must(session, `USE SCHEMA ${schema}`);
    if (where === 'account')
      for (const [parameter, value] of DEFAULTS)
        await must(session, `ALTER SESSION SET ${parameter} = '${value}'`);
    return session;
  };
  return {
    run: async (one) => {
      let session = sessions.get(one.session);
      if (session === undefined) {
        session = open();
        sessions.set(one.session, session);
      }
      return (await session).run(one.sql);
    },
    close: async () => {
      const opened = await Promise.all(sessions.values());
      if (where === 'account' && opened[0] !== undefined)
        await must(opened[0], `DROP SCHEMA IF EXISTS ${schema}`);
      await Promise.all(opened.map((session) => session.close()));
    },
  };
}

/** Source: docs.snowflake.com, "Parameters". */
const DEFAULTS: [parameter: string, value: string][] = [
  ['TIMEZONE', 'America/Los_Angeles'],
  ['DATE_OUTPUT_FORMAT', 'YYYY-MM-DD'],
  ['TIME_OUTPUT_FORMAT', 'HH24:MI:SS'],
  ['TIMESTAMP_OUTPUT_FORMAT', 'YYYY-MM-DD HH24:MI:SS.FF3 TZHTZM'],
  ['TIMESTAMP_NTZ_OUTPUT_FORMAT', 'YYYY-MM-DD HH24:MI:SS.FF3'],
  ['BINARY_OUTPUT_FORMAT', 'HEX'],
  ['TIMESTAMP_TYPE_MAPPING', 'TIMESTAMP_NTZ'],
];

async function must(session: ConformanceSession, sql: string): Promise<void> {
  const outcome = await session.run(sql);
  if (outcome.kind === 'error') throw new Error(`${sql}: ${outcome.number} ${outcome.message}`);
}
