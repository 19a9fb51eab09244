import { z } from 'zod';
import { UserError } from '../shared/errors.ts';
import { readSecret } from '../shared/secrets.ts';
import type { YamlFile } from '../shared/yaml-file.ts';
import type { ConfigVariable, MigrateConfig } from './config.ts';
import { parseVariables } from './template.ts';

export interface Variables {
  values: Record<string, string>;
  /** The values among them that nothing may show. */
  secrets: string[];
}

/**
 * The template variables of a run. The input wins over GLOBALMART_VAR_<NAME> of the environment, that over the
 * configuration's values of this environment, and those over its values for all. Values of secret variables go to
 * `mask` before anything else sees them.
 * @throws UserError for an environment that the configuration does not know and a secret that has no value
 */
export async function readVariables(
  sources: {
    config: YamlFile<MigrateConfig> | null;
    environment: string | undefined;
    input: string;
    env: Readonly<Record<string, string | undefined>>;
  },
  mask: (secret: string) => void,
): Promise<Variables> {
  const given = parseVariables(sources.input, sources.env);
  const variables: Variables = { values: { ...given }, secrets: [] };
  for (const [name, { value, path }] of declared(sources.config, sources.environment)) {
    // GLOBALMART_VAR_<NAME> gives a name in lower case.
    const outside = given[name] ?? given[name.toLowerCase()];
    if (typeof value === 'string') {
      variables.values[name] = outside ?? value;
      continue;
    }
    const secret = outside ?? (await secretValue(value, mask));
    if (secret === undefined) {
      throw sources.config!.error(
        path,
        `the secret variable "${name}" has no value: set GLOBALMART_VAR_${name.toUpperCase()}`,
      );
    }
    mask(secret);
    variables.values[name] = secret;
    if (secret !== '') variables.secrets.push(secret);
  }
  return variables;
}

/**
 * Template variables for a trial run that has no secrets and is in no environment: what only some environments declare
 * has the value of the first, a secret one its own name.
 */
export function trialVariables(
  config: YamlFile<MigrateConfig> | null,
  input: string,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const { variables = {}, environments = {} } = config?.data ?? {};
  const values: Record<string, string> = {};
  for (const declared of [variables, ...Object.values(environments).map((own) => own.variables)]) {
    for (const [name, value] of Object.entries(declared))
      values[name] ??= typeof value === 'string' ? value : name;
  }
  return { ...values, ...parseVariables(input, env) };
}

/** What takes secrets out of a text: the longest first, since one may be part of another. */
export function hideSecrets(secrets: readonly string[]): (text: string) => string {
  const longestFirst = secrets.toSorted((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}

function declared(
  config: YamlFile<MigrateConfig> | null,
  environment: string | undefined,
): Map<string, { value: ConfigVariable; path: string[] }> {
  const found = new Map<string, { value: ConfigVariable; path: string[] }>();
  if (config === null) return found;
  const { variables, environments } = config.data;
  const add = (values: MigrateConfig['variables'], path: string[]): void => {
    for (const [name, value] of Object.entries(values)) found.set(name, { value, path: [...path, name] });
  };
  add(variables, ['variables']);
  const names = Object.keys(environments);
  if (environment === undefined || names.length === 0) return found;
  const own = Object.hasOwn(environments, environment) ? environments[environment] : undefined;
  if (own === undefined) {
    throw config.error(
      ['environments'],
      `there is no environment "${environment}" (there are: ${names.join(', ')})`,
    );
  }
  add(own.variables, ['environments', environment, 'variables']);
  return found;
}

async function secretValue(
  variable: Exclude<ConfigVariable, string>,
  mask: (secret: string) => void,
): Promise<string | undefined> {
  if ('secret' in variable) return undefined;
  const { 'from-secret': id, field } = variable;
  const values = await readSecret(id, z.record(z.string(), z.unknown()), mask);
  const value = Object.hasOwn(values, field) ? values[field] : undefined;
  if (typeof value === 'string') return value;
  throw new UserError(`secret "${id}" has no text in the field "${field}"`, {
    remedy: 'Add the field to the secret, or correct "field" in the configuration of the migrations.',
  });
}
