import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readYaml, type YamlFile } from '../shared/yaml-file.ts';

const variable = z.union(
  [
    z.string(),
    z.number().transform(String),
    z.boolean().transform(String),
    z.strictObject({ secret: z.literal(true) }),
    z.strictObject({ 'from-secret': z.string().min(1), field: z.string().min(1) }),
  ],
  'must be a text, a number, {secret: true}, or {from-secret: name or ARN, field: name}',
);
const variables = z
  .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be letters, digits and underscores'), variable)
  .default({});

/** `config.yml` beside the migrations. */
const config = z.strictObject({
  variables: variables.describe('Values of template variables, for every environment.'),
  environments: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, 'must be letters, digits, dashes and underscores'),
      z.strictObject({ variables: variables.describe('Values in this environment.') }),
    )
    .default({})
    .describe('The environments that there are, by name.'),
  drift: z
    .strictObject({
      ignore: z
        .array(z.string().min(1))
        .default([])
        .describe('Objects that may differ: LIKE patterns of SCHEMA.NAME.'),
    })
    .default({ ignore: [] })
    .describe('What verify does not look at.'),
});

export type MigrateConfig = z.infer<typeof config>;
export type ConfigVariable = MigrateConfig['variables'][string];

/**
 * Reads the configuration: the named file, else `config.yml` in the directory of the migrations where there is one.
 * @throws UserError with file, line and column
 */
export function readConfig(file: string | undefined, directory: string): YamlFile<MigrateConfig> | null {
  const path = file ?? join(directory, 'config.yml');
  if (file === undefined && !existsSync(path)) return null;
  return readYaml(path, config, {
    what: 'the configuration of the migrations',
    missing: 'Correct the input "config", or leave it out.',
    invalid: 'Its fields are described in docs/migrate.md.',
  });
}
