import { type Definitions, readDefinitions } from '../migrate/drift/definitions.ts';
import { readMigrations } from '../migrate/migration-files.ts';
import type { Problem } from '../migrate/problem.ts';
import { SnowflakeSession } from '../shared/snowflake.ts';
import type { DataTestResult } from './data/data-test.ts';
import { runSampleData, type SampleRun, type SampleWorld } from './data/sample-run.ts';
import { type DataChange, dataChanges, type SchemaChange, schemaChanges } from './data/upgrade.ts';
import type { DryRunOptions } from './dry-run.ts';
import { applyAll } from './dry-run-migrations.ts';

/** What the change does to a database of the previous release that holds data. */
export interface Upgrade {
  /** Migrations that were applied on top. */
  applied: { name: string; file: string; statements: number }[];
  schema: SchemaChange[];
  data: DataChange[];
  /** Data tests of the previous release, before. */
  testsBefore: DataTestResult[];
  /** Migrations whose undo scripts were tried: undone, and applied again. */
  undone: string[];
}

export interface UpgradeRun {
  statements: number;
  problems: Problem[];
  /** Null when a problem came before. */
  upgrade: Upgrade | null;
  run: SampleRun | null;
}

/**
 * Applies the previous release and brings its sample data through; then applies what is new, brings new sample data
 * through, compares, and tries the undo scripts of what is new.
 */
export async function runUpgrade(
  options: DryRunOptions & { base: NonNullable<DryRunOptions['base']> },
  world: SampleWorld,
): Promise<UpgradeRun> {
  const { base, directory } = options;
  const none = { upgrade: null, run: null };
  const first = await applyAll(base.directory, options, world);
  if (first.report === null) return { ...none, ...asBase(first.problems), statements: first.statements };
  const old = await runSampleData(base.directory, base.statements, world);
  if (old.problems.length > 0) return { ...none, ...asBase(old.problems), statements: first.statements };
  const before = await definitions(world);

  const second = await applyAll(directory, options, world);
  const statements = first.statements + second.statements;
  if (second.report === null) return { ...none, statements, problems: second.problems };
  const run = await runSampleData(directory, options.statements, world);
  const upgrade: Upgrade = {
    applied: second.report.applied.map(({ name, file, statements: count }) => ({
      name,
      file,
      statements: count,
    })),
    schema: schemaChanges(before, await definitions(world)),
    data: run.profile.size === 0 ? [] : dataChanges(old.profile, run.profile),
    testsBefore: old.tests,
    undone: [],
  };
  if (run.problems.length > 0) return { statements, problems: run.problems, upgrade, run };
  const tried = await tryUndo(upgrade, before, options, world);
  return { statements, problems: tried.problems, upgrade: { ...upgrade, undone: tried.undone }, run };
}

/** Undoes the newest of what is new as far as there are undo scripts, and applies it again. */
async function tryUndo(
  { applied }: Upgrade,
  before: Definitions,
  options: DryRunOptions,
  world: SampleWorld,
): Promise<{ undone: string[]; problems: Problem[] }> {
  const { undos, migrations } = readMigrations(options.directory, world.variables, options);
  const isNew = new Set(applied.map(({ name }) => name));
  const newest = migrations.filter(({ kind }) => kind === 'versioned').reverse();
  const end = newest.findIndex(({ name }) => !isNew.has(name) || !undos.has(name));
  const chosen = end === -1 ? newest : newest.slice(0, end);
  if (chosen.length === 0) return { undone: [], problems: [] };
  const undone = chosen.map(({ name }) => name);
  const back = await applyAll(options.directory, options, world, { mode: 'undo', count: chosen.length });
  if (back.report === null) return { undone, problems: back.problems };
  // What else is new stays, so that nothing can be said of what is left.
  const left = applied.length === chosen.length ? schemaChanges(before, await definitions(world)) : [];
  const problems = left.map(({ object, change }) => ({
    file: undos.get(undone[0] ?? '')?.file ?? options.directory,
    line: 1,
    message: `after the undo scripts ${object} is not as it was before: ${change}`,
    remedy: 'Take back in the undo script what the migration does.',
  }));
  const again = await applyAll(options.directory, options, world);
  return { undone, problems: [...problems, ...again.problems] };
}

async function definitions({ settings, database }: SampleWorld): Promise<Definitions> {
  await using session = await SnowflakeSession.open({ ...settings, database });
  // The session ends with this function.
  return await readDefinitions(session, database);
}

function asBase(problems: readonly Problem[]): { problems: Problem[] } {
  return {
    problems: problems.map((problem) => ({
      ...problem,
      message: `in the previous release: ${problem.message}`,
    })),
  };
}
