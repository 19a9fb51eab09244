import { randomBytes } from 'node:crypto';
import { type MigrateOptions, type MigrateReport, migrate } from './migrate.ts';

export const PREVIEWS = ['clone', 'local'] as const;

export interface RunModeOptions {
  migrate: MigrateOptions;
  /** Apply to a clone or a local Snowflake that live only as long, instead of the database. */
  preview?: (typeof PREVIEWS)[number] | undefined;
  /** For `verify`: compare what there is with what the migrations define. */
  drift: boolean;
  /** Objects that may have drifted. */
  ignore: readonly string[];
  /** File with what an administrator runs before the first migration, for the local Snowflake. */
  bootstrap?: string | undefined;
  env: NodeJS.ProcessEnv;
}

/**
 * Does what the action's inputs say: a mode on the database, or a preview.
 * @throws what `migrate` throws; UserError for drift and for data tests that find rows
 */
export async function runMode(options: RunModeOptions): Promise<MigrateReport> {
  const { preview, drift, bootstrap, env } = options;
  const local = {
    ...options.migrate,
    ...options.migrate.settings,
    database: options.migrate.database,
    bootstrap,
  };
  // The local Snowflake is loaded by those who need it alone.
  if (preview === 'clone') {
    const { previewOnClone } = await import('./preview/preview-clone.ts');
    return previewOnClone({ ...options.migrate, suffix: previewSuffix(env) });
  }
  if (preview === 'local') {
    const { previewLocally } = await import('./preview/local-snowflake.ts');
    return previewLocally(local);
  }
  const report = await migrate(options.migrate);
  if (options.migrate.mode === 'verify' && drift) {
    const { readDrift, refuseDrift } = await import('./drift/verify-drift.ts');
    refuseDrift(await readDrift({ ...local, settings: options.migrate.settings, ignore: options.ignore }));
  }
  return report;
}

/** Makes a clone's name this run's own: pull request, run and attempt on GitHub, chance elsewhere. */
export function previewSuffix(env: NodeJS.ProcessEnv): string {
  if (env.GITHUB_RUN_ID === undefined) return `LOCAL_${randomBytes(4).toString('hex').toUpperCase()}`;
  const pull = /^refs\/pull\/(\d+)\//.exec(env.GITHUB_REF ?? '')?.[1];
  return [
    ...(pull === undefined ? [] : ['PR', pull]),
    'RUN',
    env.GITHUB_RUN_ID,
    env.GITHUB_RUN_ATTEMPT ?? '1',
  ].join('_');
}
