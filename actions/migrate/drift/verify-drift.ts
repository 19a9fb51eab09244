import { UserError } from '../../shared/errors.ts';
import { SnowflakeSession, type SnowflakeSettings } from '../../shared/snowflake.ts';
import { type LocalOptions, onLocalSnowflake } from '../preview/local-snowflake.ts';
import { readDefinitions } from './definitions.ts';
import { type Drift, findDrift } from './drift.ts';

export interface DriftOptions extends LocalOptions {
  settings: SnowflakeSettings;
  /** Objects that may differ: LIKE patterns of their names without the database, such as `SCRATCH.%`. */
  ignore?: readonly string[];
}

/** The objects of a database that are not as its migrations define them: applied from nothing to a local Snowflake. */
export async function readDrift(options: DriftOptions): Promise<Drift[]> {
  const { settings, database, ignore } = options;
  await using live = await SnowflakeSession.open({ ...settings, database });
  const found = await readDefinitions(live, database);
  const defined = await onLocalSnowflake(options, (session) => readDefinitions(session, database));
  return findDrift(defined, found, ignore);
}

/** @throws UserError that shows each object that has drifted */
export function refuseDrift(drifts: readonly Drift[]): void {
  if (drifts.length === 0) return;
  const texts = drifts.map(({ object, state, diff }) =>
    [
      `${object} is ${state === 'different' ? 'not as the migrations define it' : state}`,
      ...diff.map((line) => `  ${line}`),
    ].join('\n'),
  );
  throw new UserError(
    `${drifts.length} objects are not as the migrations define them:\n${texts.join('\n')}`,
    {
      remedy:
        'Put what is meant into a new migration, change the rest back, or name what may differ in config.yml: drift: ignore.',
    },
  );
}
