import { cast } from '../../bind/cast.ts';
import { abortError, recordError, stageTable } from '../copy/load-error.ts';
import { csvWidth } from '../files/csv-reader.ts';
import { scanFiles } from '../files/file-scan.ts';
import type { Run, Session } from '../session.ts';
import { csvOptions } from '../stages/csv-options.ts';
import type { EffectiveFormat } from '../stages/file-format.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import { textFile } from '../stages/staged-text.ts';

/**
 * SQL of the rows of files (at least one) as an external table keeps them: c1 is VALUE, c2 METADATA$FILENAME, c3
 * METADATA$FILE_ROW_NUMBER. A CSV row's VALUE is an OBJECT of c1, c2, … as text.
 * @throws SnowflakeError for a record that cannot be read
 */
export async function fileRows(
  files: StagedFile[],
  format: EffectiveFormat,
  session: Session,
  run: Run,
): Promise<string> {
  // Text files differ in their numbers of fields.
  const groups = format.type === 'PARQUET' ? [files] : files.map((file) => [file]);
  const parts: string[] = [];
  for (const group of groups) parts.push(await rowsOf(group, format, session, run));
  return parts.join(' UNION ALL ');
}

async function rowsOf(
  files: StagedFile[],
  format: EffectiveFormat,
  session: Session,
  run: Run,
): Promise<string> {
  const fields = format.type === 'CSV' ? await fieldsOf(files[0]!, format, session) : 1;
  const scan = await scanFiles(session.engine, files, format, {
    fields,
    expected: null,
    withRow: true,
    exact: true,
    startedAt: run.startedAt,
  });
  scan.texts.forEach(({ records }, index) => {
    if (records === null || records.firstError === null) return;
    const { row, error } = records.firstError;
    throw abortError(recordError(error, row, stageTable(fields), format), files[index]!);
  });
  const { sql, columns } = scan.relation;
  const named = (name: string): string => columns.find((column) => column.name === name)!.sql;
  const visible = columns.filter((column) => column.hidden !== true);
  const value =
    format.type === 'CSV'
      ? `json_object(${visible.map((field, index) => `'c${index + 1}', ${field.sql}`).join(', ')})`
      : cast(visible[0]!, { name: 'VARIANT' }).sql;
  return `SELECT ${value} AS c1, ${named('METADATA$FILENAME')} AS c2, ${named('METADATA$FILE_ROW_NUMBER')} AS c3 FROM ${sql} AS files`;
}

/** The most fields of a record, at least one. */
async function fieldsOf(file: StagedFile, format: EffectiveFormat, session: Session): Promise<number> {
  const path = await textFile(session.engine, file, format);
  return Math.max(1, await csvWidth(path, csvOptions(format.options)));
}
