import { z } from 'zod';
import { readYaml } from '../../shared/yaml-file.ts';
import type { LintConfig } from './default-config.ts';
import { SEVERITIES } from './finding.ts';
import { RULES } from './rules.ts';

const severity = z.enum([...SEVERITIES, 'off']);
/** A file of nothing but comments is null. */
const schema = z
  .strictObject({
    rules: z
      .record(
        z.string(),
        z.union(
          [
            severity,
            z.strictObject({
              severity: severity.optional(),
              options: z.record(z.string(), z.union([z.number(), z.array(z.string())])).optional(),
            }),
          ],
          'must be error, warning, info, off, or severity and options',
        ),
      )
      .default({}),
  })
  .nullable();

/** @throws UserError with file, line and column: also for a rule or an option that there is not. */
export function parseLintConfig(file: string): LintConfig {
  const { data, error } = readYaml(file, schema, {
    what: 'the lint configuration',
    missing: 'Delete the input that names it, or correct it.',
    invalid: 'The rules and their options are described in docs/lint.',
  });
  const rules: Record<string, LintConfig['rules'][string]> = {};
  for (const [id, setting] of Object.entries(data?.rules ?? {})) {
    const rule = RULES.find((one) => one.id === id);
    if (rule === undefined) throw error(['rules', id], `rules.${id}: there is no such rule`);
    const { severity: level, options = {} } = typeof setting === 'string' ? { severity: setting } : setting;
    for (const [name, value] of Object.entries(options)) {
      const known = rule.options?.[name];
      const path = ['rules', id, 'options', name];
      if (known === undefined) {
        const names = Object.keys(rule.options ?? {}).join(', ') || 'it has none';
        throw error(path, `${path.join('.')}: there is no such option (${names})`);
      }
      if (typeof value !== typeof known.is) {
        throw error(
          path,
          `${path.join('.')}: must be ${typeof known.is === 'number' ? 'a number' : 'a list of texts'}`,
        );
      }
    }
    rules[id] = { severity: level, options };
  }
  return { rules };
}
