import { expect, test } from 'vitest';
import type { Finding, Severity } from '../../../actions/check-sql/lint/finding.ts';
import { formatGithub } from '../../../actions/check-sql/lint/formats/github.ts';
import { formatJson } from '../../../actions/check-sql/lint/formats/json.ts';
import { formatSarif } from '../../../actions/check-sql/lint/formats/sarif.ts';
import { formatText } from '../../../actions/check-sql/lint/formats/text.ts';

function finding(line: number, severity: Severity, rule = 'types/money-float'): Finding {
  return {
    rule,
    severity,
    file: 'migrations/V1__a b.sql',
    line,
    column: 3,
    endLine: line,
    endColumn: 8,
    message: 'PRICE in a FLOAT is not exact',
    remedy: 'Use NUMBER(14,2).',
    fix: [],
  };
}
const problem = {
  file: 'migrations/V2__b.sql',
  line: 4,
  message: "unexpected 'FORM'.",
  remedy: 'Correct the SQL.',
};
const report = {
  files: 2,
  statements: 5,
  findings: [
    finding(2, 'error'),
    { ...finding(7, 'info', 'lint/unused-ignore'), fix: [{ start: 0, end: 0, text: 'x' }] },
  ],
  problems: [problem],
};

test('text has a place that terminals link, the remedy below it, and the sum at the end', () => {
  expect(formatText(report)).toBe(
    [
      "migrations/V2__b.sql:4 error: unexpected 'FORM'.",
      '    Correct the SQL.',
      'migrations/V1__a b.sql:2:3 error types/money-float: PRICE in a FLOAT is not exact',
      '    Use NUMBER(14,2).',
      'migrations/V1__a b.sql:7:3 info lint/unused-ignore: PRICE in a FLOAT is not exact',
      '    Use NUMBER(14,2). (--fix does it)',
      '5 statements in 2 files: 2 errors, 1 info',
      '',
    ].join('\n'),
  );
});

test('JSON has everything', () => {
  expect(JSON.parse(formatJson(report))).toEqual({ ...report, counts: { error: 1, warning: 0, info: 1 } });
});

test('SARIF has what version 2.1.0 and code scanning require', () => {
  const log = JSON.parse(formatSarif(report));
  expect(log.version).toBe('2.1.0');
  expect(log.runs).toHaveLength(1);
  const { tool, results } = log.runs[0];
  expect(tool.driver.name).toBe('check-sql');
  const ids = tool.driver.rules.map(({ id }: { id: string }) => id);
  expect(ids).toEqual(['types/money-float', 'lint/unused-ignore', 'lint/unreadable']);
  expect(new Set(ids).size).toBe(ids.length);
  expect(tool.driver.rules[0].shortDescription.text).toContain('money');
  expect(results).toHaveLength(3);
  for (const result of results) {
    expect(ids[result.ruleIndex]).toBe(result.ruleId);
    expect(['error', 'warning', 'note']).toContain(result.level);
    expect(result.message.text.length).toBeGreaterThan(0);
    const { artifactLocation, region } = result.locations[0].physicalLocation;
    expect(artifactLocation.uri).toMatch(/^migrations\/V\d__[ab%20]+\.sql$/);
    expect(region.startLine).toBeGreaterThanOrEqual(1);
    expect(region.startColumn).toBeGreaterThanOrEqual(1);
    expect(region.endLine).toBeGreaterThanOrEqual(region.startLine);
  }
  expect(results[1].locations[0].physicalLocation.region).toEqual({
    startLine: 2,
    startColumn: 3,
    endLine: 2,
    endColumn: 8,
  });
});

test('GitHub gets ten annotations of each severity, escaped, and the number of the others', () => {
  const findings = [
    ...Array.from({ length: 12 }, (_, index) => finding(index + 1, 'error')),
    ...Array.from({ length: 3 }, (_, index) => finding(index + 1, 'warning')),
    { ...finding(1, 'info'), message: '100%\nof::it' },
  ];
  const lines = formatGithub({ ...report, findings, problems: [] })
    .trimEnd()
    .split('\n');
  expect(lines.filter((line) => line.startsWith('::error '))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith('::warning '))).toHaveLength(3);
  expect(lines[0]).toBe(
    '::error file=migrations/V1__a b.sql,line=1,col=3,title=Check SQL::PRICE in a FLOAT is not exact%0AUse NUMBER(14,2). [types/money-float]',
  );
  expect(lines.find((line) => line.startsWith('::notice '))).toContain('::100%25%0Aof::it%0A');
  expect(lines.slice(-2)).toEqual([
    '2 more are not shown as annotations',
    '5 statements in 2 files: 12 errors, 3 warnings, 1 info',
  ]);
});
