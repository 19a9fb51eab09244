import { expect, test } from 'vitest';
import { RULES } from '../../../actions/check-sql/lint/rules.ts';
import { gateProblems } from '../../../actions/migrate/effects/gate.ts';
import { planStatements } from '../../../actions/migrate/effects/plan-effects.ts';
import { readMigrations } from '../../../actions/migrate/migration-files.ts';
import { withDirectory } from './support/directory.ts';

const DESTRUCTIVE = RULES.filter(({ id }) => id.startsWith('destructive/'));

test('whatever migrate refuses to apply because it destroys something, a rule finds in the same place', () => {
  const examples = [
    ...RULES.flatMap(({ bad, good }) => [...bad, ...good]),
    'DELETE FROM SILVER.T; DROP ROLE R; DROP TASK SILVER.T;',
  ];
  let refusals = 0;
  for (const example of examples) {
    const files = typeof example === 'string' ? { 'V1__a.sql': example } : example;
    withDirectory(files, ({ path, lint }) => {
      const { migrations } = readMigrations(path, (text) => text.replace(/\{\{ \w+ \}\}/g, 'X'), {
        allowGaps: true,
      });
      const pending = migrations.map((migration) => ({
        migration,
        from: 1,
        why: 'new' as const,
        uncertain: null,
      }));
      const refused = gateProblems(planStatements(pending, 'DB'), new Map());
      const found = lint(DESTRUCTIVE).findings.map(({ file, line }) => `${file}:${line}`);
      for (const { file, line } of refused) expect(found).toContain(`${file.slice(path.length + 1)}:${line}`);
      refusals += refused.length;
    });
  }
  expect(refusals).toBeGreaterThan(20);
});
