import { parseArgs } from 'node:util';
import { readLintConfig } from '../../actions/check-sql/lint/config.ts';
import { atLeast, SEVERITIES, type Severity } from '../../actions/check-sql/lint/finding.ts';
import { formatGithub } from '../../actions/check-sql/lint/formats/github.ts';
import { formatJson } from '../../actions/check-sql/lint/formats/json.ts';
import { formatSarif } from '../../actions/check-sql/lint/formats/sarif.ts';
import { formatText } from '../../actions/check-sql/lint/formats/text.ts';
import { type LintReport, lintDirectory } from '../../actions/check-sql/lint/lint.ts';
import { messageOf, UserError } from '../../actions/shared/errors.ts';
import { changedFiles } from './changed.ts';

const HELP = `npm run check -- [options]

  Reads every migration and says what would go wrong: syntax, numbers, and the rules of docs/lint. Needs no account.

  --changed          findings in files that differ from the base alone; all others are read for what they have made
  --base REF         what --changed and --fix compare with (default: where this branch left origin/main, or main)
  --format FORMAT    text, json, sarif or github (default: text)
  --fix              writes the fixes that need no decision into files that differ from the base: an applied
                     migration is never edited
  --dry-run          also runs bootstrap and migrations from nothing on the local Snowflake
  --fail-on LEVEL    error, warning or info: the least severe finding that fails (default: error)
  --directory DIR    where the migrations lie (default: migrations); its lint.yml sets the rules
  --allow-gaps       numbers may be left out
  --watch            checks again whenever a file of the directory changes

  Exit code: 0 nothing that fails, 1 something does, 2 it could not be checked.`;

const FORMATS: Record<string, (report: LintReport) => string> = {
  text: formatText,
  json: formatJson,
  sarif: formatSarif,
  github: formatGithub,
};

interface Options {
  directory: string;
  changed: boolean;
  base: string | undefined;
  format: (report: LintReport) => string;
  fix: boolean;
  dryRun: boolean;
  failOn: Severity;
  allowGaps: boolean;
  watch: boolean;
}

/** Where results and messages go. */
interface Output {
  out: (text: string) => void;
  err: (line: string) => void;
}
const CONSOLE: Output = { out: (text) => process.stdout.write(text), err: (line) => console.error(line) };

/** Returns the exit code; in watch mode only when it is interrupted. */
export async function main(args: string[], output: Output = CONSOLE): Promise<number> {
  let options: Options | null;
  try {
    options = readOptions(args);
  } catch (error) {
    return refuse(error, output);
  }
  if (options === null) {
    output.out(`${HELP}\n`);
    return 0;
  }
  const code = await checkOnce(options, output);
  if (!options.watch) return code;
  const { watchDirectory } = await import('./watch.ts');
  await watchDirectory(options.directory, () => checkOnce(options, output));
  return 0;
}

async function checkOnce(options: Options, output: Output): Promise<number> {
  try {
    const report = await check(options, output);
    output.out(options.format(report));
    return report.problems.length > 0 || atLeast(report.findings, options.failOn).length > 0 ? 1 : 0;
  } catch (error) {
    return refuse(error, output);
  }
}

async function check(options: Options, output: Output): Promise<LintReport> {
  const { directory, allowGaps, base } = options;
  const config = await readLintConfig(directory);
  const changed = options.changed || options.fix ? await changedFiles(directory, base) : null;
  let report = lintDirectory(directory, { config, allowGaps });
  if (options.fix && changed !== null) {
    const { fixFiles } = await import('../../actions/check-sql/lint/fix.ts');
    const fixed = fixFiles(report.findings.filter(({ file }) => changed.has(file)));
    for (const [file, count] of fixed) output.err(`${file}: ${count} fixed`);
    report = lintDirectory(directory, { config, allowGaps });
  }
  if (options.dryRun) report = { ...report, problems: await dryRun(options, output) };
  if (!options.changed || changed === null) return report;
  return { ...report, findings: report.findings.filter(({ file }) => changed.has(file)) };
}

/** Everything that is wrong but for the findings of the rules. */
async function dryRun({ directory, allowGaps }: Options, output: Output): Promise<LintReport['problems']> {
  const { checkSql } = await import('../../actions/check-sql/check-sql.ts');
  const { errors } = await checkSql({
    directory,
    allowGaps,
    variables: {},
    bootstrap: 'scripts/infra/snowflake/bootstrap.sql',
    onProgress: output.err,
  });
  return errors;
}

/** null: help is wanted. @throws UserError */
function readOptions(args: string[]): Options | null {
  const { values } = parse(args);
  if (values.help) return null;
  const format = FORMATS[values.format];
  if (format === undefined)
    throw new UserError(`there is no format "${values.format}"`, {
      remedy: `Use one of: ${Object.keys(FORMATS).join(', ')}.`,
    });
  const failOn = SEVERITIES.find((severity) => severity === values['fail-on']);
  if (failOn === undefined)
    throw new UserError(`there is no severity "${values['fail-on']}"`, {
      remedy: `Use one of: ${SEVERITIES.join(', ')}.`,
    });
  const { directory, base, changed, fix, watch } = values;
  return {
    directory,
    base,
    changed,
    fix,
    watch,
    format,
    failOn,
    dryRun: values['dry-run'],
    allowGaps: values['allow-gaps'],
  };
}

function parse(args: string[]) {
  const flag = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({
      args,
      options: {
        changed: flag,
        base: { type: 'string' },
        format: { type: 'string', default: 'text' },
        fix: flag,
        'dry-run': flag,
        'fail-on': { type: 'string', default: 'error' },
        directory: { type: 'string', default: 'migrations' },
        'allow-gaps': flag,
        watch: flag,
        help: flag,
      },
    });
  } catch (error) {
    throw new UserError(messageOf(error), { remedy: HELP, cause: error });
  }
}

/** A user's mistake in words; anything else is a defect. */
function refuse(error: unknown, output: Output): number {
  if (!(error instanceof UserError)) throw error;
  output.err(error.remedy === undefined ? error.message : `${error.message}\n${error.remedy}`);
  return 2;
}
