import { duckType, type SnowflakeType } from '../../../shared/sql/types.ts';
import type { Bound } from './bound.ts';

/** A Bound made from others: it is an aggregate or windowed when one of them is. */
export function value(sql: string, type: SnowflakeType, ...from: Bound[]): Bound {
  return {
    sql,
    type,
    ...(from.some((one) => one.aggregate) ? { aggregate: true } : {}),
    ...(from.some((one) => one.windowed) ? { windowed: true } : {}),
  };
}

/** A typed NULL. */
export function nullOf(type: SnowflakeType): Bound {
  return { sql: `NULL::${duckType(type)}`, type, constant: null };
}

/** The text as a DuckDB string literal. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`.replaceAll('\0', "' || chr(0) || '");
}

/**
 * `body` with each input evaluated once a row, however often `body` names it: nested calls must not grow the SQL
 * exponentially, and RANDOM() must not be drawn twice. Inputs that cost nothing are named directly; `body` may
 * refer to nothing but the names it is given.
 */
export function once(inputs: string[], body: (...names: string[]) => string): string {
  if (inputs.every(isCheap)) return body(...inputs);
  // Named by content, so that equal expressions stay equal text (GROUP BY compares them).
  const name = `v${hash(inputs.join('\n'))}`;
  if (inputs.length === 1) return `list_transform([${inputs[0]}], lambda ${name}: ${body(name)})[1]`;
  const fields = inputs.map((input, index) => `f${index}: ${input}`).join(', ');
  const names = inputs.map((_, index) => `${name}.f${index}`);
  return `list_transform([{${fields}}], lambda ${name}: ${body(...names)})[1]`;
}

function isCheap(sql: string): boolean {
  return /^(?:[\w.]+|"[^"]*"|'[^']*'|NULL|[\w.']+::[\w(), ]+)$/.test(sql) && sql.length <= 60;
}

function hash(text: string): string {
  let state = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    state = Math.imul(state ^ text.charCodeAt(index), 0x01000193);
  }
  return (state >>> 0).toString(36);
}
