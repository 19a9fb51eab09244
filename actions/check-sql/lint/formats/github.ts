import type { Problem } from '../../../migrate/problem.ts';
import { type Finding, SEVERITIES, type Severity } from '../finding.ts';
import type { LintReport } from '../lint.ts';
import { summaryLine } from './text.ts';

/** GitHub shows so many annotations of each type from one step. Source: "Workflow commands", annotation limits. */
const MOST = 10;

const COMMANDS: Record<Severity, string> = { error: 'error', warning: 'warning', info: 'notice' };

export interface Annotation {
  severity: Severity;
  file: string;
  line: number;
  column?: number;
  text: string;
}

/**
 * What GitHub shows beside the lines, no more of each severity than it takes, and how many are left out. `doubts` are
 * problems that are warnings.
 */
export function annotationsOf(
  problems: readonly Problem[],
  findings: readonly Finding[],
  doubts: readonly Problem[] = [],
): { annotations: Annotation[]; leftOut: number } {
  const all: Annotation[] = [
    ...problems.map((problem) => annotationOf(problem, 'error')),
    ...doubts.map((problem) => annotationOf(problem, 'warning')),
    ...findings.map(({ severity, rule, file, line, column, message, remedy }) => ({
      severity,
      file,
      line,
      column,
      text: `${message}\n${remedy} [${rule}]`,
    })),
  ];
  const annotations = SEVERITIES.flatMap((severity) =>
    all.filter((one) => one.severity === severity).slice(0, MOST),
  );
  return { annotations, leftOut: all.length - annotations.length };
}

function annotationOf({ file, line, column, message, remedy }: Problem, severity: Severity): Annotation {
  const place = { file, line, ...(column === undefined ? {} : { column }) };
  return { severity, ...place, text: `${message}\n${remedy}` };
}

/** Workflow commands, one a line; the last line counts all findings. */
export function formatGithub(report: LintReport): string {
  const { annotations, leftOut } = annotationsOf(report.problems, report.findings);
  const lines = annotations.map(({ severity, file, line, column, text }) => {
    const place = [
      `file=${property(file)}`,
      `line=${line}`,
      ...(column === undefined ? [] : [`col=${column}`]),
    ];
    return `::${COMMANDS[severity]} ${[...place, 'title=Check SQL'].join(',')}::${data(text)}`;
  });
  if (leftOut > 0) lines.push(`${leftOut} more are not shown as annotations`);
  return [...lines, summaryLine(report), ''].join('\n');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
