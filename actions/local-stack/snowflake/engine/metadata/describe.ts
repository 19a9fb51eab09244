import type { Describe } from '../../../../shared/sql/ast.ts';
import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import { type Cell, columns, instant, text } from '../dml/rows-relation.ts';
import { findObject } from '../names.ts';
import type { StatementResult } from '../result.ts';
import type { Run, Session } from '../session.ts';
import { resultOfRows } from './show.ts';

const columnHeader = columns({
  name: text,
  type: text,
  kind: text,
  'null?': text,
  default: text,
  'primary key': text,
  'unique key': text,
  check: text,
  expression: text,
  comment: text,
});

/** DESCRIBE TABLE | VIEW | STREAM | TASK | PIPE | STAGE | FILE FORMAT */
export async function describe(statement: Describe, session: Session, run: Run): Promise<StatementResult> {
  const { name, type } = statement;
  switch (type) {
    case 'TABLE':
    case 'VIEW': {
      const record = findObject(['TABLE', 'VIEW'], name, session, run);
      const constraints = record.kind === 'TABLE' ? record.constraints : [];
      const keyed = (kind: string, column: string): string =>
        constraints.some((constraint) => constraint.type === kind && constraint.columns.includes(column))
          ? 'Y'
          : 'N';
      const rows = record.columns.map((column): Cell[] => {
        const details = 'identity' in column ? column : undefined;
        return [
          column.name,
          formatType(column.type),
          'COLUMN',
          column.nullable ? 'Y' : 'N',
          details?.default ?? null,
          keyed('PRIMARY KEY', column.name),
          keyed('UNIQUE', column.name),
          null,
          details?.computed ?? null,
          details?.comment || null,
        ];
      });
      return resultOfRows(columnHeader, rows, session, run);
    }
    case 'TASK': {
      const task = findObject(['TASK'], name, session, run);
      const header = columns({
        created_on: instant,
        name: text,
        database_name: text,
        schema_name: text,
        owner: text,
        comment: text,
        warehouse: text,
        schedule: text,
        state: text,
        definition: text,
        condition: text,
      });
      return resultOfRows(
        header,
        [
          [
            task.createdAt,
            task.name,
            task.database,
            task.schema,
            task.owner,
            task.comment,
            task.warehouse,
            task.schedule,
            task.state,
            task.bodyText,
            task.whenText,
          ],
        ],
        session,
        run,
      );
    }
    case 'STREAM': {
      const stream = findObject(['STREAM'], name, session, run);
      const header = columns({
        created_on: instant,
        name: text,
        database_name: text,
        schema_name: text,
        owner: text,
        comment: text,
        mode: text,
      });
      return resultOfRows(
        header,
        [
          [
            stream.createdAt,
            stream.name,
            stream.database,
            stream.schema,
            stream.owner,
            stream.comment,
            stream.mode,
          ],
        ],
        session,
        run,
      );
    }
    case 'PIPE': {
      const pipe = findObject(['PIPE'], name, session, run);
      const header = columns({
        created_on: instant,
        name: text,
        database_name: text,
        schema_name: text,
        definition: text,
        owner: text,
        comment: text,
      });
      return resultOfRows(
        header,
        [[pipe.createdAt, pipe.name, pipe.database, pipe.schema, pipe.copyText, pipe.owner, pipe.comment]],
        session,
        run,
      );
    }
    case 'STAGE': {
      const stage = findObject(['STAGE'], name, session, run);
      const header = columns({
        parent_property: text,
        property: text,
        property_type: text,
        property_value: text,
        property_default: text,
      });
      const rows: Cell[][] = [
        ['STAGE_LOCATION', 'URL', 'String', stage.url === null ? '' : JSON.stringify([stage.url]), ''],
        ['STAGE_INTEGRATION', 'STORAGE_INTEGRATION', 'String', stage.integration ?? '', ''],
        ['DIRECTORY', 'ENABLE', 'Boolean', String(stage.directory), 'false'],
        ...Object.entries(stage.fileFormat?.options ?? {}).map(([key, value]): Cell[] => [
          'STAGE_FILE_FORMAT',
          key,
          'String',
          String(value),
          '',
        ]),
      ];
      return resultOfRows(header, rows, session, run);
    }
    case 'FILE FORMAT': {
      const format = findObject(['FILE FORMAT'], name, session, run);
      const header = columns({
        property: text,
        property_type: text,
        property_value: text,
        property_default: text,
      });
      const rows = [['TYPE', format.type] as const, ...Object.entries(format.options)].map(
        ([key, value]): Cell[] => [key, 'String', String(value), ''],
      );
      return resultOfRows(header, rows, session, run);
    }
    default:
      throw notSupportedHere(`DESCRIBE ${type}`, statement.start);
  }
}
