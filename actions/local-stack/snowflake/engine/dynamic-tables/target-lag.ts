import type { Property } from '../../../../shared/sql/ast.ts';
import { plainError } from '../../bind/scope.ts';
import { property } from '../objects/properties.ts';

const SECONDS: Record<string, number> = { SECOND: 1, MINUTE: 60, HOUR: 3600, DAY: 86_400 };

/** TARGET_LAG = '<n> seconds|minutes|hours|days' (60 seconds at least) or DOWNSTREAM; undefined: not given. */
export function targetLag(properties: Property[], table: string): string | undefined {
  const given = property(properties, 'TARGET_LAG');
  if (given === undefined) return undefined;
  const { value } = given;
  if (value.kind === 'word' && value.parts.length === 1 && value.parts[0]!.name === 'DOWNSTREAM')
    return 'DOWNSTREAM';
  const lag = value.kind === 'string' ? value.value.trim().toLowerCase() : '';
  if (lag === 'downstream') return 'DOWNSTREAM';
  if ((lagSeconds(lag) ?? 0) >= 60) return lag;
  throw plainError(
    '002736',
    '22023',
    `TARGET_LAG value of Dynamic Table '${table}' unsupported. It is DOWNSTREAM or a time of at least 60 seconds.`,
    value.start,
  );
}

/** Seconds of `5 minutes`; null for DOWNSTREAM and for what is no time. */
export function lagSeconds(lag: string): number | null {
  const [, count, unit] = /^(\d+)\s+(second|minute|hour|day)s?$/i.exec(lag) ?? [];
  return count === undefined ? null : Number(count) * SECONDS[unit!.toUpperCase()]!;
}
