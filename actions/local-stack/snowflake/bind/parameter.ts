import type { Bind, SessionVariable } from '../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../shared/sql/snowflake-error.ts';
import type { Bound } from './bound.ts';
import { cast, literal } from './cast.ts';
import type { BindValue } from './context.ts';
import { bindExpression } from './expression.ts';
import { BOOLEAN, DATE, FLOAT, LTZ, NTZ, numberLiteral, TIME, TZ, VARCHAR, VARIANT } from './literal.ts';
import { plainError, type Scope } from './scope.ts';
import { nullOf } from './value.ts';

/** `$name`: the value that SET gave, with its type. */
export function bindVariable(node: SessionVariable, scope: Scope): Bound {
  const variable = scope.context.session.variables.get(node.name);
  if (variable === undefined) {
    throw plainError('002211', '02000', `Session variable '$${node.name}' does not exist`, node.start);
  }
  if (variable.value === null) return nullOf(variable.type);
  if (variable.type.name === 'VARCHAR') return literal(variable.value);
  const isInteger = variable.type.name === 'NUMBER' && variable.type.scale === 0;
  return {
    ...cast(literal(variable.value), variable.type),
    constant: isInteger ? BigInt(variable.value) : variable.value,
  };
}

/** `?`, `:1`, `:name` */
export function bindParameter(node: Bind, scope: Scope): Bound {
  if (node.name !== null) {
    const variable = scope.context.scriptVariable(node.name);
    if (variable !== undefined) return variable;
    throw plainError('002049', '42601', `Bind variable :${node.name} not set.`, node.start);
  }
  const bind = scope.context.binds[node.index ?? -1];
  if (bind === undefined) {
    throw plainError(
      '002049',
      '42601',
      `Bind variable ${node.index === null ? '?' : `:${node.index + 1}`} not set.`,
      node.start,
    );
  }
  if (bind.column === undefined) return bindValue(bind, node);
  const at = { quoted: true, start: node.start, end: node.end };
  const parts = [BIND_ROWS, bind.column].map((name) => ({ name, ...at }));
  return bindExpression({ kind: 'column', parts, start: node.start, end: node.end }, scope);
}

/** The relation whose columns stand for binds in a statement with rows of them. */
export const BIND_ROWS = 'bind rows';

/** A bind as the drivers send it: dates in milliseconds, times and timestamps in nanoseconds, binary in hex. */
function bindValue(bind: BindValue, node: Bind): Bound {
  const { value } = bind;
  switch (bind.type) {
    case 'FIXED':
      return value === null
        ? nullOf({ name: 'NUMBER', precision: 38, scale: 0 })
        : numberLiteral(value.trim());
    case 'REAL':
      return value === null ? nullOf(FLOAT) : { ...cast(literal(value), FLOAT), constant: Number(value) };
    case 'TEXT':
    case 'ANY':
      return value === null ? nullOf(VARCHAR) : literal(value);
    case 'BOOLEAN':
      return value === null ? nullOf(BOOLEAN) : literal(/^(?:true|1)$/i.test(value));
    case 'DATE':
      return value === null
        ? nullOf(DATE)
        : { sql: `DATE '${isoTime(BigInt(value) * 1_000_000n).slice(0, -16)}'`, type: DATE };
    case 'TIME':
      return value === null
        ? nullOf(TIME)
        : { sql: `TIME '${isoTime(BigInt(value)).slice(-15)}'`, type: TIME };
    case 'TIMESTAMP_NTZ':
      return value === null ? nullOf(NTZ) : { sql: `TIMESTAMP '${isoTime(BigInt(value))}'`, type: NTZ };
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ': {
      const type = bind.type === 'TIMESTAMP_LTZ' ? LTZ : TZ;
      if (value === null) return nullOf(type);
      // A TIMESTAMP_TZ comes with its offset in minutes, plus 1440, behind a space.
      const [nanoseconds, offset] = value.split(' ');
      const instant = `TIMESTAMPTZ '${isoTime(BigInt(nanoseconds!))}+00'`;
      if (type === LTZ) return { sql: instant, type };
      return { sql: `sf_zoned(${instant}, ${Number(offset ?? 1440) - 1440})`, type };
    }
    case 'BINARY':
      return cast(value === null ? literal(null) : literal(value), { name: 'BINARY', length: 8_388_608 });
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY':
      return value === null ? nullOf(VARIANT) : { sql: `${literal(value).sql}::JSON`, type: VARIANT };
    default:
      throw notSupportedHere(`a bind of type ${bind.type}`, node.start);
  }
}

/** `YYYY-MM-DD HH:MM:SS.ffffff` of nanoseconds since 1970; what is smaller than a microsecond is cut. */
export function isoTime(nanoseconds: bigint): string {
  const floor = (nanoseconds - (((nanoseconds % 1000n) + 1000n) % 1000n)) / 1000n;
  const micros = ((floor % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((floor - micros) / 1000n)).toISOString();
  return `${iso.slice(0, -5).replace('T', ' ')}.${micros.toString().padStart(6, '0')}`;
}
