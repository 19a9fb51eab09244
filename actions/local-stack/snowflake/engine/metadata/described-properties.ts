import type { ObjectName } from '../../../../shared/sql/ast.ts';
import type { Column } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, text } from '../dml/rows-relation.ts';
import { findObject, nameParts } from '../names.ts';
import { requireNamed } from '../objects/find-named.ts';
import type { FormatValue, RecordedObject } from '../objects.ts';
import type { Run, Session } from '../session.ts';

interface Described {
  columns: Column[];
  rows: Cell[][];
}

const property = columns({
  property: text,
  property_type: text,
  property_value: text,
  property_default: text,
});

/** Objects that DESCRIBE shows as a list of properties. Undefined: not one of them. */
export function describedProperties(
  type: string,
  name: ObjectName,
  session: Session,
  run: Run,
): Described | undefined {
  switch (type) {
    case 'STAGE':
      return describedStage(name, session, run);
    case 'FILE FORMAT': {
      const format = findObject(['FILE FORMAT'], name, session, run);
      const rows = [['TYPE', format.type] as const, ...Object.entries(format.options)].map(
        ([key, value]): Cell[] => [key, typeOf(value), shown(value), ''],
      );
      return { columns: property, rows };
    }
    case 'USER':
      return describedUser(name, session, run);
    case 'NETWORK POLICY':
    case 'NETWORK RULE':
    case 'PASSWORD POLICY':
    case 'SESSION POLICY':
    case 'AUTHENTICATION POLICY':
    case 'SECRET':
      return named(recordedNamed(type, name, session, run));
    case 'RESOURCE MONITOR':
    case 'ROLE':
    case 'TAG':
      return undefined;
    default: {
      if (!type.endsWith('INTEGRATION')) return undefined;
      const integration = recordedNamed('INTEGRATION', name, session, run);
      return {
        columns: property,
        rows: settings({ ENABLED: true, ...integration.properties }, integration.comment),
      };
    }
  }
}

function recordedNamed(type: string, name: ObjectName, session: Session, run: Run): RecordedObject {
  return requireNamed(type, name, session, run) as RecordedObject;
}

/** name, value: the lists of policies and rules. */
function named(record: RecordedObject): Described {
  const header = columns({ created_on: instant, name: text, property: text, value: text });
  const entries = Object.entries(record.properties).map(([key, value]): Cell[] => [
    record.createdAt,
    record.name,
    key,
    shown(value),
  ]);
  return {
    columns: header,
    rows: entries.length === 0 ? [[record.createdAt, record.name, null, null]] : entries,
  };
}

/** https://docs.snowflake.com/en/sql-reference/sql/desc-user */
function describedUser(name: ObjectName, session: Session, run: Run): Described {
  const header = columns({ property: text, value: text, default: text, description: text });
  const own = nameParts(name, session, run).at(-1) === session.user;
  const user = own
    ? (session.engine.catalog.find(['USER'], null, null, session.user) as RecordedObject | undefined)
    : recordedNamed('USER', name, session, run);
  const facts: Record<string, FormatValue> = {
    NAME: user?.name ?? session.user,
    COMMENT: user?.comment ?? '',
    ...user?.properties,
  };
  return {
    columns: header,
    rows: Object.entries(facts).map(([key, value]) => [key, shown(value), 'null', '']),
  };
}

/** https://docs.snowflake.com/en/sql-reference/sql/desc-stage */
function describedStage(name: ObjectName, session: Session, run: Run): Described {
  const stage = findObject(['STAGE'], name, session, run);
  const header = columns({
    parent_property: text,
    property: text,
    property_type: text,
    property_value: text,
    property_default: text,
  });
  const format = stage.fileFormat;
  const rows: Cell[][] = [
    ...(format?.name == null
      ? []
      : [['STAGE_FILE_FORMAT', 'FORMAT_NAME', 'String', format.name, ''] satisfies Cell[]]),
    ...Object.entries(format?.options ?? {}).map(([key, value]): Cell[] => [
      'STAGE_FILE_FORMAT',
      key,
      typeOf(value),
      shown(value),
      '',
    ]),
    ...Object.entries(stage.copyOptions).map(([key, value]): Cell[] => [
      'STAGE_COPY_OPTIONS',
      key,
      typeOf(value),
      shown(value),
      '',
    ]),
    ['STAGE_LOCATION', 'URL', 'String', stage.url === null ? '' : JSON.stringify([stage.url]), ''],
    ['STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'String', stage.integration ?? '', ''],
    ['DIRECTORY', 'ENABLE', 'Boolean', String(stage.directory), 'false'],
  ];
  return { columns: header, rows };
}

function settings(properties: Record<string, FormatValue>, comment: string): Cell[][] {
  return [
    ...Object.entries(properties).map(([key, value]): Cell[] => [key, typeOf(value), shown(value), '']),
    ['COMMENT', 'String', comment, ''],
  ];
}

function typeOf(value: FormatValue): string {
  if (Array.isArray(value)) return 'List';
  if (typeof value === 'boolean') return 'Boolean';
  return typeof value === 'number' ? 'Integer' : 'String';
}

function shown(value: FormatValue): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}
