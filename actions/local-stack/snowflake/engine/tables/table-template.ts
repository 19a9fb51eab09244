import type { CreateTable, TypeName } from '../../../../shared/sql/ast.ts';
import { parseTypeText } from '../../../../shared/sql/parse.ts';
import { bindQuery } from '../../bind/query.ts';
import { plainError } from '../../bind/scope.ts';
import { typeFromName } from '../../bind/type-rules.ts';
import { createBindContext } from '../bind-context.ts';
import type { TableColumn } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { prepareStages } from '../stages/stage-scan.ts';
import type { Transaction } from '../transaction.ts';
import { requireUniqueNames, timestampMapping } from './column-definition.ts';

/** One object of the template's array. */
interface TemplateColumn {
  COLUMN_NAME?: unknown;
  TYPE?: unknown;
  NULLABLE?: unknown;
  ORDER_ID?: unknown;
}

/**
 * USING TEMPLATE (query): the one value of the query is an array of objects with COLUMN_NAME, TYPE and NULLABLE, as
 * ARRAY_AGG(OBJECT_CONSTRUCT(*)) over INFER_SCHEMA gives it. Source: docs.snowflake.com, CREATE TABLE … USING TEMPLATE.
 */
export async function templateColumns(
  statement: CreateTable,
  session: Session,
  run: Run,
  transaction: Transaction,
): Promise<TableColumn[]> {
  const query = statement.template!;
  const stages = await prepareStages(query, session, run);
  const bound = bindQuery(query, createBindContext(session, run, { transaction, stages }), {
    source: run.text,
  });
  const refuse = (): Error =>
    plainError(
      '002026',
      '42601',
      'USING TEMPLATE needs an array of objects with COLUMN_NAME, TYPE and NULLABLE.',
      query.start,
    );
  const type = bound.columns[0]?.type.name;
  if (type !== 'ARRAY' && type !== 'VARIANT') throw refuse();
  const [row] = await transaction.query(`SELECT CAST(c1 AS VARCHAR) FROM (${bound.sql}) AS q`);
  const described: unknown = row?.[0] == null ? null : JSON.parse(String(row[0]));
  if (!Array.isArray(described) || described.length === 0) throw refuse();
  const ordered = (described as TemplateColumn[]).toSorted(
    (a, b) => Number(a.ORDER_ID ?? 0) - Number(b.ORDER_ID ?? 0),
  );
  const columns = ordered.map((column, index): TableColumn => {
    const { COLUMN_NAME: name, TYPE: type, NULLABLE: nullable } = column;
    if (typeof name !== 'string' || typeof type !== 'string') throw refuse();
    const written: TypeName = parseTypeText(type);
    return {
      id: index + 1,
      name,
      type: typeFromName(written, timestampMapping(session)),
      nullable: nullable !== false,
      default: null,
      identity: null,
      computed: null,
      comment: '',
    };
  });
  requireUniqueNames(columns);
  return columns;
}
