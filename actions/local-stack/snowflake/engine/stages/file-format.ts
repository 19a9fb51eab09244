import type { AlterObject, CreateObject, Identifier, Property } from '../../../../shared/sql/ast.ts';
import { parseObjectName } from '../../../../shared/sql/parse.ts';
import { alreadyExists, compilationError, notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { findObject, formatName, fullName, requireSchema, resolveName } from '../names.ts';
import { property } from '../objects/properties.ts';
import type { FileFormatRecord, FileFormatReference } from '../objects.ts';
import { type StatementResult, statusResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import {
  type FormatOptions,
  type FormatType,
  formatType,
  readFormatOptions,
  withDefaults,
} from './format-options.ts';

/** A file format with every option in place, ready to read files by. */
export interface EffectiveFormat {
  type: FormatType;
  options: FormatOptions;
}

/** CREATE FILE FORMAT. */
export async function createFileFormat(
  statement: CreateObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  const name = resolveName(statement.name, session, run);
  requireSchema(session, name);
  if (statement.orAlter) throw notSupportedHere('CREATE OR ALTER FILE FORMAT', statement.start);
  const { catalog } = session.engine;
  const existing = catalog.find(['FILE FORMAT'], name.database, name.schema, name.name);
  if (existing !== undefined && statement.ifNotExists) {
    return statusResult(`${name.name} already exists, statement succeeded.`);
  }
  if (existing !== undefined && !statement.orReplace)
    throw alreadyExists(formatName(name), statement.name.start);
  const { type, options } = readTyped(statement.properties);
  const record: FileFormatRecord = {
    kind: 'FILE FORMAT',
    id: catalog.nextId(),
    ...name,
    createdAt: run.startedAt,
    droppedAt: null,
    owner: session.role,
    comment: statement.comment ?? '',
    type,
    options,
  };
  await session.define(async (transaction) => {
    if (existing !== undefined) await transaction.forget(existing.id);
    await transaction.save(record);
  });
  return statusResult(`File format ${name.name} successfully created.`);
}

/** ALTER FILE FORMAT … SET | UNSET | RENAME TO. */
export async function alterFileFormat(
  statement: AlterObject,
  session: Session,
  run: Run,
): Promise<StatementResult> {
  if (statement.name === null) throw notSupportedHere('ALTER FILE FORMAT without a name', statement.start);
  const full = resolveName(statement.name, session, run);
  const found = session.engine.catalog.find(['FILE FORMAT'], full.database, full.schema, full.name);
  if (found === undefined) {
    if (statement.ifExists) return statusResult('Statement executed successfully.');
    findObject(['FILE FORMAT'], statement.name, session, run);
    throw notSupportedHere('ALTER FILE FORMAT', statement.start);
  }
  const record = structuredClone(found);
  const { action } = statement;
  if (action.kind === 'set') {
    const properties = action.properties.filter((one) => one.name !== 'COMMENT' && one.name !== 'TYPE');
    Object.assign(record.options, readFormatOptions(record.type, properties));
    const type = property(action.properties, 'TYPE');
    if (type !== undefined && formatType(type) !== record.type)
      throw compilationError('001420', '22023', 'the type of a file format cannot be changed', type.start);
    const comment = property(action.properties, 'COMMENT');
    if (comment?.value.kind === 'string') record.comment = comment.value.value;
  } else if (action.kind === 'unset') {
    for (const name of action.names) {
      if (name === 'COMMENT') record.comment = '';
      else delete record.options[name];
    }
  } else if (action.kind === 'rename') {
    const to = resolveName(action.to, session, run);
    requireSchema(session, to);
    if (session.engine.catalog.find(['FILE FORMAT'], to.database, to.schema, to.name) !== undefined)
      throw alreadyExists(formatName(to), action.to.start);
    Object.assign(record, to);
  } else {
    throw notSupportedHere(`ALTER FILE FORMAT ${action.kind}`, statement.start);
  }
  await session.define((transaction) => transaction.save(record));
  return statusResult('Statement executed successfully.');
}

/** What `FILE_FORMAT = …` says: a name, or TYPE and options. A name must exist. */
export function readFileFormat(found: Property, session: Session): FileFormatReference {
  const { value } = found;
  switch (value.kind) {
    case 'string':
      return named(parseObjectName(value.value), {}, session, found);
    case 'word':
      return named(value.parts, {}, session, found);
    case 'properties': {
      const name = property(value.properties, 'FORMAT_NAME');
      if (name === undefined) {
        const { type, options } = readTyped(value.properties);
        return { name: null, options: { TYPE: type, ...options } };
      }
      const parts =
        name.value.kind === 'string'
          ? parseObjectName(name.value.value)
          : name.value.kind === 'word'
            ? name.value.parts
            : [];
      const base = named(parts, {}, session, name);
      const { type } = effectiveFormat(base, session);
      const others = value.properties.filter((one) => one !== name && one.name !== 'TYPE');
      return { ...base, options: readFormatOptions(type, others) };
    }
    case 'list':
      if (value.items.length === 0) return { name: null, options: { TYPE: 'CSV' } };
      break;
    default:
      break;
  }
  throw compilationError('001021', '22023', "invalid value for parameter 'FILE_FORMAT'", value.start);
}

/** The format a reference means now, with its defaults; null means CSV, as in Snowflake. */
export function effectiveFormat(reference: FileFormatReference | null, session: Session): EffectiveFormat {
  if (reference === null) return { type: 'CSV', options: withDefaults('CSV', {}) };
  if (reference.name === null) {
    const { TYPE: type = 'CSV', ...options } = reference.options;
    return { type: type as FormatType, options: withDefaults(type as FormatType, options) };
  }
  const parts = parseObjectName(reference.name);
  const record = findFormat(parts, session);
  return {
    type: record.type,
    options: withDefaults(record.type, { ...record.options, ...reference.options }),
  };
}

function named(
  parts: Identifier[],
  options: FormatOptions,
  session: Session,
  found: Property,
): FileFormatReference {
  return { name: formatName(findFormat(parts, session, found)), options };
}

function findFormat(parts: Identifier[], session: Session, found?: Property): FileFormatRecord {
  const name = fullName(
    parts.map((part) => part.name),
    session,
  );
  const record = session.engine.catalog.find(['FILE FORMAT'], name.database, name.schema, name.name);
  if (record === undefined) {
    throw compilationError(
      '002003',
      '02000',
      `File format '${formatName(name)}' does not exist or not authorized.`,
      found?.start,
    );
  }
  return record;
}

function readTyped(properties: Property[]): { type: FormatType; options: FormatOptions } {
  const given = property(properties, 'TYPE');
  const type = given === undefined ? 'CSV' : formatType(given);
  return {
    type,
    options: readFormatOptions(
      type,
      properties.filter((one) => one.name !== 'TYPE' && one.name !== 'COMMENT'),
    ),
  };
}
