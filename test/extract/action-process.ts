import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll } from 'vitest';
import { type ExtractFixture, pipelineOf, type TableConfig } from './extract-fixture.ts';

const MAIN = join(import.meta.dirname, '../../actions/extract/main.ts');

/** How a run of the action's process differs from the usual one. */
export interface ProcessOptions {
  /** Inputs by name. */
  inputs?: Record<string, string>;
  environment?: Record<string, string>;
  /** Of Node.js, before the program. */
  nodeOptions?: string[];
}

/** Stores the source's secret, so that `runAction` can run main.ts as a runner would, in processes of their own. */
export async function prepareProcesses(shop: ExtractFixture) {
  const secrets = new SecretsManagerClient({});
  const SecretString = JSON.stringify({ ...shop.database, engine: 'postgres' });
  await secrets.send(new CreateSecretCommand({ Name: 'shop/postgres', SecretString }));
  secrets.destroy();
  const directory = mkdtempSync(join(tmpdir(), 'extract-run-'));
  afterAll(() => rmSync(directory, { recursive: true }));
  let files = 0;
  const file = (name: string, content: string): string => {
    const path = join(directory, `${files++}-${name}`);
    writeFileSync(path, content);
    return path;
  };
  return function runAction(tables: readonly TableConfig[], options: ProcessOptions = {}) {
    const outputs = file('output', '');
    const summary = file('summary', '');
    const inputs = {
      source: 'shop',
      'logical-date': '2026-06-29',
      bucket: shop.bucket,
      config: file('pipeline.yml', JSON.stringify(pipelineOf(tables))),
      ...options.inputs,
    };
    const child = spawn(process.execPath, [...(options.nodeOptions ?? []), MAIN], {
      env: {
        ...process.env,
        ...Object.fromEntries(
          Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
        ),
        GITHUB_OUTPUT: outputs,
        GITHUB_STEP_SUMMARY: summary,
        ...options.environment,
      },
    });
    let log = '';
    child.stdout.on('data', (chunk) => (log += chunk));
    child.stderr.on('data', (chunk) => (log += chunk));
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
      child.on('close', (code, signal) => resolve({ code, signal }));
    });
    return {
      child,
      ended,
      log: () => log,
      outputs: () => outputsOf(readFileSync(outputs, 'utf8')),
      summary: () => readFileSync(summary, 'utf8'),
    };
  };
}

/** The values in a GITHUB_OUTPUT file. */
function outputsOf(text: string): Record<string, string> {
  const found = text.matchAll(/^([\w-]+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value]) => [name!, value!]));
}
