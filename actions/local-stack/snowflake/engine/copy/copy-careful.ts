import { SnowflakeError } from '../../../../shared/sql/snowflake-error.ts';
import { snowflakeErrorFromDuck } from '../../bind/runtime-error.ts';
import { insertRows } from '../dml/insert-rows.ts';
import { fieldPlaces } from '../files/csv-reader.ts';
import type { FileScan } from '../files/file-scan.ts';
import type { RecordError } from '../files/record-file.ts';
import { csvOptions } from '../stages/csv-options.ts';
import type { StagedFile } from '../stages/stage-files.ts';
import { textFile } from '../stages/staged-text.ts';
import { type CopyColumn, type CopyColumns, copyColumns } from './copy-columns.ts';
import { KEPT_ERRORS, recordFileErrors } from './copy-jobs.ts';
import { fileNames, type LoadContext, loaded, scanForCopy } from './copy-load.ts';
import { errorLimit } from './copy-options.ts';
import { abortError, columnLabel, type LoadError, recordError } from './load-error.ts';
import type { FileLoad } from './load-history.ts';

/** A file's records with what became of each value, in a temporary table. */
interface Weighed {
  file: StagedFile;
  scan: FileScan;
  columns: CopyColumns;
  table: string;
  parsed: number;
  errors: number;
}

/** Errors of a file as a whole: it cannot be read at all. */
const FILE_ERRORS = ['100080', '100209', '091003'];

/** Loads file by file: every value is tried, bad records are counted and described, good ones loaded as ON_ERROR says. */
export class CarefulLoad {
  readonly #context: LoadContext;
  #tables = 0;

  constructor(context: LoadContext) {
    this.#context = context;
  }

  async load(files: StagedFile[]): Promise<FileLoad[]> {
    const loads: FileLoad[] = [];
    for (const file of files) loads.push(await this.#loadFile(file));
    return loads;
  }

  /** Every bad record of a file. */
  async errors(file: StagedFile): Promise<LoadError[]> {
    const weighed = await this.#weigh(file);
    if (!('table' in weighed)) return [weighed];
    try {
      return await this.#describe(weighed, weighed.errors);
    } finally {
      await this.#drop(weighed);
    }
  }

  async #loadFile(file: StagedFile): Promise<FileLoad> {
    const { plan, transaction, bind } = this.#context;
    const weighed = await this.#weigh(file);
    if (!('table' in weighed)) {
      this.#remember(file, [weighed], 1);
      return this.#failed(file, weighed, 0, 1);
    }
    try {
      const { parsed, errors } = weighed;
      const { onError } = plan.options;
      const limit = errorLimit(onError, parsed);
      const described =
        errors === 0 ? [] : await this.#describe(weighed, this.#context.pipe ? 1 : KEPT_ERRORS);
      const first = described[0] ?? null;
      this.#remember(file, described, errors);
      if (first !== null && (onError.kind === 'abort' || this.#mustAbort(first))) {
        if (this.#context.pipe) return this.#failed(file, first, parsed, errors);
        throw abortError(first, file);
      }
      if (errors >= limit) {
        const failed = this.#failed(file, first, parsed, errors);
        if (onError.kind === 'skip' || errors === parsed) return failed;
      }
      const rows = await insertRows(
        transaction,
        plan.table,
        {
          sql: `SELECT ${weighed.columns.columns.map((_, index) => `e${index + 1}.v AS c${index + 1}`).join(', ')} FROM ${weighed.table} WHERE NOT bad ORDER BY r_row`,
          columns: weighed.columns.columns.map(({ target }) => ({ ...target, nullable: true })),
        },
        weighed.columns.columns.map((column) => column.target),
        bind,
      );
      const load = loaded(file, rows, limit);
      return errors === 0
        ? load
        : { ...load, status: 'PARTIALLY_LOADED', rowsParsed: parsed, errorsSeen: errors, firstError: first };
    } finally {
      await this.#drop(weighed);
    }
  }

  #remember(file: StagedFile, errors: LoadError[], seen: number): void {
    const { session, run, pipe } = this.#context;
    if (seen > 0 && !pipe) recordFileErrors(session.engine, run.queryId, { file: file.name, errors, seen });
  }

  /** In JSON and Parquet files only unreadable records can be passed over, not values that do not convert. */
  #mustAbort(first: LoadError): boolean {
    const { onError } = this.#context.plan.options;
    const whole = onError.kind === 'skip' && onError.limit === 1 && !onError.percent;
    return this.#context.plan.format.type !== 'CSV' && first.category === 'conversion' && !whole;
  }

  #failed(file: StagedFile, first: LoadError | null, parsed: number, errors: number): FileLoad {
    const { plan, pipe } = this.#context;
    if (plan.options.onError.kind === 'abort' && !pipe && first !== null) throw abortError(first, file);
    return {
      ...loaded(file, 0, errorLimit(plan.options.onError, parsed)),
      status: 'LOAD_FAILED',
      rowsParsed: parsed,
      errorsSeen: errors,
      firstError: first,
    };
  }

  /** Reads and converts everything. A file that cannot be read at all is an error itself. */
  async #weigh(file: StagedFile): Promise<Weighed | LoadError> {
    const { plan, transaction, bind, run } = this.#context;
    let scan: FileScan;
    try {
      scan = await scanForCopy(this.#context, [file], true);
    } catch (error) {
      if (!(error instanceof SnowflakeError) || !FILE_ERRORS.includes(error.code)) throw error;
      const { code, sqlState, message } = error;
      return {
        code,
        sqlState,
        message,
        line: 1,
        character: null,
        column: null,
        row: 1,
        rowLine: 1,
        category: 'parsing',
      };
    }
    const columns = copyColumns(plan, scan, await fileNames(this.#context, file), bind, run);
    const table = `temp.weighed${++this.#tables}`;
    const own = scan.texts[0]?.records != null;
    const tried = columns.columns.map(
      ({ bound }, index) => `TRY(struct_pack(v := ${tryable(bound.sql)})) AS e${index + 1}`,
    );
    const places = own
      ? 'r_row, r_line, r_offset, r_error'
      : 'r_row, 0 AS r_line, 0 AS r_offset, NULL AS r_error';
    // A record that could not be parsed has no fields: its values are not tried.
    const bad = columns.columns.flatMap(({ target }, index) => [
      `e${index + 1} IS NULL`,
      ...(target.nullable ? [] : [`e${index + 1}.v IS NULL`]),
    ]);
    await transaction.connection.run(
      `CREATE OR REPLACE TEMP TABLE ${table.slice(5)} AS SELECT *, (${['r_error IS NOT NULL', ...bad].join(' OR ')}) AS bad FROM (SELECT ${[places, ...tried].join(', ')} FROM ${columns.from})`,
    );
    const [counts] = await transaction.query(`SELECT count(*), count(*) FILTER (WHERE bad) FROM ${table}`);
    return { file, scan, columns, table, parsed: Number(counts![0]), errors: Number(counts![1]) };
  }

  async #drop({ table }: Weighed): Promise<void> {
    try {
      await this.#context.transaction.connection.run(`DROP TABLE IF EXISTS ${table}`);
    } catch (error) {
      // A failed transaction has dropped it already.
      if (snowflakeErrorFromDuck(error) === undefined) throw error;
    }
  }

  /** The first bad records, in the file's order. */
  async #describe(weighed: Weighed, limit: number): Promise<LoadError[]> {
    const { transaction } = this.#context;
    const { columns } = weighed.columns;
    const states = columns.map(
      (_, index) =>
        `CASE WHEN e${index + 1} IS NULL THEN 'failed' WHEN e${index + 1}.v IS NULL THEN 'null' ELSE 'good' END`,
    );
    const rows = await transaction.query(
      `SELECT ${['r_row', 'r_line', 'r_offset', 'r_error', ...states].join(', ')} FROM ${weighed.table} WHERE bad ORDER BY r_row LIMIT ${limit}`,
    );
    const errors: LoadError[] = [];
    for (const [row, line, offset, error, ...cells] of rows) {
      errors.push(
        error === null
          ? await this.#conversionError(weighed, Number(row), Number(line), Number(offset), cells as string[])
          : this.#parseError(weighed, Number(row), Number(line), JSON.parse(String(error)) as RecordError),
      );
    }
    return errors;
  }

  #parseError(weighed: Weighed, row: number, line: number, error: RecordError): LoadError {
    const { plan } = this.#context;
    return recordError(error, row, namedColumns(this.#context, weighed), plan.format, line);
  }

  async #conversionError(
    weighed: Weighed,
    row: number,
    line: number,
    offset: number,
    cells: string[],
  ): Promise<LoadError> {
    const { plan, session } = this.#context;
    const index = cells.findIndex(
      (cell, position) =>
        cell === 'failed' || (cell === 'null' && !weighed.columns.columns[position]!.target.nullable),
    );
    const column = weighed.columns.columns[index]!;
    const reason = cells[index] === 'null' ? this.#nullReason() : await this.#reason(weighed, column, row);
    const label = columnLabel(
      { table: plan.table.name, columns: plan.table.columns.map((one) => one.name) },
      plan.table.columns.findIndex((one) => one.id === column.target.id) + 1,
    );
    const place = { line: plan.format.type === 'CSV' ? line : row, character: null as number | null };
    if (plan.format.type === 'CSV' && column.field !== null) {
      const path = await textFile(session.engine, weighed.file, plan.format);
      const places = await fieldPlaces(path, csvOptions(plan.format.options), offset, line);
      Object.assign(place, places[column.field - 1] ?? {});
    }
    return { ...reason, ...place, column: label, row, rowLine: line || row, category: 'conversion' };
  }

  #nullReason(): Pick<LoadError, 'code' | 'sqlState' | 'message'> {
    const { format } = this.#context.plan;
    const message = 'NULL result in a non-nullable column';
    // Where fields may be enclosed, an enclosed empty one would have been an empty text.
    return format.type === 'CSV' && format.options.FIELD_OPTIONALLY_ENCLOSED_BY !== 'NONE'
      ? {
          code: '100088',
          sqlState: '22000',
          message: `${message}. Use quotes if an empty field should be interpreted as an empty string instead of a null`,
        }
      : { code: '100072', sqlState: '22000', message };
  }

  /** Converts the one value again, outside the transaction, to hear why it does not convert. */
  async #reason(
    weighed: Weighed,
    column: CopyColumn,
    row: number,
  ): Promise<Pick<LoadError, 'code' | 'sqlState' | 'message'>> {
    const { engine } = this.#context.session;
    try {
      await engine.connection.runAndReadAll(
        `SELECT ${column.bound.sql} FROM ${weighed.columns.from} WHERE r_row = ${row}`,
      );
    } catch (thrown) {
      const error = snowflakeErrorFromDuck(thrown);
      if (error === undefined) throw thrown;
      const long = /^String '(.*)' is too long and would be truncated/s.exec(error.message);
      if (long !== null && column.target.type.name === 'VARCHAR') {
        return {
          code: '100074',
          sqlState: '54000',
          message: `User character length limit (${column.target.type.length}) exceeded by string '${long[1]}'`,
        };
      }
      return { code: error.code, sqlState: error.sqlState, message: error.message };
    }
    throw new SnowflakeError('000603', 'XX000', 'SQL execution internal error: a value failed only once.');
  }
}

/** The columns that a record's fields go to, as messages about unparsable records name them. */
function namedColumns(context: LoadContext, weighed: Weighed): { table: string; columns: string[] } {
  const { plan } = context;
  if (plan.transform === null) {
    return { table: plan.table.name, columns: plan.targets.map((target) => target.name) };
  }
  const fields = Math.max(...weighed.columns.columns.map((column) => column.field ?? 1));
  return {
    table: plan.table.name,
    columns: Array.from(
      { length: fields },
      (_, index) =>
        weighed.columns.columns.find((one) => one.field === index + 1)?.target.name ?? `$${index + 1}`,
    ),
  };
}

/** TRY takes no volatile function such as error(): sf_raise fails in the same cases. The text cannot stand in a literal. */
function tryable(sql: string): string {
  return sql.replaceAll("error('SF|", "sf_raise('SF|");
}
