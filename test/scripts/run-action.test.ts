import { expect, test } from 'vitest';
import { runAction } from '../../scripts/run-action.ts';

test('an action reads its inputs as on a runner, and a bad one is one annotation', async () => {
  const result = await runAction(
    'extract',
    { source: 'sales', 'logical-date': 'yesterday' },
    { quiet: true },
  );
  expect(result.exitCode).toBe(1);
  expect(result.log).toContain('input "logical-date": must be a date like 2026-01-31');
  expect(result.log).toContain('input "bucket": ');
  // A user's mistake has no stack trace.
  expect(result.log).not.toMatch(/\n\s+at /);
  expect(result.summary).toContain('Extract failed');
});

test('an input that the action does not have is refused', async () => {
  await expect(runAction('extract', { sauce: 'sales' })).rejects.toThrow(
    'action extract has no input "sauce"',
  );
});

test.each(['nothing', '../extract', 'setup/../extract'])('%j is not an action', async (name) => {
  await expect(runAction(name, {})).rejects.toThrow(`there is no action "${name}"`);
});
