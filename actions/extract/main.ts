import * as core from '@actions/core';
import { z } from 'zod';
import { booleanInput, dateInput, listInput, readInputs, runAction } from '../shared/action.ts';
import { readPipeline, sourceOf } from '../shared/pipeline.ts';
import { createS3 } from '../shared/s3.ts';
import { readSecret } from '../shared/secrets.ts';
import { databaseSettings } from './database.ts';
import { type ExtractReport, extractSource } from './extract.ts';

await runAction('Extract', async () => {
  const inputs = readInputs({
    source: z.string('is required'),
    tables: listInput.optional(),
    'logical-date': dateInput,
    bucket: z.string('is required'),
    config: z.string().default('.github/pipeline.yml'),
    'full-refresh': booleanInput.default(false),
    parallelism: z.coerce.number().int().min(1).max(16).default(2),
    'max-mb-per-second': z.coerce.number().positive().optional(),
    'dry-run': booleanInput.default(false),
  });
  const config = readPipeline(inputs.config);
  const source = sourceOf(config, inputs.source, 'postgres');
  const cancelled = new AbortController();
  // A cancelled job gets SIGINT, then SIGTERM.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancelled.abort());
  const report = await extractSource({
    config,
    sourceName: inputs.source,
    tables: inputs.tables,
    logicalDate: inputs['logical-date'],
    bucket: inputs.bucket,
    s3: createS3(),
    database: await readSecret(source.secret, databaseSettings),
    fullRefresh: inputs['full-refresh'],
    parallelism: inputs.parallelism,
    maxMbPerSecond: inputs['max-mb-per-second'],
    dryRun: inputs['dry-run'],
    signal: cancelled.signal,
    codeVersion: process.env.GITHUB_SHA ?? 'unversioned',
    onProgress: (line) => core.info(line),
  });
  core.setOutput('manifests', JSON.stringify(report.tables.map((table) => table.manifestKey)));
  core.setOutput('rows', report.rows);
  core.setOutput('load-id', report.loadId);
  if (process.env.GITHUB_STEP_SUMMARY) await writeSummary(inputs.source, report);
});

async function writeSummary(source: string, report: ExtractReport): Promise<void> {
  const columns = [
    'Table',
    'Status',
    'Rows',
    'Bytes',
    'Files',
    'Seconds',
    'Watermark from',
    'Watermark to',
    'Notes',
  ];
  await core.summary
    .addHeading(`Extract of ${source}, load ${report.loadId}`, 3)
    .addTable([
      columns.map((data) => ({ data, header: true })),
      ...report.tables.map((table) => [
        table.table,
        table.status,
        String(table.rows),
        String(table.bytes),
        String(table.files),
        table.seconds.toFixed(1),
        table.watermark?.from ?? '',
        table.watermark?.to ?? '',
        [
          ...table.addedColumns.map((name) => `new column ${name}`),
          ...Object.entries(table.nulled).map(([name, count]) => `${count} values of ${name} loaded as NULL`),
        ].join('; '),
      ]),
    ])
    .write();
}
