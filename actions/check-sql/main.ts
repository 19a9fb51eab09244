import * as core from '@actions/core';
import { z } from 'zod';
import type { Problem } from '../migrate/problem.ts';
import { parseVariables } from '../migrate/template.ts';
import { booleanInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { checkSql } from './check-sql.ts';
import { reportMarkdown } from './render.ts';

await runAction('Check SQL', async () => {
  const inputs = readInputs({
    directory: z.string(),
    variables: z.string().default(''),
    bootstrap: z.string(),
    'allow-gaps': booleanInput,
    'timeout-seconds': z.coerce.number().int().min(1),
  });
  const report = await checkSql({
    directory: inputs.directory,
    variables: parseVariables(inputs.variables, process.env),
    bootstrap: inputs.bootstrap,
    allowGaps: inputs['allow-gaps'],
    timeoutSeconds: inputs['timeout-seconds'],
    onProgress: core.info,
  });
  core.setOutput('errors', report.errors.length);
  core.setOutput('statements', report.statements);
  if (process.env.GITHUB_STEP_SUMMARY) await core.summary.addRaw(reportMarkdown(report), true).write();
  for (const warning of report.warnings) core.warning(warning.message, place(warning));
  // The first one is the action's own annotation.
  for (const error of report.errors.slice(1)) core.error(`${error.message}\n${error.remedy}`, place(error));
  const [first] = report.errors;
  if (first === undefined) {
    core.info(`${report.statements} statements in ${report.files} files: no error`);
    return;
  }
  const { file, line, column, message, remedy } = first;
  throw new UserError(`${file}:${line}: ${message}`, {
    location: { file, line, ...(column === undefined ? {} : { column }) },
    remedy,
  });
});
// A dry-run that was cut off leaves a driver behind that goes on trying to reach its server.
process.exit();

function place({ file, line, column }: Problem): core.AnnotationProperties {
  return {
    title: 'Check SQL',
    file,
    startLine: line,
    ...(column === undefined ? {} : { startColumn: column }),
  };
}
