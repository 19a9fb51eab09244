import { formatType } from '../../../../shared/sql/types.ts';
import { allowedValues } from '../objects/tag.ts';
import type {
  CatalogRecord,
  FileFormatRecord,
  FormatValue,
  PipeRecord,
  PolicyRecord,
  RecordedObject,
  SequenceRecord,
  StreamRecord,
  TaskRecord,
} from '../objects.ts';
import type { Session } from '../session.ts';

/** How an object is named in its statement: alone or with database and schema. */
export type DdlName = (record: CatalogRecord) => string;

export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** ` comment='…'`, or nothing. */
function commentClause({ comment }: CatalogRecord): string {
  return comment === '' ? '' : ` comment=${literal(comment)}`;
}

export function sequenceDdl(sequence: SequenceRecord, name: DdlName): string {
  const order = sequence.ordered === true ? 'order' : 'noorder';
  return `create or replace sequence ${name(sequence)} start with ${sequence.start} increment by ${sequence.increment} ${order}${commentClause(sequence)};`;
}

export function pipeDdl(pipe: PipeRecord, name: DdlName): string {
  return `create or replace pipe ${name(pipe)} auto_ingest=${pipe.autoIngest}${commentClause(pipe)} as ${pipe.copyText};`;
}

export function streamDdl(stream: StreamRecord, name: DdlName, { engine }: Session): string {
  const source = engine.catalog.get(stream.sourceId);
  const mode = stream.mode === 'DEFAULT' ? '' : ` ${stream.mode.toLowerCase()} = true`;
  const type = source?.kind === 'VIEW' ? 'view' : 'table';
  const on = source === undefined ? '' : name(source);
  return `create or replace stream ${name(stream)} on ${type} ${on}${mode}${commentClause(stream)};`;
}

export function taskDdl(task: TaskRecord, name: DdlName, { engine }: Session): string {
  const parts = [`create or replace task ${name(task)}`];
  const named = (id: number): string => {
    const other = engine.catalog.get(id);
    return other === undefined ? '' : name(other);
  };
  if (task.warehouse !== null) parts.push(`\twarehouse=${task.warehouse}`);
  if (task.schedule !== null) parts.push(`\tschedule=${literal(task.schedule)}`);
  if (task.config !== null) parts.push(`\tconfig=${literal(task.config)}`);
  if (task.comment !== '') parts.push(`\tcomment=${literal(task.comment)}`);
  if (task.finalizes !== null) parts.push(`\tfinalize=${named(task.finalizes)}`);
  if (task.after.length > 0) parts.push(`\tafter ${task.after.map(named).join(', ')}`);
  if (task.whenText !== null) parts.push(`\twhen ${task.whenText}`);
  return `${parts.join('\n')}\n\tas ${task.bodyText};`;
}

export function fileFormatDdl(format: FileFormatRecord, name: DdlName): string {
  const options = Object.entries(format.options).map(([key, value]) => `\t${key} = ${optionText(value)}`);
  const comment = format.comment === '' ? [] : [`\tCOMMENT = ${literal(format.comment)}`];
  return [
    `CREATE OR REPLACE FILE FORMAT ${name(format)}`,
    `\tTYPE = ${format.type.toLowerCase()}`,
    ...options,
    ...comment,
    ';',
  ].join('\n');
}

export function policyDdl(policy: PolicyRecord, name: DdlName): string {
  const parameters = policy.parameters.map((one) => `${one.name} ${formatType(one.type)}`).join(', ');
  return `create or replace ${policy.kind.toLowerCase()} ${name(policy)} as (${parameters}) returns ${formatType(policy.returns)} ->\n${policy.bodyText}${commentClause(policy)};`;
}

export function tagDdl(tag: RecordedObject, name: DdlName): string {
  const values = allowedValues(tag);
  const allowed = values === null ? '' : ` allowed_values ${values.map(literal).join(', ')}`;
  return `create or replace tag ${name(tag)}${allowed}${commentClause(tag)};`;
}

export function warehouseDdl(warehouse: RecordedObject, name: DdlName): string {
  const settings = Object.entries(warehouse.properties)
    .filter(([key]) => key !== 'STATE')
    .map(([key, value]) => `\n\t${key.toLowerCase()}=${optionText(value)}`);
  const comment = warehouse.comment === '' ? '' : `\n\tcomment=${literal(warehouse.comment)}`;
  return `create or replace warehouse ${name(warehouse)}${settings.length > 0 ? '\nwith' : ''}${settings.join('')}${comment};`;
}

function optionText(value: FormatValue): string {
  if (Array.isArray(value)) return `(${value.map(literal).join(', ')})`;
  return typeof value === 'string' ? literal(value) : String(value).toUpperCase();
}
