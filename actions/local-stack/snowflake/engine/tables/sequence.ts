import type { AlterObject, CreateObject } from '../../../../shared/sql/ast.ts';
import { alreadyExists, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { plainError } from '../../bind/scope.ts';
import { formatName, requireSchema, resolveName } from '../names.ts';
import { numberProperty, requireKnown, stringProperty } from '../objects/properties.ts';
import type { SequenceRecord } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { createSequenceSql } from './storage.ts';

/** CREATE SEQUENCE. Values are unique and in order; ORDER and NOORDER make no difference here. */
export async function createSequence(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  requireKnown(statement.properties, ['START', 'INCREMENT', 'ORDER', 'NOORDER'], 'SEQUENCE');
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER SEQUENCE', statement.start);
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  const { catalog } = session.engine;
  const existing = catalog.find(['SEQUENCE'], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  const record: SequenceRecord = {
    kind: 'SEQUENCE',
    id: catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    start: numberProperty(statement.properties, 'START') ?? 1,
    increment: numberProperty(statement.properties, 'INCREMENT') ?? 1,
    ordered: statement.properties.some(({ name }) => name === 'ORDER'),
  };
  if (record.increment === 0) {
    throw plainError('002264', '42601', 'Increment of a sequence must not be 0.', statement.start);
  }
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.save({ ...existing, droppedAt: session.engine.now() });
    await transaction.run(createSequenceSql(`data.s${record.id}`, record.start, record.increment));
    await transaction.save(record);
  });
  return statusResult(`Sequence ${name.name} successfully created.`);
}

/** ALTER SEQUENCE … SET INCREMENT | COMMENT. A new increment counts from the last value. */
export async function alterSequence(
  record: SequenceRecord,
  action: AlterObject['action'],
  { start }: AlterObject,
  session: Session,
): Promise<SequenceRecord> {
  if (action.kind === 'unset' && action.names.every((name) => name === 'COMMENT'))
    return { ...record, comment: '' };
  if (action.kind !== 'set') throw notSupportedHere(`ALTER SEQUENCE … ${action.kind}`, start);
  requireKnown(action.properties, ['INCREMENT', 'COMMENT', 'ORDER', 'NOORDER'], 'SEQUENCE');
  const increment = numberProperty(action.properties, 'INCREMENT') ?? record.increment;
  const altered = {
    ...record,
    increment,
    comment: stringProperty(action.properties, 'COMMENT') ?? record.comment,
  };
  if (increment === record.increment) return altered;
  if (increment === 0) throw plainError('002264', '42601', 'Increment of a sequence must not be 0.', start);
  await session.define(async (transaction) => {
    const [row] = await transaction.query(
      `SELECT last_value FROM duckdb_sequences() WHERE schema_name = 'data' AND sequence_name = 's${record.id}'`,
    );
    const next = row?.[0] == null ? record.start : Number(row[0]) + increment;
    await transaction.run(`DROP SEQUENCE data.s${record.id}`);
    await transaction.run(createSequenceSql(`data.s${record.id}`, next, increment));
  });
  return altered;
}
