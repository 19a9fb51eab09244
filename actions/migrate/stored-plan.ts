import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, UserError } from '../shared/errors.ts';
import type { Definitions } from './drift/definitions.ts';
import { normaliseTokens } from './drift/normalise.ts';
import type { Effects } from './effects/effects.ts';
import type { MigrateReport } from './migrate.ts';
import type { PendingMigration } from './plan.ts';

/** What must be as it was when a plan is applied. */
const fingerprint = z.strictObject({
  database: z.string(),
  /** Checksum of each migration that would run, by file; in their order. */
  files: z.record(z.string(), z.string()),
  /** Number of the newest event of the history. */
  lastEvent: z.number(),
  /** sha256 of how each object that the plan changes is defined; null where there is none. */
  objects: z.record(z.string(), z.string().nullable()),
});
const storedPlan = z.object({ format: z.literal(1), fingerprint });

export type Fingerprint = z.infer<typeof fingerprint>;

/** The fingerprint of what a plan rests on. */
export function fingerprintOf(
  database: string,
  pending: readonly PendingMigration[],
  world: { lastEvent: number; effects: Effects; live: Definitions },
): Fingerprint {
  const objects: Fingerprint['objects'] = {};
  for (const { type, name } of world.effects.statements.flatMap((statement) => statement.objects)) {
    const text = world.live.get(`${type} ${name}`);
    objects[`${type} ${name}`] = text === undefined ? null : sha256(normaliseTokens(text));
  }
  const files = Object.fromEntries(pending.map(({ migration }) => [migration.file, migration.checksum]));
  return { database, files, lastEvent: world.lastEvent, objects };
}

/** @throws UserError when the file cannot be written */
export function writePlan(
  path: string,
  made: Fingerprint,
  report: MigrateReport,
  hide: (text: string) => string,
): void {
  try {
    const plan = { format: 1, fingerprint: made, pending: report.pending };
    writeFileSync(path, `${hide(JSON.stringify(plan, null, 2))}\n`);
  } catch (error) {
    throw new UserError(`the plan cannot be written to "${path}": ${messageOf(error)}`, {
      remedy: 'Give the input "plan-file" a place that can be written.',
      cause: error,
    });
  }
}

/**
 * Refuses to apply when anything has changed since a plan was stored.
 * @throws UserError that names what has
 */
export function refuseStalePlan(path: string, now: Fingerprint): void {
  const planned = readPlan(path);
  const changes = [
    ...(planned.database === now.database
      ? []
      : [`it is a plan of ${planned.database}, not of ${now.database}`]),
    ...differences(planned.files, now.files).map((file) => `the migration ${file} is not as it was planned`),
    ...(planned.lastEvent === now.lastEvent ? [] : ['another migration has run']),
    ...differences(planned.objects, now.objects).map((object) => `${object} has changed`),
  ];
  if (changes.length === 0) return;
  throw new UserError(`the plan in ${path} is out of date: ${changes.join('; ')}`, {
    remedy: 'Plan again, look at it, and apply the new plan. Nothing was run.',
  });
}

function readPlan(path: string): Fingerprint {
  let raw: unknown;
  try {
    raw = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new UserError(`the plan "${path}" cannot be read: ${messageOf(error)}`, {
      remedy: 'Give the file that mode "plan" wrote with the same input "plan-file".',
      cause: error,
    });
  }
  const parsed = storedPlan.safeParse(raw);
  if (parsed.success) return parsed.data.fingerprint;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new UserError(`"${path}" is no plan: ${problems.join('; ')}`, {
    remedy: 'Give the file that mode "plan" wrote with the same input "plan-file".',
  });
}

function differences(before: Record<string, unknown>, now: Record<string, unknown>): string[] {
  return [...new Set([...Object.keys(before), ...Object.keys(now)])].filter(
    (key) => before[key] !== now[key],
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
