import { type FileHandle, open } from 'node:fs/promises';

/**
 * Records that our own readers have read, written so that DuckDB reads them back exactly: CSV, every value
 * enclosed, NULL as nothing. Columns: row (from 1), line, offset in bytes, error (JSON of a RecordError or NULL),
 * then the fields.
 */
export interface RecordFile {
  path: string;
  /** Fields a record. */
  fields: number;
  longestRecord: number;
  multiLine: boolean;
  errors: number;
  firstError: { row: number; error: RecordError } | null;
}

/** Why a record is refused, in terms of the file; `describeRecordError` gives Snowflake's words. */
export interface RecordError {
  kind: 'countFirst' | 'tooMany' | 'tooFew' | 'found' | 'unfinished' | 'utf8' | 'tooLarge' | 'json';
  /** Fields in the record, or the index of the field (from 1) where reading stopped. */
  field: number;
  line: number;
  /** From 1. */
  character: number;
  /** What stands in the way: the character found, the bad text, the parser's message. */
  detail: string;
}

/** DuckDB SQL over a record file. Columns: r_row, r_line, r_offset, r_error, f1 … */
export function recordFileSql(file: RecordFile): string {
  const names = ['r_row', 'r_line', 'r_offset', 'r_error', ...fieldNames(file.fields)];
  const columns = names.map((name, index) => `'${name}': '${index < 3 ? 'BIGINT' : 'VARCHAR'}'`);
  const size = Math.max(2_097_152, file.longestRecord * 2 + 1024);
  return `read_csv('${file.path.replaceAll("'", "''")}', columns = {${columns.join(', ')}}, auto_detect = false, header = false, delim = ',', quote = '"', escape = '"', nullstr = '', allow_quoted_nulls = false, strict_mode = true, max_line_size = ${size}${file.multiLine ? ', parallel = false' : ''})`;
}

export function fieldNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `f${index + 1}`);
}

const FLUSH_AT = 1 << 20;
const QUOTE = 0x22;
const COMMA = 0x2c;

/** Writes a record file with one growing buffer. */
export class RecordWriter {
  readonly #handle: FileHandle;
  #buffer = Buffer.allocUnsafe(2 * FLUSH_AT);
  #length = 0;
  #recordStart = 0;
  longestRecord = 0;
  multiLine = false;
  errors = 0;
  firstError: RecordFile['firstError'] = null;

  private constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  static async create(path: string): Promise<RecordWriter> {
    return new RecordWriter(await open(path, 'w'));
  }

  begin(row: number, line: number, offset: number, error: RecordError | null): void {
    this.#recordStart = this.#length;
    this.#text(`${row},${line},${offset},`);
    if (error === null) return;
    this.errors++;
    this.firstError ??= { row, error };
    this.#enclose(Buffer.from(JSON.stringify(error)));
  }

  nullField(): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = COMMA;
  }

  field(bytes: Buffer): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = COMMA;
    this.#enclose(bytes);
  }

  end(): void {
    this.#reserve(1);
    this.#buffer[this.#length++] = 0x0a;
    this.longestRecord = Math.max(this.longestRecord, this.#length - this.#recordStart);
  }

  get full(): boolean {
    return this.#length >= FLUSH_AT;
  }

  async flush(): Promise<void> {
    await this.#handle.write(this.#buffer, 0, this.#length);
    this.#length = 0;
  }

  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      await this.#handle.close();
    }
  }

  #enclose(bytes: Buffer): void {
    this.#reserve(bytes.length * 2 + 2);
    const buffer = this.#buffer;
    let at = this.#length;
    buffer[at++] = QUOTE;
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index]!;
      if (byte === QUOTE) buffer[at++] = QUOTE;
      else if (byte === 0x0a || byte === 0x0d) this.multiLine = true;
      buffer[at++] = byte;
    }
    buffer[at++] = QUOTE;
    this.#length = at;
  }

  #text(text: string): void {
    this.#reserve(text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe((this.#length + bytes) * 2);
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
  }
}
