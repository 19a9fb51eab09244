import { mkdtempDisposable } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as core from '@actions/core';
import { z } from 'zod';
import { dateInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readPipeline, sourceOf } from '../shared/pipeline.ts';
import { readSnowflakeSettings, SnowflakeSession } from '../shared/snowflake.ts';
import { type LoadReport, loadUpload } from './load.ts';
import { assertFewRejected, type Validated, validateCustomers } from './validate.ts';

await runAction('load-customers', async () => {
  const inputs = readInputs({
    file: z.string(),
    config: z.string().default('.github/pipeline.yml'),
    source: z.string().default('customers'),
    'snowflake-secret': z.string().optional(),
    database: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_$]*$/, 'must be the name of a database')
      .optional(),
    'logical-date': dateInput.optional(),
    encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252']).optional(),
    'max-rejected-percent': z.coerce.number().min(0).max(100).default(5),
  });
  const source = sourceOf(readPipeline(inputs.config), inputs.source, 'csv');
  const [table, ...others] = source.tables;
  if (table === undefined || others.length > 0) {
    throw new UserError(`source "${inputs.source}" has ${source.tables.length} tables; customers are one`, {
      location: { file: inputs.config },
      remedy: 'Keep one table in this source.',
    });
  }

  await using directory = await mkdtempDisposable(path.join(os.tmpdir(), 'load-customers-'));
  const upload = await validateCustomers(inputs.file, directory.path, {
    encoding: inputs.encoding,
    latestDate: inputs['logical-date'],
  });
  showFindings(inputs.file, upload);
  assertFewRejected(inputs.file, upload, inputs['max-rejected-percent']);

  const settings = await readSnowflakeSettings(inputs['snowflake-secret']);
  await using session = await SnowflakeSession.open({
    ...settings,
    ...(inputs.database === undefined ? {} : { database: inputs.database }),
  });
  const report = await loadUpload(session, upload, { table: table.target, stage: table.stage });

  core.setOutput('loaded', report.loaded);
  core.setOutput('rejected', report.rejected);
  core.setOutput('upload-id', report.uploadId);
  core.info(describe(report, table.target));
  if (process.env.GITHUB_STEP_SUMMARY) {
    await core.summary.addHeading('Customers load', 3).addRaw(describe(report, table.target), true).write();
  }
});

/** Lines and reasons only: the log never shows a customer's data. */
function showFindings(file: string, upload: Validated): void {
  if (upload.ignoredColumns.length > 0) {
    core.warning(`${file}: columns that are not loaded: ${upload.ignoredColumns.join(', ')}`, { file });
  }
  for (const { line, reason } of upload.firstRejections) core.info(`${file}:${line}: rejected: ${reason}`);
  const hidden = upload.bad.rows - upload.firstRejections.length;
  if (hidden > 0) core.info(`${file}: and ${hidden} more rejected`);
}

function describe(report: LoadReport, table: string): string {
  return (
    `Upload ${report.uploadId}: ${report.loaded} rows in ${table}, ${report.rejected} rejected rows in ` +
    `${table}_REJECTED${report.alreadyLoaded ? ' (loaded by an earlier run)' : ''}`
  );
}
