import { compilationError } from '../../../shared/sql/snowflake-error.ts';
import type { BindValue } from '../bind/context.ts';
import type { BindRows } from '../engine/dml/bind-rows.ts';

/** A statement's binds: one value each, or many rows of them (array binds). */
export interface Binds {
  binds: BindValue[];
  bindRows?: BindRows;
}

/**
 * Binds as the drivers send them: `bindings` numbered from "1", each with a value or an array of values; or the stage
 * that a driver has uploaded many rows to (`bindStage`).
 * @throws SnowflakeError 002049 for arrays of different lengths, or arrays beside single values
 */
export function readBinds(body: Record<string, unknown>): Binds {
  const { bindings, bindStage } = body;
  if (typeof bindStage === 'string' && bindStage !== '')
    return { binds: [], bindRows: { kind: 'stage', location: bindStage } };
  if (typeof bindings !== 'object' || bindings === null) return { binds: [] };
  const given = Object.entries(bindings as Record<string, { type?: unknown; value?: unknown }>)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, bind]) => ({ type: String(bind?.type ?? 'TEXT').toUpperCase(), value: bind?.value ?? null }));
  const arrays = given.flatMap(({ type, value }) =>
    Array.isArray(value) ? [{ type, values: value.map(textOf) }] : [],
  );
  if (arrays.length === 0) return { binds: given.map(({ type, value }) => ({ type, value: textOf(value) })) };
  const lengths = new Set(arrays.map(({ values }) => values.length));
  if (arrays.length < given.length || lengths.size > 1) {
    const counts = given.map(({ value }) => (Array.isArray(value) ? value.length : 'a single value'));
    throw compilationError(
      '002049',
      '42601',
      `Array binds have different numbers of values: ${counts.join(', ')}.`,
    );
  }
  return { binds: [], bindRows: { kind: 'values', columns: arrays } };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
