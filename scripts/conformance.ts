import { parseArgs } from 'node:util';
import { Table } from 'console-table-printer';
import { startStack } from '../actions/local-stack/stack.ts';
import { UserError } from '../actions/shared/errors.ts';
import { readSnowflakeSettings, type SnowflakeSettings } from '../actions/shared/snowflake.ts';
import { difference, type Outcome } from '../test/conformance/outcome.ts';
import { RECORDED, writeRecording } from '../test/conformance/recorded.ts';
import { openSession } from '../test/conformance/session.ts';
import { openSubject, readSubjects, type Subject, withDatabase } from '../test/conformance/suite.ts';

const HELP = `npm run conformance -- [topic | topic/subject]… [--account [--recordings directory]]

  Runs the statements of test/conformance and compares what comes of them with what Snowflake documents.

  --account  against the account that the SNOWFLAKE_* variables name instead of the local Snowflake; its answers
             are recorded in test/conformance/recorded (or the directory of --recordings), and the tests compare
             the local Snowflake with them`;

/** An error of the local Snowflake alone: an account may run the statement. */
const NOT_SUPPORTED_HERE = '999001';

interface Tally {
  passed: number;
  failed: number;
  /** Cases that say why the local Snowflake gives something else. */
  differs: number;
}

type Where = 'local' | 'account';

/** What is run where; an account's answers go to `recordings`. */
interface Check {
  subjects: Subject[];
  settings: SnowflakeSettings;
  where: Where;
  recordings: string;
}

/** Files at a time: the driver and the server take turns within one. */
const AT_ONCE = 3;

/** @returns whether every case passed */
async function checkSubjects({ subjects, settings, where, recordings }: Check): Promise<boolean> {
  const version = where === 'account' ? await accountVersion(settings) : '';
  const ready = await withDatabase(settings);
  const topics = new Map<string, Tally>();
  for (const { topic } of subjects) topics.set(topic, { passed: 0, failed: 0, differs: 0 });
  const waiting = subjects.values();
  const work = async (): Promise<void> => {
    for (const subject of waiting) {
      const answers = await checkSubject(subject, ready, where, topics.get(subject.topic)!);
      if (where === 'local') continue;
      const date = new Date().toISOString().slice(0, 10);
      writeRecording(subject, { snowflakeVersion: version, date, answers }, recordings);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  printTable(topics);
  return [...topics.values()].every(({ failed }) => failed === 0);
}

async function checkSubject(
  subject: Subject,
  settings: Awaited<ReturnType<typeof withDatabase>>,
  where: Where,
  tally: Tally,
): Promise<{ statement: string; outcome: Outcome }[]> {
  const run = await openSubject(subject, settings, where);
  const answers: { statement: string; outcome: Outcome }[] = [];
  try {
    for (const one of subject.cases) {
      const outcome = await run.run(one);
      answers.push({ statement: one.sql, outcome });
      const localOnly = one.expected.kind === 'error' && one.expected.number === NOT_SUPPORTED_HERE;
      if (where === 'account' && localOnly) continue;
      const wrong = difference(one.expected, outcome);
      const known = where === 'local' && one.differs !== null;
      if (known && wrong !== undefined) tally.differs += 1;
      else if (!known && wrong === undefined) tally.passed += 1;
      else {
        tally.failed += 1;
        console.log(`\n${one.file}:${one.line}\n${one.sql}\n${wrong ?? 'is marked "differs" and does not'}`);
      }
    }
  } finally {
    await run.close();
  }
  return answers;
}

async function accountVersion(settings: SnowflakeSettings): Promise<string> {
  const session = await openSession(settings);
  try {
    const answer = await session.run('SELECT CURRENT_VERSION()');
    return answer.kind === 'rows' ? (answer.rows[0]?.[0] ?? '') : '';
  } finally {
    await session.close();
  }
}

function printTable(topics: Map<string, Tally>): void {
  const table = new Table({
    shouldDisableColors: !process.stdout.isTTY,
    columns: [
      { name: 'topic', alignment: 'left' },
      { name: 'passed', alignment: 'right' },
      { name: 'failed', alignment: 'right' },
      { name: 'differs', title: 'known to differ', alignment: 'right' },
    ],
  });
  const sum: Tally = { passed: 0, failed: 0, differs: 0 };
  for (const [topic, tally] of topics) {
    table.addRow({ topic, ...tally }, { color: tally.failed === 0 ? 'green' : 'red' });
    sum.passed += tally.passed;
    sum.failed += tally.failed;
    sum.differs += tally.differs;
  }
  table.addRow({ topic: 'all', ...sum }, { color: sum.failed === 0 ? 'green' : 'red' });
  table.printTable();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      account: { type: 'boolean' },
      recordings: { type: 'string', default: RECORDED },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const subjects = readSubjects(positionals);
  const { recordings } = values;
  if (values.account) {
    if ((process.env.SNOWFLAKE_ACCOUNT ?? '') === '') {
      throw new UserError('not run against an account: SNOWFLAKE_ACCOUNT is not set', {
        remedy: 'Set SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER, a credential and SNOWFLAKE_WAREHOUSE.',
      });
    }
    const settings = await readSnowflakeSettings(undefined);
    if (!(await checkSubjects({ subjects, settings, where: 'account', recordings }))) process.exitCode = 1;
    return;
  }
  const stack = await startStack({ services: ['snowflake'] });
  try {
    const { SNOWFLAKE_ACCESS_URL, SNOWFLAKE_USER, SNOWFLAKE_PASSWORD } = stack.env;
    const settings: SnowflakeSettings = {
      account: stack.env.SNOWFLAKE_ACCOUNT ?? '',
      accessUrl: SNOWFLAKE_ACCESS_URL,
      user: SNOWFLAKE_USER,
      password: SNOWFLAKE_PASSWORD,
    };
    if (!(await checkSubjects({ subjects, settings, where: 'local', recordings }))) process.exitCode = 1;
  } finally {
    await stack.stop();
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  console.error(error.remedy === undefined ? error.message : `${error.message}\n${error.remedy}`);
  process.exitCode = 2;
}
