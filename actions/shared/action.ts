import * as core from '@actions/core';
import { context } from '@actions/github';
import { z } from 'zod';
import { messageOf, UserError } from './errors.ts';

/**
 * Runs an action's body; turns a failure into one annotation (with file and line where known), a summary
 * and exit code 1, or what `exitCodeOf` says. A user's mistake is shown without a stack trace; anything else is a defect and keeps it.
 */
export async function runAction(
  title: string,
  body: () => Promise<void>,
  exitCodeOf: (error: unknown) => number = () => 1,
): Promise<void> {
  try {
    await body();
  } catch (error) {
    process.exitCode = exitCodeOf(error);
    const user = error instanceof UserError ? error : undefined;
    const text = [messageOf(error), user?.remedy].filter(Boolean).join('\n');
    core.error(text, {
      title: `${title} failed`,
      ...(user?.location.file === undefined ? {} : { file: user.location.file }),
      ...(user?.location.line === undefined ? {} : { startLine: user.location.line }),
      ...(user?.location.column === undefined ? {} : { startColumn: user.location.column }),
    });
    if (user === undefined && error instanceof Error && error.stack) core.info(error.stack);
    if (process.env.GITHUB_STEP_SUMMARY) {
      await core.summary.addHeading(`${title} failed`, 3).addCodeBlock(text).write();
    }
  }
}

/**
 * Reads an action's inputs (`INPUT_<NAME>`) into a typed object. Empty inputs count as absent.
 * @throws UserError naming every input that is missing or malformed.
 */
export function readInputs<Shape extends z.ZodRawShape>(shape: Shape): z.infer<z.ZodObject<Shape>> {
  const raw: Record<string, string> = {};
  for (const name of Object.keys(shape)) {
    const value = core.getInput(name);
    if (value !== '') raw[name] = value;
  }
  const parsed = z.object(shape).safeParse(raw);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `input "${issue.path.join('.')}": ${issue.message}`);
  throw new UserError(problems.join('\n'), { remedy: 'See the inputs in the action.yml of this action.' });
}

/** Address of this workflow run, or null outside of GitHub Actions. */
export function runUrl(): string | null {
  if (!process.env.GITHUB_RUN_ID || !process.env.GITHUB_REPOSITORY) return null;
  const { owner, repo } = context.repo;
  return `${context.serverUrl}/${owner}/${repo}/actions/runs/${context.runId}`;
}

/** A boolean input as YAML writes it. */
export const booleanInput = z
  .enum(['true', 'false', 'True', 'False', 'TRUE', 'FALSE'], 'must be true or false')
  .transform((value) => value.toLowerCase() === 'true');

/** A comma- or newline-separated list. */
export const listInput = z.string().transform((value) =>
  value
    .split(/[\n,]/)
    .map((item) => item.trim())
    .filter(Boolean),
);

/** A calendar date `YYYY-MM-DD` that exists. */
export const dateInput = z.iso.date('must be a date like 2026-01-31');
