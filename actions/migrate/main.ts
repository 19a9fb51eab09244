import * as core from '@actions/core';
import { z } from 'zod';
import { booleanInput, readInputs, runAction, runUrl } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { readSnowflakeSettings } from '../shared/snowflake.ts';
import { readConfig } from './config.ts';
import { MigrationFailedError } from './failure.ts';
import { infoLines } from './info.ts';
import { LockHeldError } from './lock.ts';
import { type MigrateOptions, type MigrateReport, MODES } from './migrate.ts';
import { ProblemsError } from './problem.ts';
import { reportLine, reportMarkdown } from './render.ts';
import { REPAIRS } from './repair.ts';
import { PREVIEWS, runMode } from './run-mode.ts';
import { hideSecrets, readVariables } from './variables.ts';

await runAction(
  'Migrate',
  async () => {
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
      config: z.string().optional(),
      environment: z
        .string()
        .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, dashes and underscores')
        .optional(),
      target: z.string().optional(),
      count: z.coerce.number().int().min(1),
      migration: z.string().optional(),
      repair: z.enum(REPAIRS).optional(),
      reason: z.string().optional(),
      'history-table': z.string().optional(),
      preview: z.enum(PREVIEWS).optional(),
      'plan-file': z.string().optional(),
      drift: booleanInput.default(false),
      bootstrap: z.string().optional(),
    });
    core.info(`Migrate: mode ${inputs.mode}, directory ${inputs.directory}`);
    const settings = await readSnowflakeSettings(inputs['snowflake-secret']);
    const { role = settings.role, warehouse = settings.warehouse, database = settings.database } = inputs;
    if (database === undefined) {
      throw new UserError('no database given', {
        remedy: 'Give the input "database" or the field "database" of the Snowflake settings.',
      });
    }
    const { environment, target, count, migration, repair, reason } = inputs;
    const config = readConfig(inputs.config, inputs.directory);
    const variables = await readVariables(
      { config, environment, input: inputs.variables, env: process.env },
      core.setSecret,
    );
    const hide = hideSecrets(variables.secrets);
    try {
      const options: MigrateOptions = {
        mode: inputs.mode,
        directory: inputs.directory,
        database,
        variables: variables.values,
        secrets: variables.secrets,
        environment,
        target,
        count,
        repair: { migration, repair, reason },
        historyTable: inputs['history-table'],
        planFile: inputs['plan-file'],
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
      };
      const report = await runMode({
        migrate: options,
        preview: inputs.preview,
        drift: inputs.drift,
        ignore: config?.data.drift.ignore ?? [],
        bootstrap: inputs.bootstrap,
        env: process.env,
      });
      await write(report, hide);
    } catch (error) {
      if (error instanceof MigrationFailedError && error.report !== undefined)
        await write(error.report, hide);
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
  },
  exitCodeOf,
);

/** 2: nothing ran, the files or the history are to be corrected first; 3: another migrator holds the lock. */
function exitCodeOf(error: unknown): number {
  if (error instanceof ProblemsError) return 2;
  return error instanceof LockHeldError ? 3 : 1;
}

async function write(report: MigrateReport, hide: (text: string) => string): Promise<void> {
  core.setOutput('applied', report.applied.length);
  core.setOutput(
    'statements',
    report.applied.reduce((sum, migration) => sum + migration.statements, 0),
  );
  core.setOutput('pending', report.pending.length);
  core.setOutput('failed', report.failed === null ? '' : report.failed.migration);
  core.setOutput('plan', hide(JSON.stringify(report.pending)));
  core.setOutput('info', report.info === null ? '' : JSON.stringify(report.info));
  for (const line of infoLines(report.info ?? [])) core.info(line);
  core.info(reportLine(report));
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(hide(reportMarkdown(report)), true).write();
}
