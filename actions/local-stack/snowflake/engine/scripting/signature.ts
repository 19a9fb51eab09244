import { formatType, MAX_BINARY, MAX_VARCHAR, type SnowflakeType } from '../../../../shared/sql/types.ts';
import type { RoutineRecord } from '../objects.ts';

/** Whether two routines of one name would be the same: sizes of types do not tell overloads apart. */
export function sameSignature(a: RoutineRecord, b: RoutineRecord): boolean {
  return sameTypes(typesOf(a), typesOf(b));
}

export function sameTypes(left: readonly SnowflakeType[], right: readonly SnowflakeType[]): boolean {
  return left.length === right.length && left.every((type, index) => type.name === right[index]!.name);
}

export function typesOf(routine: RoutineRecord): SnowflakeType[] {
  return routine.parameters.map((parameter) => parameter.type);
}

/** `P(NUMBER, VARCHAR)`, as messages name a routine. */
export function signatureOf(routine: RoutineRecord): string {
  return `${routine.name}(${typesOf(routine).map(bareType).join(', ')})`;
}

/** `(A NUMBER, B VARCHAR DEFAULT 'x')`, as DESCRIBE and INFORMATION_SCHEMA show it. */
export function signatureText(routine: RoutineRecord): string {
  const parameters = routine.parameters.map(
    ({ name, type, default: otherwise, out }) =>
      `${name} ${out === true ? 'OUT ' : ''}${bareType(type)}${otherwise === undefined ? '' : ` DEFAULT ${otherwise}`}`,
  );
  return `(${parameters.join(', ')})`;
}

/** `P(NUMBER, DEFAULT VARCHAR) RETURN NUMBER`, as SHOW gives the arguments. */
export function shownSignature(routine: RoutineRecord): string {
  const types = routine.parameters.map(
    ({ type, default: otherwise }) => `${otherwise === undefined ? '' : 'DEFAULT '}${bareType(type)}`,
  );
  return `${routine.name}(${types.join(', ')}) RETURN ${returnsWord(routine)}`;
}

/** `NUMBER` or `TABLE (A NUMBER)`. */
export function returnsWord({ returns }: RoutineRecord): string {
  if (!('table' in returns)) return bareType(returns);
  return `TABLE (${returns.table.map((column) => `${column.name} ${bareType(column.type)}`).join(', ')})`;
}

/** A type without the sizes that it has anyway. */
function bareType(type: SnowflakeType): string {
  const isDefault =
    (type.name === 'NUMBER' && type.precision === 38 && type.scale === 0) ||
    (type.name === 'VARCHAR' && type.length === MAX_VARCHAR) ||
    (type.name === 'BINARY' && type.length === MAX_BINARY) ||
    ('scale' in type && type.name !== 'NUMBER' && type.scale === 9);
  return isDefault ? type.name : formatType(type);
}
