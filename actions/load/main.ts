import * as core from '@actions/core';
import { z } from 'zod';
import { booleanInput, dateInput, listInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readPipeline } from '../shared/pipeline.ts';
import { createS3 } from '../shared/s3.ts';
import { readSnowflakeSettings, SnowflakeSession } from '../shared/snowflake.ts';
import { loadBatch } from './load-batch.ts';
import { writeSummary } from './summary.ts';

await runAction('Load', async () => {
  const inputs = readInputs({
    config: z.string().default('.github/pipeline.yml'),
    sources: listInput.optional(),
    tables: listInput.optional(),
    'logical-date': dateInput,
    bucket: z.string('is required'),
    'snowflake-secret': z.string().optional(),
    database: z
      .string()
      .regex(/^[A-Za-z_][A-Za-z0-9_$]*$/, 'must be the name of a database')
      .optional(),
    'timeout-minutes': z.coerce.number('must be a number of minutes').positive().max(360).default(30),
    'refresh-silver': booleanInput.default(true),
  });
  const config = readPipeline(inputs.config);
  const settings = await readSnowflakeSettings(inputs['snowflake-secret']);
  const database = inputs.database ?? settings.database;
  if (database === undefined) {
    throw new UserError('there is no database to load into', {
      remedy: 'Give the input "database", or the field "database" of the Snowflake settings.',
    });
  }
  await using session = await SnowflakeSession.open({ ...settings, database });
  const s3 = createS3();
  try {
    const report = await loadBatch({
      config,
      sources: inputs.sources,
      tables: inputs.tables,
      logicalDate: inputs['logical-date'],
      bucket: inputs.bucket,
      s3,
      session,
      database,
      timeoutMs: inputs['timeout-minutes'] * 60_000,
      refreshSilver: inputs['refresh-silver'],
      onProgress: (line) => core.info(line),
    });
    for (const warning of report.warnings) core.warning(warning);
    core.setOutput('rows-bronze', report.rowsBronze);
    core.setOutput('files', report.files);
    core.setOutput('tasks', JSON.stringify(report.tasks));
    if (process.env.GITHUB_STEP_SUMMARY) await writeSummary(inputs['logical-date'], report);
  } finally {
    s3.destroy();
  }
});
