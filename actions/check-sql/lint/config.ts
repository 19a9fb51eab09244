import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_CONFIG, type LintConfig } from './default-config.ts';

/** Where the configuration lies in a directory of migrations. */
export const CONFIG_FILE = 'lint.yml';

/**
 * The configuration of a directory of migrations, or the default one when it has none.
 * @throws UserError with file, line and column
 */
export async function readLintConfig(
  directory: string,
  file = join(directory, CONFIG_FILE),
): Promise<LintConfig> {
  if (!existsSync(file)) return DEFAULT_CONFIG;
  // Reading YAML needs libraries whose start a directory without a configuration does not wait for.
  const { parseLintConfig } = await import('./config-file.ts');
  return parseLintConfig(file);
}
