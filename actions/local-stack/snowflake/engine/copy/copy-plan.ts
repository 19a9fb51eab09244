import type { CopyIntoTable, Select, StageLocation, StageReference } from '../../../../shared/sql/ast.ts';
import {
  compilationError,
  notSupportedHere,
  SnowflakeError,
} from '../../../../shared/sql/snowflake-error.ts';
import { targetTable } from '../dml/dml.ts';
import { targetColumns } from '../dml/insert-rows.ts';
import { property } from '../objects/properties.ts';
import type { TableColumn, TableRecord } from '../objects.ts';
import type { Run, Session } from '../session.ts';
import { type EffectiveFormat, effectiveFormat, readFileFormat } from '../stages/file-format.ts';
import { listFiles, matchPattern, type StagedFile } from '../stages/stage-files.ts';
import { checkedPath, type Location, resolveLocation } from '../stages/stage-location.ts';
import { stageReferences } from '../stages/stage-scan.ts';
import { type CopyOptions, type OnError, readCopyOptions } from './copy-options.ts';

/** A COPY INTO a table, resolved: what to load from where, and how. */
export interface CopyPlan {
  statement: CopyIntoTable;
  table: TableRecord;
  /** The columns that get values from the files; all stored ones where no list is given. */
  targets: TableColumn[];
  /** A transformation's SELECT and its place of the files. */
  transform: { select: Select; stage: StageReference } | null;
  location: Location;
  format: EffectiveFormat;
  options: CopyOptions;
}

/** @throws SnowflakeError for a missing object, an unknown option, or a transformation that COPY cannot do */
export function planCopy(
  statement: CopyIntoTable,
  session: Session,
  run: Run,
  defaultOnError: OnError = { kind: 'abort' },
): CopyPlan {
  const table = targetTable(statement.target, session, run);
  const targets = targetColumns(table, statement.columns);
  const transform = isQuery(statement.source) ? simpleSelect(statement.source) : null;
  const location = resolveLocation(transform?.stage.location ?? (statement.source as StageLocation), session);
  const given =
    property(statement.options, 'FILE_FORMAT') ?? property(transform?.stage.options ?? [], 'FILE_FORMAT');
  const reference = given === undefined ? location.fileFormat : readFileFormat(given, session);
  const format = effectiveFormat(reference, session);
  const options = readCopyOptions(statement.options, location.copyOptions, defaultOnError);
  const plan = { statement, table, targets, transform, location, format, options };
  check(plan);
  return plan;
}

/** The files to load, and the names in FILES that the stage does not have. FILES goes before PATTERN. */
export async function plannedFiles(
  plan: CopyPlan,
  session: Session,
): Promise<{ files: StagedFile[]; missing: string[] }> {
  const { statement, location } = plan;
  const listed = await listFiles(session.engine, location);
  if (statement.files.length === 0) return { files: matchPattern(listed, statement.pattern), missing: [] };
  const { path } = location;
  const folder = path === '' || path.endsWith('/') ? path : `${path}/`;
  const byPath = new Map(listed.map((file) => [file.path, file]));
  const files: StagedFile[] = [];
  const missing: string[] = [];
  for (const name of new Set(statement.files)) {
    const found = byPath.get(folder + checkedPath(name));
    if (found === undefined) missing.push(`${location.label}${folder}${name}`);
    else files.push(found);
  }
  return { files, missing };
}

function isQuery(source: CopyIntoTable['source']): source is Exclude<CopyIntoTable['source'], StageLocation> {
  return source.kind === 'query';
}

/** A transformation may only compute columns from one place of files. Source: docs.snowflake.com, "Transform data during a load". */
function simpleSelect(
  query: Exclude<CopyIntoTable['source'], StageLocation>,
): NonNullable<CopyPlan['transform']> {
  const refuse = (): Error =>
    compilationError(
      '002099',
      '0A000',
      'COPY statement only supports simple SELECT from stage statements for import.',
      query.start,
    );
  const { body } = query;
  if (body.kind !== 'select' || query.with.length > 0 || query.limit !== null || query.offset !== null)
    throw refuse();
  if (!Array.isArray(query.orderBy) || query.orderBy.length > 0) throw refuse();
  const stages = stageReferences(query);
  const plain =
    body.where === null &&
    body.having === null &&
    body.qualify === null &&
    !body.distinct &&
    body.top === null &&
    body.groupBy === null;
  if (!plain || stages.length !== 1 || body.from?.kind !== 'stage') throw refuse();
  return { select: body, stage: body.from };
}

function check(plan: CopyPlan): void {
  const { format, options, transform, targets, statement } = plan;
  if (transform !== null) {
    if (options.validation !== null)
      throw new SnowflakeError(
        '002099',
        '0A000',
        'SQL compilation error:\nVALIDATION_MODE is not supported for COPY statements that transform data.',
      );
    if (options.matchByName !== null)
      throw compilationError(
        '002099',
        '0A000',
        'MATCH_BY_COLUMN_NAME cannot be used with a COPY statement that transforms data.',
        statement.start,
      );
    return;
  }
  if (options.includeMetadata.size > 0 && options.matchByName === null)
    throw compilationError(
      '002099',
      '0A000',
      'INCLUDE_METADATA can only be used with MATCH_BY_COLUMN_NAME.',
      statement.start,
    );
  if (options.matchByName !== null) {
    if (statement.columns.length > 0)
      throw notSupportedHere('MATCH_BY_COLUMN_NAME with a column list', statement.start);
    if (format.type === 'CSV' && format.options.PARSE_HEADER !== true)
      throw compilationError(
        '002099',
        '0A000',
        'MATCH_BY_COLUMN_NAME of CSV files needs the file format option PARSE_HEADER = TRUE.',
        statement.start,
      );
    return;
  }
  if (format.type === 'CSV') {
    if (format.options.PARSE_HEADER === true)
      throw compilationError(
        '002099',
        '0A000',
        'Invalid file format "PARSE_HEADER" is only allowed for CSV INFER_SCHEMA and MATCH_BY_COLUMN_NAME.',
        statement.start,
      );
    return;
  }
  const semi = ['VARIANT', 'OBJECT', 'ARRAY'];
  if (targets.length !== 1 || !semi.includes(targets[0]!.type.name)) {
    throw new SnowflakeError(
      '002019',
      '0A000',
      `SQL compilation error:\n${format.type} file format can produce one and only one column of type variant, object, or array. Load data into separate columns using the MATCH_BY_COLUMN_NAME copy option or copy with transformation.`,
      { position: statement.start },
    );
  }
}
