import { lstatSync, readFileSync } from 'node:fs';
import { z } from 'zod';
import { messageOf, UserError } from '../../shared/errors.ts';
import type { CheckReport } from '../check-sql.ts';

const MOST = { problems: 50, changes: 50, diffLines: 60, columns: 40, nodes: 400, edges: 400, tests: 200 };
const LONG = { line: 300, message: 1000, name: 300 };

const oneLine = z.string().regex(/^[^\r\n]*$/);
const name = oneLine.max(LONG.name);
const count = z.number().int().min(0);
const problem = z.object({
  file: name,
  line: count,
  column: count.optional(),
  message: z.string().max(LONG.message),
  remedy: z.string().max(LONG.message),
});
const columnProfile = z
  .object({ nulls: count, distinct: count.nullable(), min: name.nullable(), max: name.nullable() })
  .nullable();
const rows = count.nullable();

/**
 * What the check of a pull request leaves behind for the workflow that comments: of bounded size, and nothing of it is
 * trusted there, because a fork may have written anything.
 */
const reportFile = z.object({
  version: z.literal(1),
  files: count,
  statements: count,
  errors: z.array(problem).max(MOST.problems),
  warnings: z.array(problem).max(MOST.problems),
  findings: z
    .array(problem.extend({ rule: name, severity: z.enum(['error', 'warning', 'info']), column: count }))
    .max(MOST.problems),
  /** Of all, also of those that are left out above. */
  counts: z.object({ error: count, warning: count, info: count }),
  secondOpinion: z.object({ asked: count, parsed: count }),
  dryRun: z
    .object({
      statements: count,
      seconds: z.number().min(0),
      sampleFiles: count,
      tests: z.object({ passed: count, failed: count }),
      upgrade: z
        .object({
          applied: z.array(z.object({ name, statements: count })).max(MOST.changes),
          schema: z
            .array(
              z.object({
                object: name,
                change: z.enum(['added', 'dropped', 'changed']),
                diff: z.array(oneLine.max(LONG.line)).max(MOST.diffLines),
              }),
            )
            .max(MOST.changes),
          data: z
            .array(
              z.object({
                object: name,
                rows: z.object({ before: rows, after: rows }),
                columns: z
                  .array(z.object({ name, before: columnProfile, after: columnProfile }))
                  .max(MOST.columns),
              }),
            )
            .max(MOST.changes),
          undone: z.array(name).max(MOST.changes),
        })
        .nullable(),
    })
    .nullable(),
  lineage: z.object({
    nodes: z
      .array(
        z.object({
          name,
          kind: z.enum(['stage', 'pipe', 'table', 'stream', 'task', 'view']),
          isChanged: z.boolean(),
        }),
      )
      .max(MOST.nodes),
    edges: z.array(z.object({ from: name, to: name })).max(MOST.edges),
    changedColumns: z
      .array(z.object({ column: name, by: name, from: z.array(name).max(MOST.columns) }))
      .max(MOST.changes),
  }),
});
export type PullRequestReport = z.infer<typeof reportFile>;

/** The report in the bounds of the file: what is longer is cut. */
export function pullRequestReport(report: CheckReport): PullRequestReport {
  const { errors, warnings, findings, secondOpinion, dryRun, lineage } = report;
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  counts.error += errors.length;
  counts.warning += warnings.length;
  const failed = dryRun?.tests.filter(({ status }) => status !== 'passed').length ?? 0;
  const whole = {
    version: 1,
    files: report.files,
    statements: report.statements,
    errors,
    warnings,
    findings,
    counts,
    secondOpinion: { asked: secondOpinion.asked, parsed: secondOpinion.parsed },
    dryRun: dryRun === null ? null : { ...dryRun, tests: { passed: dryRun.tests.length - failed, failed } },
    lineage,
  };
  return reportFile.parse(cut(whole, []));
}

/** Shortens texts and lists to what the file may hold, wherever they stand. */
function cut(value: unknown, path: readonly string[]): unknown {
  const field = path.at(-1) ?? '';
  if (typeof value === 'string') {
    const isText = field === 'message' || field === 'remedy';
    const text = isText ? value : value.replace(/[\r\n]+/g, ' ');
    const most = isText ? LONG.message : LONG.line;
    return text.length > most ? `${text.slice(0, most - 1)}…` : text;
  }
  if (Array.isArray(value)) return value.slice(0, LISTS[field] ?? MOST.problems).map((one) => cut(one, path));
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Map) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cut(one, [...path, key])]));
}
const LISTS: Record<string, number> = {
  diff: MOST.diffLines,
  columns: MOST.columns,
  from: MOST.columns,
  nodes: MOST.nodes,
  edges: MOST.edges,
};

const MOST_BYTES = 2 * 1024 * 1024;

/**
 * Reads a report that anybody may have written.
 * @throws UserError when it is not one
 */
export function readReportFile(file: string): PullRequestReport {
  try {
    const status = lstatSync(file);
    if (!status.isFile() || status.size > MOST_BYTES) throw new Error('not a regular file of at most 2 MB');
    return reportFile.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    const why = error instanceof z.ZodError ? (error.issues[0]?.path.join('.') ?? '') : messageOf(error);
    throw new UserError(`${file} is not a report of check-sql: ${why.slice(0, 200)}`, {
      remedy: 'Nothing is posted. Look at the run of the pull request that wrote it.',
      cause: error,
    });
  }
}
