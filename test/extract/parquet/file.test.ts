import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, readColumnIndex, readOffsetIndex } from 'hyparquet';
import { afterAll, describe, expect, it } from 'vitest';
import { ParquetWriter } from '../../../actions/extract/parquet/file.ts';
import type { Codec } from '../../../actions/extract/parquet/page.ts';
import type { ParquetColumn } from '../../../actions/extract/parquet/schema.ts';
import { readWithArrow, readWithDuckDb, readWithHyparquet } from '../parquet-readers.ts';
import { ColumnWriter } from '../reference/column.ts';

const directory = mkdtempSync(join(tmpdir(), 'parquet-'));
afterAll(() => rmSync(directory, { recursive: true }));

describe('a Parquet file', () => {
  it('without rows has its schema', async () => {
    const file = await write('empty', [{ name: 'id', physical: 'INT32' }], [], () => {});
    expect(await readWithHyparquet(file)).toEqual([]);
    expect(await readWithDuckDb(file, 'DESCRIBE SELECT * FROM $file')).toMatchObject([
      { column_name: 'id', column_type: 'INTEGER' },
    ]);
  });

  it('carries several row groups of different size', async () => {
    const file = await write('groups', [{ name: 'id', physical: 'INT32' }], [3, 1, 5], (writer, row) =>
      writer.append32(row),
    );
    const expected = Array.from({ length: 9 }, (_, id) => ({ id }));
    expect(await readWithHyparquet(file)).toEqual(expected);
    expect(await readWithDuckDb(file, 'SELECT * FROM $file')).toEqual(expected);
    const groups = await readWithDuckDb(
      file,
      'SELECT row_group_num_rows AS rows FROM parquet_metadata($file) ORDER BY row_group_id',
    );
    expect(groups.map((group) => group.rows)).toEqual(['3', '1', '5']);
  });

  it('is settled when no page waits to be compressed, also of a row group that was taken out', async () => {
    const writer = new ParquetWriter([{ name: 'v', physical: 'BYTE_ARRAY' }], 'zstd');
    const body = Buffer.alloc(4 << 20, 'abcd');
    writer.addPage({
      column: 0,
      kind: 'data',
      body,
      values: 1,
      nulls: 0,
      isIndexed: false,
      range: undefined,
    });
    writer.takeRowGroup(1);
    expect(writer.backlog).toBe(body.length);
    await writer.settled();
    expect(writer.backlog).toBe(0);
  });

  // More than a page of each: dictionary kept, left in the first page, left after sealed pages, never tried.
  it.each<[string, (row: number) => string]>([
    ['a dictionary', (row) => `value ${row % 1000}`],
    ['one value', () => 'same'],
    ['only new values', (row) => `value ${row}`],
    ['values that turn new after the first page', (row) => `value ${row < 140_000 ? row % 50 : row}`],
    ['new values followed by old ones', (row) => `value ${row < 5000 ? row : row % 3}`],
  ])('reads back %s over several pages, with nulls', async (name, textOf) => {
    const rows = 300_000;
    const columns: ParquetColumn[] = [{ name: 'v', physical: 'BYTE_ARRAY', logical: { kind: 'STRING' } }];
    const expected = (row: number): string | undefined => (row % 11 === 3 ? undefined : textOf(row));
    const file = await write(name.replaceAll(' ', '-'), columns, [rows, 1000], (writer, row) => {
      const value = expected(row);
      if (value === undefined) writer.appendNull();
      else writer.appendBytes(Buffer.from(value), 0, Buffer.byteLength(value));
    });
    const read = await readWithHyparquet(file);
    expect(read.length).toBe(rows + 1000);
    expect(read.findIndex(({ v }, row) => (v ?? undefined) !== expected(row))).toBe(-1);
    const [sums] = await readWithDuckDb(
      file,
      'SELECT count(v) AS n, count(DISTINCT v) AS d, min(v) AS low, max(v) AS high FROM $file',
    );
    const values = Array.from({ length: rows + 1000 }, (_, row) => expected(row)).filter(
      (v) => v !== undefined,
    );
    const sorted = values.toSorted();
    expect(sums).toEqual({
      n: String(values.length),
      d: String(new Set(values).size),
      low: sorted[0],
      high: sorted.at(-1),
    });
  });

  it.each<Codec>(['zstd', 'snappy', 'gzip', 'none'])(
    'reads back with %s, by three readers',
    async (codec) => {
      const columns: ParquetColumn[] = [
        { name: 'id', physical: 'INT32' },
        { name: 'name', physical: 'BYTE_ARRAY', logical: { kind: 'STRING' } },
      ];
      const file = await write(
        codec,
        columns,
        [5000, 1],
        (_writer, row, writers) => {
          writers[0]!.append32(row);
          const name = Buffer.from(`name ${row % 7}`);
          if (row % 5 === 0) writers[1]!.appendNull();
          else writers[1]!.appendBytes(name, 0, name.length);
        },
        codec,
      );
      const expected = Array.from({ length: 5001 }, (_, row) => ({
        id: row,
        name: row % 5 === 0 ? null : `name ${row % 7}`,
      }));
      expect(await readWithDuckDb(file, 'SELECT * FROM $file')).toEqual(expected);
      expect(readWithArrow(file)).toEqual(expected);
      const byHyparquet = await readWithHyparquet(file);
      expect(byHyparquet.map(({ id, name }) => ({ id, name: name ?? null }))).toEqual(expected);
      const codecs = await readWithDuckDb(
        file,
        'SELECT DISTINCT compression AS c FROM parquet_metadata($file)',
      );
      expect(codecs).toEqual([{ c: codec === 'none' ? 'UNCOMPRESSED' : codec.toUpperCase() }]);
    },
  );

  it('has a page index: where each page lies, and its range, so that readers skip pages', async () => {
    const columns: ParquetColumn[] = [
      { name: 'id', physical: 'INT32' },
      { name: 'sparse', physical: 'INT32' },
    ];
    const rows = 300_000;
    const file = await write('index', columns, [rows], (_writer, row, writers) => {
      writers[0]!.append32(row);
      if (row < 200_000) writers[1]!.appendNull();
      else writers[1]!.append32(-row);
    });
    const buffer = await asyncBufferFromFile(file);
    const metadata = await parquetMetadataAsync(buffer);
    const [group] = metadata.row_groups;
    const indexes = await Promise.all(
      group!.columns.map(async (chunk, at) => {
        const slice = async (offset: bigint, length: number) => ({
          view: new DataView(await buffer.slice(Number(offset), Number(offset) + length)),
          offset: 0,
        });
        const ids = metadata.schema[at + 1]!;
        return {
          offsets: readOffsetIndex(await slice(chunk.offset_index_offset!, chunk.offset_index_length!)),
          columns: readColumnIndex(await slice(chunk.column_index_offset!, chunk.column_index_length!), ids),
        };
      }),
    );
    const [ids, sparse] = indexes;
    const starts = ids!.offsets.page_locations.map((location) => Number(location.first_row_index));
    expect(starts[0]).toBe(0);
    expect(ids!.columns.min_values).toEqual(starts);
    expect(ids!.columns.max_values).toEqual([...starts.slice(1).map((start) => start - 1), rows - 1]);
    expect(ids!.columns.boundary_order).toBe('ASCENDING');
    expect(sparse!.columns.null_pages).toEqual([true, false, false]);
    expect(sparse!.columns.null_counts).toEqual([131_072n, 68_928n, 0n]);
    expect(sparse!.columns.boundary_order).toBe('DESCENDING');
  });

  it('keeps a page within a megabyte unless one value is larger', async () => {
    const columns: ParquetColumn[] = [{ name: 'v', physical: 'BYTE_ARRAY' }];
    const file = await write('large', columns, [6], (writer, row) => {
      const value = Buffer.alloc(row === 3 ? 3_000_000 : 400_000, row);
      writer.appendBytes(value, 0, value.length);
    });
    const read = await readWithDuckDb(file, 'SELECT octet_length(v) AS n FROM $file');
    expect(read.map((row) => Number(row.n))).toEqual([
      400_000, 400_000, 400_000, 3_000_000, 400_000, 400_000,
    ]);
  });

  it('states the range and nulls of every chunk in the order of its type', async () => {
    const columns: ParquetColumn[] = [
      { name: 'small', physical: 'INT32' },
      { name: 'large', physical: 'INT64' },
      { name: 'float', physical: 'DOUBLE' },
      { name: 'text', physical: 'BYTE_ARRAY', logical: { kind: 'STRING' } },
      { name: 'decimal', physical: 'FIXED_16', logical: { kind: 'DECIMAL', precision: 38, scale: 0 } },
      { name: 'flag', physical: 'BOOLEAN' },
      { name: 'none', physical: 'INT32' },
    ];
    const file = await write('ranges', columns, [4], (_writer, row, writers) => {
      const bits = new Int32Array(new Float64Array([[2.5, Number.NaN, -1.5, 0][row]!]).buffer);
      writers[0]!.append32([7, -3, 2 ** 31 - 1, -(2 ** 31)][row]!);
      writers[1]!.append64([0, -1, 1, 5][row]!, [0, -1, 0, -2][row]!);
      writers[2]!.append64(bits[0]!, bits[1]!);
      const text = Buffer.from(['b', 'é', '', 'a'][row]!);
      writers[3]!.appendBytes(text, 0, text.length);
      const word = [5, -5, 0, -6][row]!;
      writers[4]!.appendFixed16(word >> 31, word >> 31, word >> 31, word);
      writers[5]!.appendBoolean(row === 2);
      writers[6]!.appendNull();
    });
    const metadata = await readWithDuckDb(
      file,
      `SELECT path_in_schema AS name, stats_min_value AS low, stats_max_value AS high, stats_null_count AS nulls
         FROM parquet_metadata($file) ORDER BY column_id`,
    );
    expect(metadata).toEqual([
      { name: 'small', low: '-2147483648', high: '2147483647', nulls: '0' },
      { name: 'large', low: '-8589934587', high: '1', nulls: '0' },
      { name: 'float', low: '-1.5', high: '2.5', nulls: '0' },
      { name: 'text', low: '', high: 'é', nulls: '0' },
      { name: 'decimal', low: '-6', high: '5', nulls: '0' },
      { name: 'flag', low: 'false', high: 'true', nulls: '0' },
      { name: 'none', low: null, high: null, nulls: '4' },
    ]);
  });
});

async function write(
  name: string,
  columns: ParquetColumn[],
  groups: readonly number[],
  fill: (writer: ColumnWriter, row: number, writers: readonly ColumnWriter[]) => void,
  codec: Codec = 'zstd',
): Promise<string> {
  const chunks: Uint8Array[] = [];
  const writer = new ParquetWriter(columns, codec);
  const writers = columns.map(
    (column, index) => new ColumnWriter(column, index, (page) => writer.addPage(page)),
  );
  await writer.openFile(async (bytes) => {
    chunks.push(bytes);
  });
  let row = 0;
  for (const rows of groups) {
    for (let index = 0; index < rows; index++, row++) fill(writers[0]!, row, writers);
    for (const column of writers) column.finishChunk();
    await writer.writeRowGroup(writer.takeRowGroup(rows));
  }
  await writer.closeFile();
  const file = join(directory, `${name}.parquet`);
  writeFileSync(file, Buffer.concat(chunks));
  return file;
}
