import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ActionResult, runAction } from '../run-action.ts';
import type { Steps } from './steps.ts';
import { names } from './world.ts';

export interface DayOptions {
  logicalDate: string;
  /** Text of the customers file that is uploaded this day. */
  customersCsv: string;
  /** Where the file is put, as a person would have it. */
  directory: string;
  steps: Steps;
  signal: AbortSignal;
}

/** What the actions of one day reported. */
export interface DayFigures {
  extractedRows: number;
  extractedLoadId: string;
  catalogueRows: number;
  customersLoaded: number;
  customersRejected: number;
  bronzeFiles: number;
  bronzeRows: number;
}

/** One day of the pipeline, action by action, as the workflows chain them. */
export async function runDay(options: DayOptions): Promise<DayFigures> {
  const { logicalDate, steps } = options;
  const action = (name: string, inputs: Record<string, string>) =>
    runBuiltAction(name, inputs, options.signal);
  const snowflake = { 'snowflake-secret': names.snowflakeSecret, database: names.database };

  const extract = await steps.run(
    'extract (Postgres → Parquet on S3)',
    () => action('extract', { source: 'sales', 'logical-date': logicalDate, bucket: names.bucket }),
    ({ outputs }) => `${count(outputs.rows)} rows, load ${outputs['load-id']}`,
  );
  const catalogue = await steps.run(
    'ingest-catalog (API → Lambda → S3)',
    () => action('ingest-catalog', { 'logical-date': logicalDate }),
    ({ outputs }) => `${count(outputs.rows)} products, load ${outputs['load-id']}`,
  );
  const file = join(options.directory, `customers-${logicalDate}.csv`);
  writeFileSync(file, options.customersCsv);
  const customers = await steps.run(
    'load-customers (CSV → stage → COPY)',
    () => action('load-customers', { file, 'logical-date': logicalDate, ...snowflake }),
    ({ outputs }) => `${count(outputs.loaded)} loaded, ${count(outputs.rejected)} rejected`,
  );
  const load = await steps.run(
    'load (pipes, tasks, reconciliation)',
    () => action('load', { 'logical-date': logicalDate, bucket: names.bucket, ...snowflake }),
    ({ outputs }) =>
      `${count(outputs['rows-bronze'])} rows in bronze from ${count(outputs.files)} files, silver refreshed`,
  );
  return {
    extractedRows: Number(extract.outputs.rows),
    extractedLoadId: String(extract.outputs['load-id']),
    catalogueRows: Number(catalogue.outputs.rows),
    customersLoaded: Number(customers.outputs.loaded),
    customersRejected: Number(customers.outputs.rejected),
    bronzeFiles: Number(load.outputs.files),
    bronzeRows: Number(load.outputs['rows-bronze']),
  };
}

/** Runs a built action; its log is shown only when it fails. */
export async function runBuiltAction(
  name: string,
  inputs: Record<string, string>,
  signal: AbortSignal,
): Promise<ActionResult> {
  const result = await runAction(name, inputs, { quiet: true, signal });
  signal.throwIfAborted();
  if (result.exitCode !== 0) throw new Error(`action ${name} failed:\n${result.log}`);
  return result;
}

function count(value: string | number | undefined): string {
  return Number(value).toLocaleString('en-US');
}
