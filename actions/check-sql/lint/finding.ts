export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** A piece of a file's text to replace: half-open range of offsets in the text with LF and without byte order mark. */
export interface Edit {
  start: number;
  end: number;
  text: string;
}

/** What a rule has to say about a place. Lines and columns count from 1; the end column is that after the last character. */
export interface Finding {
  rule: string;
  severity: Severity;
  file: string;
  line: number;
  column: number;
  endLine: number;
  endColumn: number;
  message: string;
  remedy: string;
  /** What `--fix` writes; empty where a person has to decide. */
  fix: Edit[];
}

/** By file, place and rule. */
export function compareFindings(a: Finding, b: Finding): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.rule, b.rule);
}

/** How many findings there are of each severity. */
export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** Those that are as severe as `least`, or more. */
export function atLeast(findings: readonly Finding[], least: Severity): Finding[] {
  return findings.filter(({ severity }) => SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
