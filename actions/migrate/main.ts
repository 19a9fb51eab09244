import * as core from '@actions/core';
import { z } from 'zod';
import { booleanInput, readInputs, runAction, runUrl } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readSnowflakeSettings } from '../shared/snowflake.ts';
import { MigrationFailedError } from './failure.ts';
import { type MigrateReport, MODES, migrate } from './migrate.ts';
import { ProblemsError } from './problem.ts';
import { reportLine, reportMarkdown } from './render.ts';
import { parseVariables } from './template.ts';

await runAction('Migrate', async () => {
  const inputs = readInputs({
    mode: z.enum(MODES),
    directory: z.string(),
    database: z.string().optional(),
    role: z.string().optional(),
    warehouse: z.string().optional(),
    variables: z.string().default(''),
    'snowflake-secret': z.string().optional(),
    'out-of-order': booleanInput,
    'allow-gaps': booleanInput,
    'lock-timeout-seconds': z.coerce.number().int().min(0),
    'baseline-version': z.string().optional(),
  });
  const settings = await readSnowflakeSettings(inputs['snowflake-secret']);
  const { role = settings.role, warehouse = settings.warehouse, database = settings.database } = inputs;
  if (database === undefined) {
    throw new UserError('no database given', {
      remedy: 'Give the input "database" or the field "database" of the Snowflake settings.',
    });
  }
  try {
    const report = await migrate({
      mode: inputs.mode,
      directory: inputs.directory,
      database,
      variables: parseVariables(inputs.variables, process.env),
      settings: {
        ...settings,
        ...(role === undefined ? {} : { role }),
        ...(warehouse === undefined ? {} : { warehouse }),
      },
      outOfOrder: inputs['out-of-order'],
      allowGaps: inputs['allow-gaps'],
      lockTimeoutSeconds: inputs['lock-timeout-seconds'],
      ...(inputs['baseline-version'] === undefined ? {} : { baselineVersion: inputs['baseline-version'] }),
      runUrl: runUrl(),
      onProgress: core.info,
    });
    await write(report);
  } catch (error) {
    if (error instanceof MigrationFailedError && error.report !== undefined) await write(error.report);
    // The first one is the action's own annotation.
    if (error instanceof ProblemsError) {
      for (const { file, line, column, message, remedy } of error.problems.slice(1)) {
        core.error(`${message}\n${remedy}`, {
          title: 'Migrate',
          file,
          startLine: line,
          ...(column === undefined ? {} : { startColumn: column }),
        });
      }
    }
    throw error;
  }
});

async function write(report: MigrateReport): Promise<void> {
  core.setOutput('applied', report.applied.length);
  core.setOutput(
    'statements',
    report.applied.reduce((sum, migration) => sum + migration.statements, 0),
  );
  core.setOutput('pending', report.pending.length);
  core.setOutput('failed', report.failed === null ? '' : report.failed.migration);
  core.setOutput('plan', JSON.stringify(report.pending));
  core.info(reportLine(report));
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(reportMarkdown(report), true).write();
}
