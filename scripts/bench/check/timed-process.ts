import { spawn } from 'node:child_process';
import { peakMemory } from '../process-facts.ts';

export interface TimedProcess {
  seconds: number;
  exitCode: number;
  /** Peak resident memory in bytes; null where the system does not tell. */
  memory: number | null;
  output: string;
}

/** Runs a program from start to end. */
export function timeProcess(command: string, args: string[]): Promise<TimedProcess> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    let memory: number | null = null;
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    // The peak only grows: the last look before the end is it, but for what came after.
    const look = setInterval(() => {
      memory = (child.pid === undefined ? null : peakMemory(child.pid)) ?? memory;
    }, 20);
    child.once('error', (error) => {
      clearInterval(look);
      reject(error);
    });
    child.once('close', (code) => {
      clearInterval(look);
      resolve({ seconds: (performance.now() - started) / 1000, exitCode: code ?? 1, memory, output });
    });
  });
}
