import { duckType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../bound.ts';
import { asFloat, asInteger, cast } from '../cast.ts';
import { FLOAT, number } from '../literal.ts';
import { once, value } from '../value.ts';
import { constantText, numeric, scalar } from './define.ts';
import type { CallFacts, FunctionDefinition } from './registry.ts';

/**
 * ROUND, CEIL and FLOOR: half away from zero, exact for NUMBER. A constant scale becomes the result's scale.
 * docs.snowflake.com, "Rounding and truncation functions". TRUNC is in trunc.ts.
 */
export const ROUNDING: FunctionDefinition[] = [
  ...scalar('ROUND', [1, 3], (args, call) => {
    const mode =
      args[2] === undefined ? 'HALF_AWAY_FROM_ZERO' : constantText(args[2], call, '3').toUpperCase();
    return round(args[0]!, args[1], mode === 'HALF_TO_EVEN' ? 'even' : 'round', call);
  }),
  ...scalar('CEIL', [1, 2], (args, call) => round(args[0]!, args[1], 'ceil', call)),
  ...scalar('FLOOR', [1, 2], (args, call) => round(args[0]!, args[1], 'floor', call)),
];

type How = 'round' | 'even' | 'ceil' | 'floor' | 'trunc';

/** The number rounded to `places` decimals (0 when not given). */
export function round(arg: Bound, places: Bound | undefined, how: How, call: CallFacts): Bound {
  const subject = numeric(arg, call);
  const constant = places === undefined ? 0n : places.constant;
  if (subject.type.name !== 'NUMBER') return roundFloat(subject, places, how);
  const { precision, scale } = subject.type;
  if (typeof constant === 'bigint') {
    const kept = Math.min(scale, Math.max(Number(constant), 0));
    const type = number(Math.min(38, precision - scale + kept + (how === 'trunc' ? 0 : 1)), kept);
    return value(
      once([subject.sql], (x) => roundNumber(x, scale, Number(constant), how, duckType(type))),
      type,
      subject,
    );
  }
  // A scale known only at run time leaves the type alone.
  const type = number(Math.min(38, precision + (how === 'trunc' ? 0 : 1)), scale);
  const at = asInteger(places!);
  const sql = once([subject.sql, at.sql], (x, n) => {
    const branches = [];
    for (let step = scale - 1; step >= scale - precision && step > -38; step--) {
      branches.push(`WHEN ${step} THEN ${roundNumber(x, scale, step, how, duckType(type))}`);
    }
    return `CASE WHEN ${n} IS NULL THEN NULL WHEN ${n} >= ${scale} THEN ${x}::${duckType(type)} ELSE CASE ${n} ${branches.join(' ')} ELSE 0 END END`;
  });
  return value(sql, type, subject, at);
}

function roundNumber(x: string, scale: number, places: number, how: How, type: string): string {
  if (places >= scale) return `${x}::${type}`;
  const unit =
    places >= 0
      ? `${unitText(places)}::DECIMAL(${places + 1},${places})`
      : `1${'0'.repeat(-places)}::DECIMAL(${1 - places},0)`;
  if (how === 'even') return `CAST(round_even(${x}::DOUBLE, ${places}) AS ${type})`;
  if (how === 'round') {
    if (places >= 0) return `CAST(CAST(${x} AS DECIMAL(38,${places})) AS ${type})`;
    return `CAST(round(${x}, ${places}) AS ${type})`;
  }
  const truncated = `(${x} - ${x} % ${unit})`;
  if (how === 'trunc') return `CAST(${truncated} AS ${type})`;
  const step =
    how === 'ceil'
      ? `WHEN ${x} > ${truncated} THEN ${truncated} + ${unit}`
      : `WHEN ${x} < ${truncated} THEN ${truncated} - ${unit}`;
  return `CAST(CASE ${step} ELSE ${truncated} END AS ${type})`;
}

function unitText(places: number): string {
  return places === 0 ? '1' : `0.${'0'.repeat(places - 1)}1`;
}

function roundFloat(subject: Bound, places: Bound | undefined, how: How): Bound {
  const x = asFloat(subject);
  if (places === undefined)
    return value(`${how === 'even' ? 'round_even' : how}(${x.sql}${how === 'even' ? ', 0' : ''})`, FLOAT, x);
  const at = cast(places, number(38, 0));
  if (how === 'round' || how === 'even') {
    return value(`${how === 'even' ? 'round_even' : 'round'}(${x.sql}, ${at.sql}::INTEGER)`, FLOAT, x, at);
  }
  return value(
    once([x.sql, at.sql], (v, n) => `(${how}(${v} * pow(10, ${n}::DOUBLE)) / pow(10, ${n}::DOUBLE))`),
    FLOAT,
    x,
    at,
  );
}
