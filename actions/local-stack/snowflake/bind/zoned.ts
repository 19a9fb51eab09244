import type { Bound } from './bound.ts';
import { cast } from './cast.ts';
import { LTZ, NTZ, TZ } from './literal.ts';
import { once, value } from './value.ts';

/** Functions of a moment whose result keeps the offset of their argument. */
const KEEP = new Set([
  'DATEADD',
  'TIMEADD',
  'TIMESTAMPADD',
  'DATE_TRUNC',
  'TRUNC',
  'TRUNCATE',
  'ADD_MONTHS',
  'TIME_SLICE',
]);
/** Functions of the date and time that a clock at that offset shows. */
const WALL = new Set(['LAST_DAY', 'NEXT_DAY', 'PREVIOUS_DAY', 'DAYNAME', 'MONTHNAME']);
/** Functions of instants. */
const INSTANT = new Set(['DATEDIFF', 'TIMEDIFF', 'TIMESTAMPDIFF', 'MONTHS_BETWEEN']);

/**
 * Binds a function whose definition knows no TIMESTAMP_TZ: over the wall clock of its argument, or over instants.
 * Source: docs.snowflake.com, "Date & time data types", TIMESTAMP_TZ: operations are performed with the offset of
 * each record.
 */
export function withoutZones(name: string, args: Bound[], bind: (args: Bound[]) => Bound): Bound {
  const zoned = args.find((arg) => arg.type.name === 'TIMESTAMP_TZ');
  if (zoned === undefined) return bind(args);
  const replaced = (type: typeof LTZ): Bound[] =>
    args.map((arg) => (arg.type.name === 'TIMESTAMP_TZ' ? cast(arg, type) : arg));
  if (INSTANT.has(name)) return bind(replaced(LTZ));
  if (WALL.has(name)) return bind(replaced(NTZ));
  if (KEEP.has(name))
    return onWallClock(
      zoned,
      args.filter((arg) => arg !== zoned),
      (wall) => bind(args.map((arg) => (arg === zoned ? wall : arg))),
    );
  return bind(args);
}

/**
 * What `over` makes of the wall-clock time of a TIMESTAMP_TZ, at the same offset again. `others` is what else `over`
 * takes: where that is constant, the moment is evaluated once, so that nested calls do not double with each level.
 */
export function onWallClock(zoned: Bound, others: Bound[], over: (wall: Bound) => Bound): Bound {
  const made = over(cast(zoned, NTZ));
  if (made.type.name !== 'TIMESTAMP_NTZ') return made;
  const back = (wall: string, x: string): string => `sf_from_wall(${wall}, struct_extract(${x}, 'o'))`;
  const isConstant = others.every((other) => other.constant !== undefined);
  const sql = isConstant
    ? once([zoned.sql], (x) => back(over({ sql: `sf_wall(${x})`, type: NTZ }).sql, x))
    : once([made.sql, zoned.sql], back);
  return value(sql, TZ, made, zoned);
}
