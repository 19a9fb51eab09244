import type { CallProcedure, Expression } from '../../../../shared/sql/ast.ts';
import { parseExpressionText } from '../../../../shared/sql/parse.ts';
import { compilationError, type SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { formatType, type SnowflakeType } from '../../../../shared/sql/types.ts';
import { cast } from '../../bind/cast.ts';
import { plainError } from '../../bind/scope.ts';
import { formatName, nameParts, resolveName } from '../names.ts';
import type { RoutineRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { convertAll } from './convert.ts';
import { evaluateIn } from './evaluate.ts';
import { procedureRecord } from './procedure.ts';
import type { ScriptValue } from './script-value.ts';

/** An argument's value, by the parameter that it is for: its place, or its name with `=>`. */
export type GivenArguments = { positional: ScriptValue[]; named: Map<string, ScriptValue> };

/** The overload that a CALL means, and the values that it gives. @throws 002140 and 001044 as for functions */
export async function chooseProcedure(
  statement: CallProcedure,
  session: Session,
  run: Run,
): Promise<{ procedure: RoutineRecord; values: GivenArguments }> {
  const values = await givenArguments(statement, session, run);
  if (statement.anonymous !== null) {
    const name = nameParts(statement.name, session, run).at(-1)!;
    const made = nameParts(statement.anonymous.name, session, run)[0]!;
    if (name !== made) throw unknownProcedure(name, statement);
    // It runs with the rights of its caller.
    const procedure: RoutineRecord = {
      ...procedureRecord(statement.anonymous, session, run),
      name,
      executeAs: 'CALLER',
    };
    if (bestOverload([procedure], values) === undefined) throw otherArguments(name, values, statement);
    return { procedure, values };
  }
  const name = resolveName(statement.name, session, run);
  const overloads = session.engine.catalog
    .list('PROCEDURE', { database: name.database, schema: name.schema })
    .filter((one) => one.name === name.name);
  if (overloads.length === 0) throw unknownProcedure(formatName(name), statement);
  const best = bestOverload(overloads, values);
  if (best === undefined) throw otherArguments(name.name, values, statement);
  return { procedure: best, values };
}

function unknownProcedure(name: string, statement: CallProcedure): SnowflakeError {
  return plainError('002140', '42601', `Unknown user-defined function ${name}`, statement.name.start);
}

function otherArguments(name: string, values: GivenArguments, statement: CallProcedure): SnowflakeError {
  const given = [...values.positional, ...values.named.values()].map((one) => formatType(one.type));
  return compilationError(
    '001044',
    '42P13',
    `Invalid argument types for function '${name}': (${given.join(', ')})`,
    statement.name.start,
  );
}

async function givenArguments(statement: CallProcedure, session: Session, run: Run): Promise<GivenArguments> {
  const positional: ScriptValue[] = [];
  for (const arg of statement.args) positional.push(await value(arg, session, run));
  const named = new Map<string, ScriptValue>();
  for (const arg of statement.namedArgs) named.set(arg.name.name, await value(arg.value, session, run));
  return { positional, named };
}

function value(expression: Expression, session: Session, run: Run): Promise<ScriptValue> {
  return evaluateIn(expression, session, run, (bound) => bound);
}

/** The overload whose types are nearest: equal types before those that a conversion reaches. */
export function bestOverload(overloads: RoutineRecord[], given: GivenArguments): RoutineRecord | undefined {
  let best: { routine: RoutineRecord; distance: number } | undefined;
  for (const routine of overloads) {
    const distance = distanceTo(routine, given);
    if (distance !== undefined && (best === undefined || distance < best.distance))
      best = { routine, distance };
  }
  return best?.routine;
}

/** Undefined: the arguments do not fit. */
function distanceTo(routine: RoutineRecord, given: GivenArguments): number | undefined {
  const { parameters } = routine;
  if (given.positional.length > parameters.length) return undefined;
  for (const name of given.named.keys())
    if (!parameters.slice(given.positional.length).some((one) => one.name === name)) return undefined;
  let distance = 0;
  for (const [index, parameter] of parameters.entries()) {
    const argument = given.positional[index] ?? given.named.get(parameter.name);
    if (argument === undefined) {
      if (parameter.default === undefined) return undefined;
      distance += 0.01;
      continue;
    }
    const step = conversion(argument.type, parameter.type);
    if (step === undefined) return undefined;
    distance += step;
  }
  return distance;
}

/** How far an argument's type is from a parameter's; undefined where there is no conversion. */
function conversion(from: SnowflakeType, to: SnowflakeType): number | undefined {
  if (from.name === to.name) return 0;
  if (from.name === 'NULL') return 1;
  if (from.name === 'NUMBER' && to.name === 'FLOAT') return 1;
  if (to.name === 'VARIANT') return 2;
  if (from.name.startsWith('TIMESTAMP') && to.name.startsWith('TIMESTAMP')) return 1;
  if (from.name === 'DATE' && to.name.startsWith('TIMESTAMP')) return 2;
  if (from.name === 'VARIANT' || to.name === 'VARCHAR') return 4;
  if (from.name === 'VARCHAR') return to.name === 'BINARY' || isSemiStructured(to) ? undefined : 4;
  if (from.name === 'BOOLEAN' || to.name === 'BOOLEAN')
    return from.name === 'NUMBER' || to.name === 'NUMBER' ? 5 : undefined;
  if (from.name === 'FLOAT' && to.name === 'NUMBER') return 3;
  return undefined;
}

function isSemiStructured(type: SnowflakeType): boolean {
  return type.name === 'OBJECT' || type.name === 'ARRAY';
}

/** One value per parameter, of its type; a DEFAULT where none is given. */
export async function bindArguments(
  procedure: RoutineRecord,
  given: GivenArguments,
  session: Session,
  run: Run,
): Promise<ScriptValue[]> {
  const values: ScriptValue[] = [];
  for (const [index, parameter] of procedure.parameters.entries()) {
    const argument = given.positional[index] ?? given.named.get(parameter.name);
    values.push(
      argument ??
        (await evaluateIn(
          parseExpressionText(parameter.default!),
          session,
          { ...run, text: parameter.default! },
          (bound) => cast(bound, parameter.type),
        )),
    );
  }
  return convertAll(
    values,
    procedure.parameters.map((one) => one.type),
    session,
  );
}
