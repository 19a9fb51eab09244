import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { ConformanceCase } from './format.ts';
import type { Outcome } from './outcome.ts';
import type { Subject } from './suite.ts';

const outcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('rows'),
    columns: z.array(z.string()),
    rows: z.array(z.array(z.string())),
    count: z.int(),
  }),
  z.object({ kind: z.literal('error'), number: z.string(), message: z.string() }),
]);

/** What an account answered to a file's statements. */
const recording = z.object({
  snowflakeVersion: z.string(),
  date: z.iso.date(),
  answers: z.array(z.object({ statement: z.string(), outcome })),
});
export type Recording = z.infer<typeof recording>;

/** Where recordings are kept. */
export const RECORDED = join(import.meta.dirname, 'recorded');

/** The recording of a file, if an account was ever asked. */
export function readRecording(subject: Subject, directory = RECORDED): Recording | undefined {
  const path = pathOf(subject, directory);
  return existsSync(path) ? recording.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined;
}

export function writeRecording(subject: Subject, made: Recording, directory = RECORDED): void {
  const path = pathOf(subject, directory);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
}

/** The account's answer to a case: by its place in the file, undefined when the statement has changed since. */
export function recordedOutcome(
  made: Recording | undefined,
  subject: Subject,
  one: ConformanceCase,
): Outcome | undefined {
  const answer = made?.answers[subject.cases.indexOf(one)];
  return answer?.statement === one.sql ? answer.outcome : undefined;
}

function pathOf(subject: Subject, directory: string): string {
  return join(directory, subject.topic, `${subject.subject}.json`);
}
