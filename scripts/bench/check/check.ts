import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alone, type Bench, type Measure, median } from '../measure.ts';
import { writeMigrations } from './generated-migrations.ts';
import { type TimedProcess, timeProcess } from './timed-process.ts';

const SMALL = 100;
const LARGE = 1000;
const RUNS = 5;
const command = join(import.meta.dirname, '../../check.ts');

/** `npm run check`, whole processes from start to end, over generated migrations of four statements each. */
export const benchCheck: Bench = async ({ isWanted, say }) => {
  const directory = mkdtempSync(join(tmpdir(), 'bench-check-'));
  const measures: Measure[] = [];
  try {
    const [small, large] = [join(directory, 'small'), join(directory, 'large')];
    writeMigrations(small, SMALL);
    writeMigrations(large, LARGE);
    const name = `lint of ${SMALL} migrations, whole process`;
    if (isWanted(name)) {
      const ours = await runs(small);
      measures.push(alone(name, seconds(ours), 1.2, memory(ours)));
    }
    const against = `lint of ${SMALL} migrations against sqlfluff`;
    if (isWanted(against)) {
      const measure = await againstSqlfluff(against, small, say);
      if (measure !== null) measures.push(measure);
    }
    const many = `lint of ${LARGE} migrations, whole process`;
    if (isWanted(many)) {
      const ours = await runs(large);
      measures.push(alone(many, seconds(ours), 6, memory(ours)));
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
  return measures;
};

async function runs(directory: string): Promise<TimedProcess[]> {
  const all: TimedProcess[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await lint(directory));
  return all;
}

async function lint(directory: string): Promise<TimedProcess> {
  const result = await timeProcess(process.execPath, [command, '--directory', directory, '--format', 'json']);
  const { problems, statements } = JSON.parse(result.output);
  if (problems.length > 0 || statements === 0)
    throw new Error(`the migrations cannot be read: ${result.output}`);
  return result;
}

/** sqlfluff once, between two runs of ours: it takes most of a minute. */
async function againstSqlfluff(
  name: string,
  directory: string,
  say: (line: string) => void,
): Promise<Measure | null> {
  const version = spawnSync('sqlfluff', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined) {
    say('sqlfluff is not installed: nothing is compared with it (Debian: apt-get install sqlfluff)');
    return null;
  }
  say(`${version.stdout.trim()}, rules and dialect as they come`);
  const before = await lint(directory);
  const other = await timeProcess('sqlfluff', [
    'lint',
    '--dialect',
    'snowflake',
    '--format',
    'json',
    directory,
  ]);
  if (JSON.parse(other.output).length === 0) throw new Error('sqlfluff has read nothing');
  const ours = [before, await lint(directory)];
  return {
    name,
    ours: seconds(ours),
    plain: other.seconds,
    ratio: seconds(ours) / other.seconds,
    cpuRatio: null,
    wanted: 1 / 40,
    memory: memory(ours),
    plainMemory: other.memory,
  };
}

function seconds(results: TimedProcess[]): number {
  return median(results.map((result) => result.seconds));
}

function memory(results: TimedProcess[]): number | null {
  const peaks = results.flatMap((result) => result.memory ?? []);
  return peaks.length === 0 ? null : Math.max(...peaks);
}
