import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Problem } from '../../migrate/problem.ts';
import { SnowflakeSession, type SnowflakeSettings } from '../../shared/snowflake.ts';
import type { ParsedStatement } from '../parse-migrations.ts';
import { type DataTestResult, problemOfTest } from './data-test.ts';
import { definedObjects } from './defined-objects.ts';
import { landFiles } from './land-files.ts';
import { type DataProfile, readProfile } from './profile.ts';
import { readDataTests } from './read-data-tests.ts';
import { runDataTests } from './run-data-tests.ts';
import { runPipes } from './run-pipes.ts';
import { runTaskGraphs } from './run-task-graphs.ts';
import { readSampleFiles } from './sample-files.ts';

/** Where the migrations have been applied. */
export interface SampleWorld {
  /** Of the role that runs the migrations. */
  settings: SnowflakeSettings;
  s3: S3Client;
  /** As SQL writes it. */
  database: string;
  variables: Readonly<Record<string, string>>;
  /** On the clock of `performance.now()`. */
  deadline: number;
  /** What has been put there, by place: a file that has changed is put again. */
  landed: Map<string, string>;
  note: (line: string) => void;
}

export interface SampleRun {
  /** Files that were put. */
  files: number;
  tests: DataTestResult[];
  /** What each table and view holds at the end. */
  profile: DataProfile;
  problems: Problem[];
}

/**
 * Puts the sample data of a directory of migrations where it lands in production, lets pipes, streams and tasks bring
 * it through, reads every table and view, and runs the data tests. Stops at the first of these that has problems.
 */
export async function runSampleData(
  directory: string,
  statements: readonly ParsedStatement[],
  world: SampleWorld,
): Promise<SampleRun> {
  const { database, deadline, landed, note } = world;
  const objects = definedObjects(statements);
  const run: SampleRun = { files: 0, tests: [], profile: new Map(), problems: [] };
  const sample = readSampleFiles(directory);
  const files = sample.files.filter((one) => {
    const hash = createHash('sha256').update(readFileSync(one.file)).digest('hex');
    const place = `${one.target}/${one.path}`;
    const isNew = landed.get(place) !== hash;
    landed.set(place, hash);
    return isNew;
  });
  await using session = await SnowflakeSession.open({ ...world.settings, database });
  const steps: (() => Promise<Problem[]>)[] = [
    async () => sample.problems,
    async () => {
      run.files = files.length;
      return landFiles(files, objects, { session, s3: world.s3 });
    },
    () => runPipes(session, database, objects, deadline),
    () => runTaskGraphs(session, database, objects, deadline, note),
    async () => {
      const { profile, problems } = await readProfile(session, database, objects);
      run.profile = profile;
      return problems;
    },
    async () => {
      run.tests = await runDataTests(session, readDataTests(directory, world.variables));
      return run.tests.flatMap((result) => problemOfTest(result) ?? []);
    },
  ];
  for (const step of steps) {
    run.problems = await step();
    if (run.problems.length > 0) break;
  }
  return run;
}
