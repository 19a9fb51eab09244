import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { DemoFigures } from '../../scripts/demo.ts';

const directory = mkdtempSync(join(tmpdir(), 'globalmart-demo-test-'));
const started: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL');
});

test('the demo runs two days from the sources to gold, and its own checks pass', async () => {
  const file = join(directory, 'figures.json');
  const { code, output } = await runDemo(['--scale', '600', '--customers', '200', '--json', file]);
  expect(output).toContain('All checks passed');
  expect(code).toBe(0);

  const figures = JSON.parse(readFileSync(file, 'utf8')) as DemoFigures;
  expect(figures.checks.filter((check) => !check.passed)).toEqual([]);
  expect(figures.checks.map((check) => check.name)).toEqual(
    expect.arrayContaining([
      'gold equals the sources (2026-06-29)',
      'gold equals the sources (2026-06-30)',
      'day 2 reaches silver and gold',
      'a repeated batch changes nothing',
    ]),
  );
  const [one, two, again] = ['2026-06-29', '2026-06-30', '2026-06-30 again'].map(
    (day) => figures.layers[day]!,
  );
  expect(one!['SILVER.SALES_TRANSACTION']).toBe(600);
  expect(one!['SILVER.DIM_PRODUCT']).toBe(500);
  expect(two!['SILVER.SALES_TRANSACTION']).toBeGreaterThan(600);
  expect(two!['SILVER.DIM_PRODUCT']).toBe(505);
  // Bronze keeps every version that a batch saw; silver has one row per key.
  expect(two!['BRONZE.SALES_TRANSACTIONS']).toBeGreaterThan(two!['SILVER.SALES_TRANSACTION']!);
  expect(again).toEqual(two);
  const day = figures.days['2026-06-29']!;
  expect(day.extractedRows).toBe(one!['BRONZE.SALES_TRANSACTIONS']! + one!['BRONZE.SALES_DETAILS']!);
  expect(day.customersRejected).toBe(one!['BRONZE.CUSTOMERS_REJECTED']);
  rmSync(directory, { recursive: true, force: true });
}, 180_000);

test('39: Ctrl-C in the middle leaves no process and no port', async () => {
  const child = startDemo(['--scale', '600', '--customers', '200']);
  const output = collect(child);
  await waitFor(() => output.text.includes('migrate (apply migrations/)'));
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(output.text)?.[1]);
  const processes = descendants(child.pid!);
  expect(processes.length).toBeGreaterThan(1);
  expect(await accepts(port)).toBe(true);

  child.kill('SIGINT');
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect(code).not.toBe(0);
  await waitFor(() => processes.every((pid) => !isAlive(pid)));
  expect(await accepts(port)).toBe(false);
}, 120_000);

test('a wrong option is one line', async () => {
  const { code, output } = await runDemo(['--scale', 'many']);
  expect(code).toBe(1);
  expect(output.trim()).toBe('--scale must be a whole number above 0, not "many"');
});

function startDemo(args: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, ['scripts/demo.ts', ...args]);
  started.push(child);
  return child;
}

async function runDemo(args: string[]): Promise<{ code: number | null; output: string }> {
  const child = startDemo(args);
  const output = collect(child);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output: output.text };
}

function collect(child: ChildProcessWithoutNullStreams): { text: string } {
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output.text += text;
    });
  }
  return output;
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Process ids below one, from /proc. */
function descendants(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // Ended while we looked.
    }
  }
  const found = [root];
  for (const pid of found) for (const [child, parent] of parents) if (parent === pid) found.push(child);
  return found;
}

function isAlive(pid: number): boolean {
  try {
    // A zombie has ended: only its parent has not asked yet.
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
