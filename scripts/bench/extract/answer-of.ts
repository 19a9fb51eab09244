import { spawn } from 'node:child_process';
import type { ReadingAnswer } from './reader.ts';

/** Runs a program of this bench with its request as JSON; the last line of its output is the answer. */
export async function answerOf(program: string, request: unknown): Promise<ReadingAnswer> {
  const child = spawn(process.execPath, [program, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  const last = output.trimEnd().split('\n').at(-1);
  if (!last) throw new Error('the reading process gave no answer: see its message above');
  return JSON.parse(last) as ReadingAnswer;
}
