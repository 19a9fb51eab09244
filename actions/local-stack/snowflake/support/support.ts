import { allFunctions } from '../bind/functions/registry.ts';
import type { SupportArea } from './entry.ts';
import { QUERIES } from './queries.ts';
import { STATEMENTS } from './statements.ts';
import { TYPES } from './types.ts';

/** Everything that docs/local-snowflake/support.md and SYSTEM$LOCAL_SUPPORT() tell: the one place where it is written. */
export const SUPPORT: readonly SupportArea[] = [QUERIES, TYPES, STATEMENTS];

/**
 * SYSTEM$LOCAL_SUPPORT(): JSON of `constructs` (area, construct, status, how, topic) and `functions` (name, kind,
 * status, how). What is in neither is refused by name when it is met.
 */
export function localSupport(): string {
  const constructs = SUPPORT.flatMap(({ area, entries }) =>
    entries.map(({ construct, status, how, topic }) => ({ area, construct, status, how, topic })),
  );
  const functions = allFunctions().map(({ name, kind, approximated }) => ({
    name,
    kind,
    status: approximated === undefined ? 'supported' : 'approximated',
    how: approximated,
  }));
  return JSON.stringify({ constructs, functions });
}
