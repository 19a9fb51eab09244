import { countBySeverity } from '../finding.ts';
import type { LintReport } from '../lint.ts';

/** Everything as JSON: `{files, statements, counts, problems, findings}`. */
export function formatJson({ files, statements, findings, problems }: LintReport): string {
  const counts = countBySeverity(findings);
  return `${JSON.stringify({ files, statements, counts, problems, findings }, null, 2)}\n`;
}
