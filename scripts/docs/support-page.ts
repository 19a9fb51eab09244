import type { SupportEntry } from '../../actions/local-stack/snowflake/support/entry.ts';
import { SUPPORT } from '../../actions/local-stack/snowflake/support/support.ts';

/** The page docs/local-snowflake/support.md: what the local Snowflake carries out, and what it refuses. */
export function supportPage(): string {
  const areas = SUPPORT.map(({ area, entries }) => `## ${area}\n\n${table(entries)}\n`);
  return `# What the local Snowflake carries out

Generated from the code by \`npm run docs\`; \`SELECT SYSTEM$LOCAL_SUPPORT()\` answers the same as JSON. Functions have
[a page of their own](functions.md). "Refused" is an error 999001 that names the construct and its place, never a
different result; what is not listed here and not carried out is refused in the same way.

${areas.join('\n')}`;
}

function table(entries: readonly SupportEntry[]): string {
  const rows = entries.map((entry) => {
    const where = entry.topic === undefined ? '' : `[${entry.topic}](../../test/conformance/${entry.topic})`;
    return `| ${cell(entry.construct)} | ${entry.status} | ${cell(entry.how ?? '')} | ${where} |`;
  });
  return ['| construct | status | how, or why not | cases |', '|---|---|---|---|', ...rows].join('\n');
}

/** Text in a cell of a Markdown table. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('*', '\\*').replaceAll('<', '&lt;');
}
