import type { SnowflakeType } from '../../../../shared/sql/types.ts';
import type { Bound } from '../../bind/bound.ts';
import type { BindValue } from '../../bind/context.ts';
import { INTEGER, VARCHAR } from '../../bind/literal.ts';
import { decodedValue } from '../result-scan.ts';

/** A value outside the database: that of a variable, an argument, a RETURN. `text` is in the row set's encoding (encode.ts). */
export interface ScriptValue {
  type: SnowflakeType;
  text: string | null;
}

/** The value as an operand of an expression or statement. */
export function boundValue(value: ScriptValue): Bound {
  return decodedValue(value.text, value.type);
}

export function nullValue(type: SnowflakeType): ScriptValue {
  return { type, text: null };
}

export function textValue(text: string | null): ScriptValue {
  return { type: VARCHAR, text };
}

export function integerValue(value: number | bigint | null): ScriptValue {
  return { type: INTEGER, text: value === null ? null : String(value) };
}

export function booleanValue(value: boolean | null): ScriptValue {
  return { type: { name: 'BOOLEAN' }, text: value === null ? null : value ? '1' : '0' };
}

/** The value as a driver would bind it: dates in milliseconds, times and timestamps in nanoseconds. */
export function bindOf({ type, text }: ScriptValue): BindValue {
  const kind = BIND_TYPES[type.name] ?? type.name;
  if (text === null) return { type: kind, value: null };
  switch (type.name) {
    case 'DATE':
      return { type: kind, value: String(BigInt(text) * 86_400_000n) };
    case 'TIME':
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
      return { type: kind, value: nanoseconds(text) };
    case 'TIMESTAMP_TZ':
      return { type: kind, value: `${nanoseconds(text)} ${text.split(' ')[1]}` };
    default:
      return { type: kind, value: text };
  }
}

const BIND_TYPES: Record<string, string> = { NUMBER: 'FIXED', FLOAT: 'REAL', VARCHAR: 'TEXT', NULL: 'TEXT' };

/** `seconds.fraction[ offset]` */
function nanoseconds(text: string): string {
  const [seconds = '', fraction = ''] = text.split(' ')[0]!.split('.');
  return `${seconds}${fraction.padEnd(9, '0')}`.replace(/^(-?)0+(?=\d)/, '$1');
}
