import * as core from '@actions/core';
import { z } from 'zod';
import { booleanInput, dateInput, listInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readPipeline, sourceOf } from '../shared/pipeline.ts';
import { createS3 } from '../shared/s3.ts';
import { readSecret } from '../shared/secrets.ts';
import { databaseSettings } from './database.ts';
import { type ExtractReport, type ExtractRequest, extractSource } from './extract.ts';
import type { BackfillRange } from './replay.ts';
import { commitExtract } from './scale-out/commit-extract.ts';
import { runEntry } from './scale-out/extract-entry.ts';
import { type ExtractEntry, extractEntry, planExtract } from './scale-out/plan-extract.ts';

await runAction('Extract', async () => {
  const inputs = readInputs({
    source: z.string('is required'),
    tables: listInput.optional(),
    mode: z.enum(['run', 'plan', 'part', 'commit']).default('run'),
    entry: z.string().optional(),
    'part-mb': z.coerce.number().int().min(1).default(4096),
    'logical-date': dateInput,
    bucket: z.string('is required'),
    config: z.string().default('.github/pipeline.yml'),
    'full-refresh': booleanInput.default(false),
    from: z.string().optional(),
    to: z.string().optional(),
    reload: booleanInput.default(false),
    parallelism: z.coerce.number().int().min(1).max(16).default(2),
    'max-mb-per-second': z.coerce.number().positive().optional(),
    'dry-run': booleanInput.default(false),
  });
  const backfill = backfillRange(inputs.from, inputs.to);
  const config = readPipeline(inputs.config);
  const source = sourceOf(config, inputs.source, 'postgres');
  const cancelled = new AbortController();
  // A cancelled job gets SIGINT, then SIGTERM.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => cancelled.abort());
  const request: ExtractRequest = {
    config,
    sourceName: inputs.source,
    tables: inputs.tables,
    logicalDate: inputs['logical-date'],
    bucket: inputs.bucket,
    s3: createS3(),
    database: await readSecret(source.secret, databaseSettings),
    fullRefresh: inputs['full-refresh'],
    backfill,
    reload: inputs.reload,
    parallelism: inputs.parallelism,
    maxMbPerSecond: inputs['max-mb-per-second'],
    dryRun: inputs['dry-run'],
    signal: cancelled.signal,
    codeVersion: process.env.GITHUB_SHA ?? 'unversioned',
    onProgress: (line) => core.info(line),
  };
  const { mode } = inputs;
  if (mode !== 'run' && (inputs.reload || inputs['dry-run'] || request.backfill !== undefined)) {
    throw new UserError(`a range ("from" and "to"), "reload" and "dry-run" do not go with mode ${mode}`, {
      remedy: 'Leave "mode" out.',
    });
  }
  if (mode === 'plan') {
    const { entries, loadId } = await planExtract(request, inputs['part-mb'] * 1e6);
    core.setOutput('matrix', JSON.stringify({ entry: entries }));
    core.setOutput('entries', entries.length);
    core.setOutput('load-id', loadId);
    return;
  }
  const report = await (mode === 'part'
    ? runEntry(request, readEntry(inputs.entry))
    : mode === 'commit'
      ? commitExtract(request)
      : extractSource(request));
  const committed = report.tables.filter((table) => table.status !== 'recorded');
  core.setOutput('manifests', JSON.stringify(committed.map((table) => table.manifestKey)));
  core.setOutput('rows', report.rows);
  core.setOutput('load-id', report.loadId);
  if (process.env.GITHUB_STEP_SUMMARY) await writeSummary(inputs.source, report);
});

function readEntry(text: string | undefined): ExtractEntry {
  const remedy = 'Take it from the output "matrix" of mode plan, as ${{ toJSON(matrix.entry) }}.';
  if (text === undefined) throw new UserError('input "entry" is missing in mode part', { remedy });
  try {
    return extractEntry.parse(JSON.parse(text));
  } catch (error) {
    throw new UserError(`input "entry" is not an entry of a plan: ${text}`, { remedy, cause: error });
  }
}

function backfillRange(from: string | undefined, to: string | undefined): BackfillRange | undefined {
  if (from !== undefined && to !== undefined) return { from, to };
  if (from === undefined && to === undefined) return undefined;
  throw new UserError(`input "${from === undefined ? 'from' : 'to'}" is missing`, {
    remedy: 'A range has both: rows are read from "from" on, up to and without "to".',
  });
}

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
    'Slot lag, MB',
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
        table.slotLagMb?.toFixed(1) ?? '',
        [
          ...table.addedColumns.map((name) => `new column ${name}`),
          ...Object.entries(table.nulled).map(([name, count]) => `${count} values of ${name} loaded as NULL`),
        ].join('; '),
      ]),
    ])
    .write();
}
