import { MAX_VARCHAR, type SnowflakeType } from '../../../../shared/sql/types.ts';

const TEXT: SnowflakeType = { name: 'VARCHAR', length: MAX_VARCHAR };

/** The narrowest type that holds all values of a column: texts of a CSV file, or members of JSON objects. */
export function inferredType(values: readonly unknown[]): SnowflakeType {
  const given = values.filter((value) => value !== null && value !== '');
  if (given.length === 0) return TEXT;
  return given.map(typeOfValue).reduce(commonType);
}

/** One type for values of two: numbers widen, anything else is text. */
export function commonType(a: SnowflakeType, b: SnowflakeType): SnowflakeType {
  if (a.name === 'NUMBER' && b.name === 'NUMBER') {
    const scale = Math.max(a.scale, b.scale);
    const whole = Math.max(a.precision - a.scale, b.precision - b.scale);
    return { name: 'NUMBER', precision: Math.min(38, whole + scale), scale };
  }
  const isNumeric = (type: SnowflakeType): boolean => type.name === 'NUMBER' || type.name === 'FLOAT';
  if (isNumeric(a) && isNumeric(b)) return { name: 'FLOAT' };
  if (a.name === b.name) return a;
  const nested = ['ARRAY', 'OBJECT', 'VARIANT'];
  return nested.includes(a.name) || nested.includes(b.name) ? { name: 'VARIANT' } : TEXT;
}

function typeOfValue(value: unknown): SnowflakeType {
  if (typeof value === 'boolean') return { name: 'BOOLEAN' };
  if (Array.isArray(value)) return { name: 'ARRAY' };
  if (typeof value === 'object') return { name: 'OBJECT' };
  const text = String(value);
  const [, whole, fraction] = /^[+-]?(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole !== undefined) {
    const scale = fraction?.length ?? 0;
    const precision = whole.replace(/^0+(?=\d)/, '').length + scale;
    return precision > 38 ? { name: 'FLOAT' } : { name: 'NUMBER', precision, scale };
  }
  if (typeof value === 'number' || /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
    return { name: 'FLOAT' };
  if (/^(true|false)$/i.test(text)) return { name: 'BOOLEAN' };
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return { name: 'DATE' };
  if (/^\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text)) return { name: 'TIME', scale: 9 };
  if (/^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text))
    return { name: 'TIMESTAMP_NTZ', scale: 9 };
  return TEXT;
}
