import { compilationError } from '../../../../shared/sql/snowflake-error.ts';
import type { Bound } from '../../bind/bound.ts';
import { cast } from '../../bind/cast.ts';
import type { BindContext } from '../../bind/context.ts';
import { bindExpression } from '../../bind/expression.ts';
import { findFunction } from '../../bind/functions/registry.ts';
import { literal } from '../../bind/literal.ts';
import { addRelation, createScope, type ScopeColumn } from '../../bind/scope.ts';
import { quote, value } from '../../bind/value.ts';
import { pathAccess } from '../../bind/variant.ts';
import { assign } from '../dml/assign.ts';
import { requireWidth } from '../dml/insert-rows.ts';
import type { FileScan } from '../files/file-scan.ts';
import type { TableColumn } from '../objects.ts';
import type { Run } from '../session.ts';
import { stageColumnsUsed } from '../stages/stage-scan.ts';
import type { CopyPlan } from './copy-plan.ts';

/** Values for a table's columns from files. */
export interface CopyColumns {
  /** What stands in FROM. */
  from: string;
  columns: CopyColumn[];
}
export interface CopyColumn {
  target: TableColumn;
  /** Of the target's type. */
  bound: Bound;
  /** The field of a CSV record that it comes from, from 1; null: none of them. */
  field: number | null;
}

/** What COPY needs to know of the file itself to match columns by name. */
export interface FileNames {
  /** PARSE_HEADER's names. */
  header: string[];
  /** Keys of a JSON file's documents. */
  keys: string[];
}

/** Binds the values that a COPY gives to its target columns, from files made readable. */
export function copyColumns(
  plan: CopyPlan,
  scan: FileScan,
  names: FileNames,
  context: BindContext,
  run: Run,
): CopyColumns {
  const scope = createScope(context, { source: run.text });
  const alias = plan.transform?.stage.alias?.name.name ?? null;
  const relation = addRelation(scope, alias, scan.relation);
  const finish = (columns: CopyColumn[]): CopyColumns => ({ from: relation.sql(), columns });
  const { transform, targets, format } = plan;
  if (transform !== null) {
    requireWidth(targets.length, transform.select.items.length);
    return finish(
      transform.select.items.map((item, index) => {
        if (item.expression.kind === 'star')
          throw compilationError('002099', '0A000', 'COPY with SELECT * is not supported.', item.start);
        const bound = assign(
          shortened(bindExpression(item.expression, scope), targets[index]!, plan),
          targets[index]!,
        );
        const { fields } = stageColumnsUsed(item.expression);
        return { target: targets[index]!, bound, field: fields === 0 ? null : fields };
      }),
    );
  }
  const visible = relation.columns.filter((column) => !column.hidden);
  if (plan.options.matchByName !== null) return finish(matched(plan, scan, names, relation.columns, context));
  return finish(
    targets.map((target, index) => {
      const column = visible[index]!;
      const bound =
        format.type === 'CSV' ? fromText(column, target, plan, context) : cast(column, target.type);
      return { target, bound, field: index + 1 };
    }),
  );
}

/** Columns that no name matches get no value, so that their defaults apply; case decides only where asked. */
function matched(
  plan: CopyPlan,
  scan: FileScan,
  names: FileNames,
  columns: ScopeColumn[],
  context: BindContext,
): CopyColumn[] {
  const { options, format } = plan;
  const same = (name: string, target: TableColumn): boolean =>
    options.matchByName === 'CASE_SENSITIVE'
      ? name === target.name
      : name.toUpperCase() === target.name.toUpperCase();
  const result: CopyColumn[] = [];
  for (const target of plan.targets) {
    const metadata = options.includeMetadata.get(target.name);
    if (metadata !== undefined) {
      const column = columns.find((one) => one.name === metadata);
      if (column !== undefined) result.push({ target, bound: assign(column, target), field: null });
      continue;
    }
    const first = columns[0]!;
    if (format.type === 'CSV') {
      const index = names.header.findIndex((name) => same(name, target));
      if (index >= 0)
        result.push({ target, bound: fromText(columns[index]!, target, plan, context), field: index + 1 });
    } else if (format.type === 'PARQUET') {
      const name = [...scan.parquet!.fields.keys()].find((candidate) => same(candidate, target));
      const field = name === undefined ? undefined : first.fields?.get(name);
      if (field !== undefined)
        result.push({ target, bound: assignField(shortened(field, target, plan), target), field: null });
    } else {
      const keys = names.keys.filter((name) => same(name, target));
      const values = keys.map((key) => pathAccess(first, [key]));
      if (values.length === 0) continue;
      const bound =
        values.length === 1
          ? values[0]!
          : value(`coalesce(${values.map((one) => one.sql).join(', ')})`, { name: 'VARIANT' }, first);
      result.push({ target, bound: fromJson(bound, target, plan, context), field: null });
    }
  }
  return result;
}

/**
 * A JSON value as a column's: TRIM_SPACE and NULL_IF of its texts, the file format's own formats of dates and times.
 * Source: docs.snowflake.com, CREATE FILE FORMAT, TYPE = JSON: they are for loading into separate columns.
 */
function fromJson(bound: Bound, target: TableColumn, plan: CopyPlan, context: BindContext): Bound {
  const { options } = plan.format;
  const nulls = options.NULL_IF as string[];
  const plain = `json_extract_string(${bound.sql}, '$')`;
  const trimmed = options.TRIM_SPACE === true ? `trim(${plain})` : plain;
  const isNull = nulls.length === 0 ? 'false' : `${trimmed} IN (${nulls.map(quote).join(', ')})`;
  const shown =
    nulls.length === 0 && options.TRIM_SPACE !== true
      ? bound
      : value(
          `CASE WHEN ${isNull} THEN NULL WHEN json_type(${bound.sql}) = 'VARCHAR' THEN to_json(${trimmed}) ELSE ${bound.sql} END`,
          { name: 'VARIANT' },
          bound,
        );
  const format = FORMATS[target.type.name];
  if (format === undefined || options[format] === 'AUTO') return assign(shown, target);
  const text = cast(shown, { name: 'VARCHAR', length: 16_777_216 });
  return formatted(text, target, `TO_${target.type.name}`, String(options[format]), context);
}

const FORMATS: Record<string, string> = {
  DATE: 'DATE_FORMAT',
  TIME: 'TIME_FORMAT',
  TIMESTAMP_NTZ: 'TIMESTAMP_FORMAT',
  TIMESTAMP_LTZ: 'TIMESTAMP_FORMAT',
  TIMESTAMP_TZ: 'TIMESTAMP_FORMAT',
};

function assignField(field: Bound, target: TableColumn): Bound {
  const semi = ['VARIANT', 'OBJECT', 'ARRAY'].includes(target.type.name);
  return semi ? cast(cast(field, { name: 'VARIANT' }), target.type) : cast(field, target.type);
}

/** A CSV field as a column's value: formats of the file format apply, semi-structured columns parse JSON. */
function fromText(column: Bound, target: TableColumn, plan: CopyPlan, context: BindContext | null): Bound {
  const { options } = plan.format;
  const { type } = target;
  switch (type.name) {
    case 'VARIANT':
    case 'OBJECT':
    case 'ARRAY': {
      const parsed = value(`sf_js_json(nullif(${column.sql}, ''))::JSON`, { name: 'VARIANT' }, column);
      return cast(parsed, type);
    }
    case 'DATE':
      return formatted(column, target, 'TO_DATE', String(options.DATE_FORMAT), context);
    case 'TIME':
      return formatted(column, target, 'TO_TIME', String(options.TIME_FORMAT), context);
    case 'TIMESTAMP_NTZ':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return formatted(column, target, `TO_${type.name}`, String(options.TIMESTAMP_FORMAT), context);
    case 'BINARY':
      return formatted(column, target, 'TO_BINARY', String(options.BINARY_FORMAT), context);
    case 'VARCHAR':
      return cast(shortened(column, target, plan), type);
    default:
      return cast(column, type);
  }
}

function formatted(
  column: Bound,
  target: TableColumn,
  name: string,
  format: string,
  context: BindContext | null,
): Bound {
  const definition = findFunction(name);
  if (format === 'AUTO' || definition === undefined || context === null) return cast(column, target.type);
  const start = { offset: 0, line: 1, column: 0 };
  const bound = definition.bind([column, literal(format)], {
    name,
    position: start,
    distinct: false,
    withinGroup: [],
    nulls: null,
    fromLast: false,
    overSql: null,
    argNodes: [],
    context,
  });
  return cast(bound, target.type);
}

/** TRUNCATECOLUMNS cuts texts to the column's length. */
function shortened(bound: Bound, target: TableColumn, plan: CopyPlan): Bound {
  if (!plan.options.truncate || target.type.name !== 'VARCHAR') return bound;
  const text = cast(bound, { name: 'VARCHAR', length: 16_777_216 });
  return value(`left(${text.sql}, ${target.type.length})`, target.type, text);
}
