import * as core from '@actions/core';
import { z } from 'zod';
import { dateInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readPipeline, sourceOf } from '../shared/pipeline.ts';
import type { IngestReport } from './ingest.ts';
import { invokeIngest } from './invoke.ts';

await runAction('ingest-catalog', async () => {
  const inputs = readInputs({
    config: z.string().default('.github/pipeline.yml'),
    source: z.string().default('catalog'),
    function: z.string().optional(),
    'logical-date': dateInput,
  });
  const source = sourceOf(readPipeline(inputs.config), inputs.source, 'api');
  const [table, ...others] = source.tables;
  if (table === undefined || others.length > 0) {
    throw new UserError(
      `source "${inputs.source}" has ${source.tables.length} tables; a catalogue is one table`,
      {
        location: { file: inputs.config },
        remedy: 'Keep one table in this source, and give other catalogues a source each.',
      },
    );
  }
  const functionName = inputs.function ?? source.function;
  const event = { time: `${inputs['logical-date']}T00:00:00Z`, source: inputs.source, table: table.name };
  const report = await invokeIngest(functionName, event, (tail) => showLog(functionName, tail));

  core.setOutput('manifest', report.manifest);
  core.setOutput('rows', report.rows);
  core.setOutput('load-id', report.loadId);
  core.info(describe(report));
  if (process.env.GITHUB_STEP_SUMMARY) {
    await core.summary.addHeading('Catalogue ingest', 3).addRaw(describe(report), true).write();
  }
});

/** Indented, so that no line of the log can be taken for a command to the runner. */
function showLog(functionName: string, tail: string): void {
  core.startGroup(`Log of ${functionName}`);
  for (const line of tail.trimEnd().split('\n')) core.info(`  | ${line}`);
  core.endGroup();
}

function describe(report: IngestReport): string {
  const dropped = Object.entries(report.dropped).map(([reason, count]) => `; left out ${count}: ${reason}`);
  return (
    `${report.source}.${report.table}, load ${report.loadId}: ${report.rows} rows in ${report.parts} part(s), ` +
    `${report.bytes} bytes${dropped.join('')}${report.alreadyCommitted ? ' (committed by an earlier run)' : ''}`
  );
}
