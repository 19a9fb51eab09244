import { notSupportedHere } from '../../../../shared/sql/snowflake-error.ts';
import { formatType } from '../../../../shared/sql/types.ts';
import { objectNamed } from '../engine-functions.ts';
import { formatIdentifier } from '../names.ts';
import type { TableRecord, TaskRecord } from '../objects.ts';
import type { Session } from '../session.ts';

/** GET_DDL('TABLE' | 'VIEW' | 'TASK' | 'PIPE' | 'STREAM', name): a statement that makes the object as it is. */
export function getDdl(type: string, name: string, session: Session): string {
  switch (type.toUpperCase()) {
    case 'TABLE':
      return tableDdl(objectNamed('TABLE', name, session));
    case 'VIEW':
      return `${objectNamed('VIEW', name, session).text};`;
    case 'TASK':
      return taskDdl(objectNamed('TASK', name, session), session);
    case 'PIPE': {
      const pipe = objectNamed('PIPE', name, session);
      return `create or replace pipe ${formatIdentifier(pipe.name)} auto_ingest=${pipe.autoIngest} as ${pipe.copyText};`;
    }
    case 'STREAM': {
      const stream = objectNamed('STREAM', name, session);
      const source = session.engine.catalog.get(stream.sourceId);
      const mode = stream.mode === 'DEFAULT' ? '' : ` ${stream.mode.toLowerCase()} = true`;
      return `create or replace stream ${formatIdentifier(stream.name)} on ${source?.kind === 'VIEW' ? 'view' : 'table'} ${formatIdentifier(source?.name ?? '')}${mode};`;
    }
    default:
      throw notSupportedHere(`GET_DDL('${type}', …)`);
  }
}

function tableDdl(table: TableRecord): string {
  const lines = table.columns.map((column) => {
    const parts = [formatIdentifier(column.name), formatType(column.type)];
    if (!column.nullable) parts.push('NOT NULL');
    if (column.computed !== null) parts.push(`AS (${column.computed})`);
    if (column.default !== null) parts.push(`DEFAULT ${column.default}`);
    if (column.identity !== null) {
      parts.push(
        `autoincrement start ${column.identity.start} increment ${column.identity.increment} ${column.identity.order ? 'order' : 'noorder'}`,
      );
    }
    if (column.comment !== '') parts.push(`COMMENT ${literal(column.comment)}`);
    return parts.join(' ');
  });
  for (const constraint of table.constraints) {
    const columns = constraint.columns.map(formatIdentifier).join(', ');
    const references =
      constraint.references === null
        ? ''
        : ` references ${constraint.references.table}(${constraint.references.columns.map(formatIdentifier).join(', ')})`;
    lines.push(`${constraint.type.toLowerCase()} (${columns})${references}`);
  }
  const lifetime = table.lifetime === 'PERMANENT' ? '' : `${table.lifetime} `;
  const cluster = table.clusterBy === null ? '' : ` cluster by (${table.clusterBy})`;
  const comment = table.comment === '' ? '' : ` COMMENT=${literal(table.comment)}`;
  return `create or replace ${lifetime}TABLE ${formatIdentifier(table.name)}${cluster} (\n\t${lines.join(',\n\t')}\n)${comment};`;
}

function taskDdl(task: TaskRecord, session: Session): string {
  const parts = [`create or replace task ${formatIdentifier(task.name)}`];
  if (task.warehouse !== null) parts.push(`\twarehouse=${formatIdentifier(task.warehouse)}`);
  if (task.schedule !== null) parts.push(`\tschedule=${literal(task.schedule)}`);
  if (task.after.length > 0) {
    parts.push(
      `\tafter ${task.after.map((id) => formatIdentifier(session.engine.catalog.get(id)?.name ?? '')).join(', ')}`,
    );
  }
  if (task.whenText !== null) parts.push(`\twhen ${task.whenText}`);
  return `${parts.join('\n')}\n\tas ${task.bodyText};`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
