import { writeFileSync } from 'node:fs';
import * as core from '@actions/core';
import { z } from 'zod';
import { readConfig } from '../migrate/config.ts';
import { trialVariables } from '../migrate/variables.ts';
import { booleanInput, readInputs, runAction } from '../shared/action.ts';
import { UserError } from '../shared/errors.ts';
import { baseDirectory } from './base-directory.ts';
import { checkSql } from './check-sql.ts';
import { atLeast, countBySeverity } from './lint/finding.ts';
import { type Annotation, annotationsOf } from './lint/formats/github.ts';
import { formatSarif } from './lint/formats/sarif.ts';
import { reportMarkdown } from './pull-request/comment-markdown.ts';
import { pullRequestReport } from './pull-request/report-file.ts';

/** A job summary holds a megabyte, of bytes. */
const MOST_SUMMARY_CHARACTERS = 250_000;

await runAction('Check SQL', async () => {
  const inputs = readInputs({
    directory: z.string(),
    variables: z.string().default(''),
    bootstrap: z.string(),
    'allow-gaps': booleanInput,
    'timeout-seconds': z.coerce.number().int().min(1),
    'fail-on': z.enum(['error', 'warning']),
    sarif: z.string().optional(),
    base: z.string().optional(),
    report: z.string().optional(),
  });
  const base = inputs.base === undefined ? null : baseDirectory(inputs.base, inputs.directory);
  const checking = checkSql({
    directory: inputs.directory,
    variables: trialVariables(readConfig(undefined, inputs.directory), inputs.variables, process.env),
    bootstrap: inputs.bootstrap,
    allowGaps: inputs['allow-gaps'],
    timeoutSeconds: inputs['timeout-seconds'],
    base: base?.directory,
    onProgress: core.info,
  });
  const report = await checking.finally(() => base?.release());
  const { errors, warnings, findings, statements, files } = report;
  const counts = countBySeverity(findings);
  core.setOutput('errors', errors.length + counts.error);
  core.setOutput('warnings', warnings.length + counts.warning);
  core.setOutput('statements', statements);
  const told = pullRequestReport(report);
  if (inputs.report !== undefined) writeFileSync(inputs.report, JSON.stringify(told));
  if (process.env.GITHUB_STEP_SUMMARY)
    await core.summary.addRaw(reportMarkdown(told, MOST_SUMMARY_CHARACTERS), true).write();
  if (inputs.sarif !== undefined)
    writeFileSync(inputs.sarif, formatSarif({ files, statements, findings, problems: errors }));
  const [first] = [...errors, ...atLeast(findings, inputs['fail-on'])];
  const { annotations, leftOut } = annotationsOf(errors, findings, warnings);
  // The first of what fails is the action's own annotation.
  const isFirst = ({ file, line, column, text }: Annotation): boolean =>
    first?.file === file && first.line === line && first.column === column && text.startsWith(first.message);
  for (const annotation of annotations) if (!isFirst(annotation)) annotate(annotation);
  if (leftOut > 0) core.info(`${leftOut} more findings are in the summary`);
  if (first === undefined) {
    core.info(`${statements} statements in ${files} files: nothing that fails the check`);
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

function annotate(annotation: Annotation): void {
  const properties = place(annotation);
  if (annotation.severity === 'error') core.error(annotation.text, properties);
  else if (annotation.severity === 'warning') core.warning(annotation.text, properties);
  else core.notice(annotation.text, properties);
}

function place({
  file,
  line,
  column,
}: Pick<Annotation, 'file' | 'line' | 'column'>): core.AnnotationProperties {
  return {
    title: 'Check SQL',
    file,
    startLine: line,
    ...(column === undefined ? {} : { startColumn: column }),
  };
}
