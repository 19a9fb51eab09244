import type { SnowflakeSession } from '../../shared/snowflake.ts';
import type { Definitions } from '../drift/definitions.ts';
import type { MigrationFile } from '../migration-files.ts';
import type { PendingMigration } from '../plan.ts';
import type { Problem } from '../problem.ts';
import { gateProblems } from './gate.ts';
import { nameParts } from './name-scope.ts';
import { objectDiff } from './object-diff.ts';
import { readStreams, readTasks } from './pipeline-objects.ts';
import {
  type BrokenStream,
  brokenStreams,
  mayBreakStreams,
  type PlannedStatement,
  planStatements,
} from './plan-effects.ts';
import type { EffectKind } from './statement-effect.ts';

/** What the pending migrations mean for the database. */
export interface Effects {
  statements: PlannedStatement[];
  broken: ReadonlyMap<PlannedStatement, readonly BrokenStream[]>;
  /** Why they may not be applied. */
  problems: Problem[];
}

/** A statement of the plan, for people and as JSON. */
export interface StatementReport {
  statement: number;
  line: number;
  kind: EffectKind;
  /** Type and whole name. */
  objects: string[];
  destroys: string[];
  breaks: BrokenStream[];
  /** From the object's definition as it is to the new one; lines as in `diff -u`. */
  diff: string[];
}

/**
 * Works out what pending migrations mean. Streams and the tasks behind them are asked for, in two round trips, only
 * where a statement could break one. `database`: as SQL writes it.
 */
export async function effectsOf(
  session: SnowflakeSession,
  database: string,
  pending: readonly PendingMigration[],
): Promise<Effects> {
  const statements = planStatements(pending, nameParts(database)[0] ?? '');
  const broken = mayBreakStreams(statements)
    ? brokenStreams(statements, {
        streams: await readStreams(session, database),
        tasks: await readTasks(session, database),
      })
    : new Map<PlannedStatement, BrokenStream[]>();
  return { statements, broken, problems: gateProblems(statements, broken) };
}

/** The effects of one migration's statements. `live`: how objects are defined, where that was asked for. */
export function reportEffects(
  { statements, broken }: Effects,
  migration: MigrationFile,
  live: Definitions,
): StatementReport[] {
  return statements
    .filter((planned) => planned.migration === migration)
    .map((planned) => ({
      statement: planned.statement.number,
      line: planned.statement.line,
      kind: planned.kind,
      objects: planned.objects.map(({ type, name }) => `${type} ${name}`),
      destroys: planned.destroys,
      breaks: [...(broken.get(planned) ?? [])],
      diff: objectDiff(planned, live),
    }));
}
